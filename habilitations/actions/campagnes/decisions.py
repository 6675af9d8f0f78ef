"""A reviewer decides of lines of his list, one or several alike; some decisions take effect at once."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.models import User
from changements.actions import Noted
from habilitations import checks, policies
from habilitations.actions import relais
from habilitations.actions.habilitations import put_end, put_rights, take_away, tell
from habilitations.models import Campagne, Examen, Habilitation
from habilitations.reads import preuve, relecteurs
from habilitations.reads.relais import removed_with
from journal.models import record
from viatraj.core.policies import Denied
from viatraj.core.saving import save_valid

UNKNOWN = "unknown"  # «Je ne sais pas»: another desk decides
SAID = {**dict(Examen.Decision.choices), UNKNOWN: "Je ne sais pas"}
NOT_OPEN = {
    Campagne.State.PREPARING: "Cette campagne se prépare encore\u00a0: revenez dans un instant.",
    Campagne.State.CLOSING: "Cette campagne vient d’être close\u00a0: plus rien ne s’y décide.",
    Campagne.State.CLOSED: "Cette campagne est close\u00a0: plus rien ne s’y décide.",
}
ENDED = "Cette habilitation s’est terminée entre-temps\u00a0: il n’y a plus rien à décider."
ALREADY = "Une autre décision vient d’être prise par {}\u00a0: relisez-la."
MOVED = "Cette ligne a changé entre-temps\u00a0: relisez-la."
APPLIED = "Cette décision a déjà pris effet\u00a0: changez l’habilitation depuis la revue."
HIGHEST = (
    "Personne d’autre ne peut en décider à votre place\u00a0: choisissez «\u00a0Conserver\u00a0» ou retirez."
)
SHORTER = "Choisissez une date avant le {:%d/%m/%Y}, sa fin actuelle."
GONE = "Cette ligne n’est pas de cette campagne."


@transaction.atomic
def decide(  # noqa: PLR0913
    campagne, *, lignes, decision, today, now, by, fin=None, droits=None, motif="", prevenir=False
):
    """`lignes`: {key: version as it was read}. All of them, or none with a reason for each that may not.

    `fin`, `droits` (as in `adjust`): what is reduced. `prevenir`: the last référent of a structure may go.
    Sent twice, it is decided once. Returns the lines.
    """
    policies.administer(by)
    hold_open(campagne)
    rows = Examen.objects.filter(campagne=campagne, pk__in=lignes).select_related("titulaire", "decided_by")
    rows = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if len(rows) != len(lignes):
        raise ValidationError(GONE)
    desks = relecteurs.desks_of(campagne, by.user)
    readers = relecteurs.readers_of(campagne, by.user)
    held = Habilitation.objects.with_lieu().in_bulk([one.habilitation_id for one in rows])
    if decision == Examen.Decision.REMOVE:
        relais.hold_peers(list(held.values()))
    wanted = {
        "decision": decision,
        "fin": fin,
        "droits": droits,
        "motif": motif.strip(),
        "prevenir": prevenir,
    }
    _check_said(wanted)
    refused, effects = [], []
    # By ascending habilitations, which two people may reach by two campaigns.
    for examen in sorted(rows, key=lambda one: one.habilitation_id):
        examen.campagne, examen.habilitation = campagne, held[examen.habilitation_id]
        at_desk = examen.is_entrusted_to(by.user) and any(
            one.bureau == examen.bureau and one.rang > examen.rang for one in desks
        )
        reads_him = examen.titulaire_id in readers
        try:
            manager = policies.decide(by, examen, at_desk=at_desk, reads_him=reads_him)
            with transaction.atomic():
                done = _decide(examen, lignes[examen.pk], wanted, today=today, now=now, by=manager)
            effects += [done] if done else []
        except (Denied, ValidationError) as error:
            if len(rows) == 1 and isinstance(error, Denied):
                raise
            refused.append((examen, error))
    if len(rows) == 1 and refused:
        raise refused[0][1]
    if refused:
        raise ValidationError([f"{one.titulaire.nom_complet}\u00a0: {_why(error)}" for one, error in refused])
    tell_all(effects)
    return rows


def _why(error) -> str:
    """After somebody's name, and a colon."""
    said = " ".join(getattr(error, "messages", [str(error)]))
    return said[:1].lower() + said[1:]


def hold_open(campagne):
    """Whoever closes it waits until this is written; once it closes, nothing more is."""
    if campagne.is_over:
        raise ValidationError(NOT_OPEN[campagne.state])  # without waiting for a worker that seals it
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM habilitations_campagne WHERE id = %s FOR SHARE", [campagne.pk])
        _, state = cursor.fetchone()
    if state != Campagne.State.OPEN:
        raise ValidationError(NOT_OPEN[state])


