"""What is held, or asked for, in a structure that closes: it ends, or goes to its successor (ANN-7).

Of some people at a time, all that is theirs: one letter each.
"""

from collections import defaultdict
from datetime import timedelta

from django.db.models import F
from django.utils.timezone import localdate

from annuaire.attaches import Tranche
from annuaire.models import COLUMNS, Lieu
from habilitations import emails
from habilitations.models import DemandeHabilitation, DroitPersonnalise, Habilitation, ReferentConnu
from habilitations.reads import fermetures as reads
from journal.models import record, record_each
from viatraj.core.saving import create_valid, save_valid

CLOSED = "{} a fermé."
FOLLOWS = (
    "habilitation suit,habilitations suivent",
    "demande d’habilitation suit,demandes d’habilitation suivent",
)
ENDS = (
    "habilitation prend fin,habilitations prennent fin",
    "demande d’habilitation prend fin,demandes d’habilitation prennent fin",
)
BACK = "habilitation reprend,habilitations reprennent"


def settle(tranche: Tranche) -> int:
    """Each habilitation ends and, where it follows, begins at the successor, with its rights and its end.

    What was asked for goes along, or is refused, with this reason.
    """
    people = reads.people(tranche)
    demandes = _locked(reads.asked(tranche, people))
    rows = _locked(reads.held(tranche, people))
    along = [row for row in rows if tranche.takes_along(row.lieu_key)]
    over = [row for row in rows if not tranche.takes_along(row.lieu_key)]
    _end(rows, tranche, at=tranche.now)
    kept = _take_along(along, tranche)
    _record_each("habilitation.closed", over, tranche)
    followed = [one for one in demandes if _settle_demande(one, kept, tranche)]
    _settle_known(tranche, people)
    tranche.suivis.update({FOLLOWS[0]: len(along), FOLLOWS[1]: len(followed)})
    tranche.finis.update({ENDS[0]: len(over), ENDS[1]: len(demandes) - len(followed)})
    going_on = {one.pk: one for one in kept.values()}
    _write({"suivies": going_on.values(), "finies": over, "demandes": demandes}, emails.closed, tranche)
    return len(rows) + len(demandes)


def give_back(tranche: Tranche) -> int:
    """What the closing ended is held again from today to its end; what had followed comes back from there.

    Not what somebody has changed there since: it stays.
    """
    people = reads.people_to_give_back(tranche)
    rows = list(reads.to_give_back(tranche).filter(user__in=people).order_by("pk"))
    there = _locked(reads.followed(tranche).filter(user__in=people))
    _end(there, tranche, at=tranche.now)
    given = _give([(row, _same_place(row), max(row.debut, localdate(tranche.now))) for row in rows], tranche)
    _record_each("habilitation.given_back", given.values(), tranche)
    tranche.suivis[BACK] += len(given)
    _write({"rendues": given.values()}, emails.reopened, tranche)
    return len(rows)


def tell(tranche: Tranche) -> None:
    """The référents of both places and above them; whoever had a letter already has had all of his own."""
    letter = emails.reopened if tranche.fermeture.rouverte_le else emails.closed
    people = reads.referents(tranche, today=localdate(tranche.now))
    letter({user: {} for user in people if user != tranche.by.user}, tranche)


def warn(avis) -> int:
    """Who may decide: the référents of the structure and those above it, one letter each."""
    people = reads.deciders(Lieu.of(avis.structure), today=localdate(avis.recu_le))
    return sum(emails.closing(user, avis) for user in people)


def _locked(rows) -> list:
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _end(rows, tranche, *, at) -> None:
    tranche.noted.found_each(rows)
    ended = Habilitation.objects.filter(pk__in=[row.pk for row in rows])
    ended.update(revoked_at=at, revoked_by=tranche.by.user, version=F("version") + 1)
    for row in rows:
        row.revoked_at, row.revoked_by, row.version = at, tranche.by.user, row.version + 1


def _take_along(rows, tranche) -> dict[int, Habilitation]:
    """By the key of what has ended: what is held at the successor, given now or held there already."""
    if not rows:
        return {}
    after, today = tranche.successeur, localdate(tranche.now)
    assert after is not None  # noqa: S101
    there = _held_there(rows, after)
    place = {"niveau": after.niveau, **after.columns, after.niveau.value: after.row}
    wanted = []
    for row in rows:
        following = [one.fin + timedelta(days=1) for one in there[row.user_id, row.profil]]
        debut = max([row.debut, today, *following])
        if debut <= row.fin:
            wanted.append((row, place, debut))
    given = _give(wanted, tranche)
    _record_each("habilitation.followed", rows, tranche, after=str(after))
    return {row.pk: given.get(row.pk) or there[row.user_id, row.profil][-1] for row in rows}


