"""Lines entrusted by hand: who leads a campaign gives them to another reviewer (HAB-11)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from changements.actions import Noted, keep
from habilitations import emails, policies
from habilitations.actions.campagnes.decisions import GONE, hold_open
from habilitations.models import Examen, Habilitation
from habilitations.reads import campagnes, relecteurs
from journal.models import record
from viatraj.core.policies import Denied
from viatraj.core.saving import save_valid

NOT_WAITING = "cette ligne n’attend plus de décision"


@transaction.atomic
def entrust(campagne, *, lignes, relecteur, by) -> list[Examen]:
    """`lignes`: keys; `relecteur`: an account. All of them, or none with a reason for each that may not.

    Entrusted twice is entrusted once. Returns those that have changed hands, of which he is told by one mail,
    two minutes from now: until ten have gone by it may be undone.
    """
    by = policies.lead_campagne(by, campagnes.lieux_of(campagne))
    hold_open(campagne)
    rows = Examen.objects.filter(campagne=campagne, pk__in=lignes).select_related("titulaire")
    rows = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if not rows or len(rows) != len(set(lignes)):
        raise ValidationError(GONE)
    held = Habilitation.objects.with_lieu().in_bulk([one.habilitation_id for one in rows])
    for examen in rows:
        examen.campagne, examen.habilitation = campagne, held[examen.habilitation_id]
    desks = relecteurs.desks_above(campagne, rows)
    if refused := [why for one in rows if (why := _refusal(one, relecteur, desks[one.pk], by=by))]:
        raise ValidationError(refused)
    moved = [(one, desks[one.pk][relecteur.pk]) for one in rows]
    moved = [
        (one, desk) for one, desk in moved if (one.confie_a_id, one.bureau) != (relecteur.pk, desk.bureau)
    ]
    noted = Noted()
    for examen, desk in moved:
        noted.found(examen)
        _give(examen, desk, by=by)
    keep(noted, "examen.entrusted", by=by)
    if moved and relecteur != by.user:
        emails.examens_entrusted(relecteur, campagne, len(moved), by=by.user, changement=noted.cle)
    return [examen for examen, _ in moved]


def _refusal(examen, relecteur, desks, *, by) -> str:
    try:
        policies.entrust(by, examen, relecteur, has_desk=relecteur.pk in desks)
    except Denied as error:
        why = str(error)
    else:
        why = "" if examen.is_todo else NOT_WAITING
    return why and f"{examen.titulaire.nom_complet}\u00a0: {why}"


def _give(examen, desk, *, by):
    """`plancher`: the nearest desk from his own level on is his, so that a look at the campaign agrees."""
    before, examen.bureau = examen.bureau, desk.bureau
    examen.confie_a, examen.plancher = desk.user, desk.degre - 1
    examen.version += 1
    save_valid(examen)
    record(
        "examen.entrusted",
        by=by,
        target=examen,
        **examen.told,
        relecteur=desk.user.nom_complet,
        relecteur_id=desk.user_id,
        before=before,
        after=desk.bureau,
    )