def _decide(examen, version, wanted, *, today, now, by) -> dict[str, Noted] | None:
    if _is_done(examen, wanted, by=by):
        return None
    _refuse_late(examen, version, today=today)
    if wanted["decision"] == UNKNOWN:
        _pass_on(examen, now=now, by=by)
        return None
    if wanted["decision"] == Examen.Decision.REDUCE:
        _check_reduced(examen, wanted, today=today)
    if wanted["decision"] == Examen.Decision.REMOVE:
        going = removed_with(examen)
        relais.check_last(going, on=today, today=today, prevenir=wanted["prevenir"], by=by)
    examen.state, examen.decision = Examen.State.DECIDED, wanted["decision"]
    reduced = examen.decision == Examen.Decision.REDUCE
    examen.fin_voulue = wanted["fin"] if reduced else None
    examen.droits_voulus = (wanted["droits"] or None) if reduced else None
    examen.motif = wanted["motif"]
    examen.decided_by, examen.decided_at = by.user, now
    examen.version += 1
    done = None
    if examen.campagne.at_once and examen.decision != Examen.Decision.KEEP:
        done = apply(examen, today=today, now=now, by=by)
        examen.applied_at = now
    save_valid(examen)
    record(
        "examen.decided",
        by=by,
        target=examen,
        **examen.told,
        decision=SAID[examen.decision],
        **preuve.trace(examen),
    )
    return done


def _is_done(examen, wanted, *, by) -> bool:
    """The second click."""
    if not examen.is_decided or examen.decided_by_id != by.user.pk:
        return False
    reduced = examen.decision == Examen.Decision.REDUCE
    same = not reduced or (
        (examen.fin_voulue, examen.droits_voulus) == (wanted["fin"], wanted["droits"] or None)
    )
    return examen.decision == wanted["decision"] and examen.motif == wanted["motif"] and same


def _refuse_late(examen, version, *, today):
    """What was shown is no longer what stands."""
    if examen.applied_at:
        raise ValidationError(APPLIED)
    habilitation = examen.habilitation
    if examen.state == Examen.State.ENDED or not habilitation.is_living or habilitation.fin < today:
        raise ValidationError(ENDED)
    if examen.version != version:
        # Asked for anew: what was joined is of before the wait for this row.
        who = User.objects.filter(pk=examen.decided_by_id).first()
        raise ValidationError(ALREADY.format(who.nom_complet) if who else MOVED)


def _check_said(wanted):
    """What is wrong whichever the line, said once, at its field."""
    decision, kinds = wanted["decision"], Examen.Decision
    if decision not in (*kinds.values, UNKNOWN):
        raise ValidationError("Choisissez une décision.", code="decision")
    if decision in (kinds.REDUCE, kinds.REMOVE) and not wanted["motif"]:
        raise ValidationError("Dites pourquoi ce droit est réduit ou retiré.", code="motif")
    if decision == kinds.REDUCE and not (wanted["fin"] or wanted["droits"]):
        raise ValidationError("Dites ce qui est réduit\u00a0: la date de fin, ou les droits.", code="fin")


def _check_reduced(examen, wanted, *, today):
    if wanted["fin"]:
        if wanted["fin"] >= examen.habilitation.fin:
            raise ValidationError(SHORTER.format(examen.habilitation.fin), code="fin")
        checks.end(wanted["fin"], today=today)
    if wanted["droits"]:
        checks.reduced(examen.habilitation, wanted["droits"])


def _pass_on(examen, *, now, by):
    """To the structure's référent, or above him when it is he who does not know."""
    examen.plancher = max(one.degre for one in _desk_of(examen))
    desk = next(iter(_next_desks(examen)), None)
    if desk is None:
        raise ValidationError(HIGHEST)
    before, examen.bureau, examen.confie_a = examen.bureau, desk, None
    examen.state, examen.decision, examen.motif = Examen.State.TODO, "", ""
    examen.fin_voulue = examen.droits_voulus = examen.decided_by = examen.decided_at = None
    examen.version += 1
    save_valid(examen)
    record("examen.passed_on", by=by, target=examen, **examen.told, before=before, after=desk)


def _desk_of(examen):
    return examen.campagne.relecteurs.filter(bureau=examen.bureau)


def _next_desks(examen) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            relecteurs.NEXT,
            {
                "campagne": examen.campagne_id,
                "key": examen.habilitation_id,
                "plancher": examen.plancher,
            },
        )
        return [bureau for (bureau,) in cursor.fetchall()]


def apply(examen, *, today, now, by) -> dict[str, Noted]:
    """What was decided, done by the verbs of any référent; its holder is told by `tell_all`.

    Nothing of it is undone by a click, for the line says that it was decided.
    """
    habilitation = examen.habilitation
    done = {"revoked": Noted(), "adjusted": Noted(), "moved": Noted()}
    if examen.decision == Examen.Decision.REMOVE or _is_past(examen.fin_voulue, today):
        take_away(habilitation, done["revoked"], now=now, by=by)
        return done
    if examen.droits_voulus:
        habilitation = put_rights(
            habilitation,
            done["adjusted"],
            droits=examen.droits_voulus,
            version=habilitation.version,
            by=by,
        )
    if examen.fin_voulue and examen.fin_voulue < habilitation.fin:
        put_end(
            habilitation,
            done["moved"],
            fin=examen.fin_voulue,
            version=habilitation.version,
            today=today,
            by=by,
        )
    return done


def tell_all(effects: list[dict[str, Noted]]):
    """One letter a holder and a kind of change, however many lines."""
    for verb in ("revoked", "adjusted", "moved"):
        noted = Noted()
        for done in effects:
            noted.rows += done[verb].rows
        tell(noted, verb)


def _is_past(fin, today) -> bool:
    """Decided for a day that had gone by when the campaign was closed."""
    return fin is not None and fin < today