def _same_place(row) -> dict:
    """As its copies have it, which are kept true; all loaded with it."""
    return {"niveau": row.niveau} | {name: getattr(row, name) for name in COLUMNS}


def _held_there(rows, after) -> dict:
    """{(account, profile): what he holds at the successor already, the last to end last}."""
    found = defaultdict(list)
    held = Habilitation.objects.living().filter(
        user__in={row.user_id for row in rows}, lieu_key=after.key, **{after.niveau: after.row}
    )
    for one in held.with_lieu().select_related("user").order_by("fin", "pk"):
        found[one.user_id, one.profil].append(one)
    return found


def _give(wanted, tranche) -> dict[int, Habilitation]:
    """`wanted`: (what has ended, where it goes on, from when). By the key of what has ended.

    A place is given with its own row: letters name it.
    """
    new = [
        Habilitation(
            user=row.user,
            profil=row.profil,
            domaine=row.domaine,
            emails=row.emails,
            debut=debut,
            fin=row.fin,
            lot=tranche.noted.cle,
            granted_by=tranche.by.user,
            **place,
        )
        for row, place, debut in wanted
    ]
    create_valid(new)
    given = {row.pk: one for (row, *_), one in zip(wanted, new, strict=True)}
    DroitPersonnalise.objects.bulk_create(
        DroitPersonnalise(habilitation=given[row.pk], domaine=one.domaine, droit=one.droit, mode=one.mode)
        for row, *_ in wanted
        for one in row.droits.all()
    )
    for one in new:
        tranche.noted.made(one)
    return given


def _settle_demande(demande, kept, tranche) -> bool:
    """Does it go along? Not if the same is asked for at the successor: then that one is enough."""
    tranche.noted.found(demande)
    if not tranche.takes_along(demande.lieu_key) or _is_asked_there(demande, tranche.successeur):
        _refuse(demande, tranche)
        return False
    for name, pk in tranche.successeur.columns.items():
        setattr(demande, name, pk)
    demande.habilitation = kept.get(demande.habilitation_id)
    save_valid(demande)
    demande.refresh_from_db()
    _record_demande("demande_habilitation.followed", demande, tranche, after=str(tranche.successeur))
    return True


def _is_asked_there(demande, after) -> bool:
    same = DemandeHabilitation.objects.waiting().filter(user=demande.user, profil=demande.profil)
    return same.filter(lieu_key=after.key, **{after.niveau: after.row}).exists()


def _refuse(demande, tranche) -> None:
    demande.state, demande.reponse = demande.State.REFUSED, CLOSED.format(tranche.lieu)[:300]
    demande.closed_at, demande.closed_by = tranche.now, tranche.by.user
    save_valid(demande)
    _record_demande("demande_habilitation.refused", demande, tranche)


def _settle_known(tranche, people) -> None:
    """So that colleagues are not told that their référents have left, nor, where they follow, have come."""
    lieu, after = tranche.lieu, tranche.successeur
    known = ReferentConnu.objects.filter(user__in=people, **{lieu.niveau: lieu.row})
    there = set()
    if after is not None:
        held = ReferentConnu.objects.filter(user__in=people, lieu_key=after.key, **{after.niveau: after.row})
        there = set(held.values_list("user", "profil"))
    for one in known.order_by("pk"):
        if not tranche.takes_along(one.lieu_key) or (one.user_id, one.profil) in there:
            one.delete()
        else:
            for name in COLUMNS:
                setattr(one, f"{name}_id", after.columns[f"{name}_id"])
            save_valid(one)


def _write(rows: dict, letter, tranche) -> None:
    told: dict = defaultdict(lambda: {kind: [] for kind in rows})
    for kind, some in rows.items():
        for one in some:
            told[one.user][kind].append(one)
    letter(told, tranche)


def _record_each(event, rows, tranche, **data):
    lines = (
        (row, row.user.login, {"profil": row.le_profil.label, "lieu": str(row.lieu), "fin": row.fin, **data})
        for row in rows
    )
    record_each(event, lines, by=tranche.by)


def _record_demande(event, row, tranche, **data):
    known = {"profil": row.le_profil.label, "lieu": str(row.lieu), "fin": row.fin, **data}
    record(event, by=tranche.by, target=row, label=row.user.login, **known)
