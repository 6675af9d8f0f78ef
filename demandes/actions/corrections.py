"""A decision that was entered wrongly is corrected by its MDPH (DOS-4, docs/adr/0071).

Once an ESMS has answered, it has answered for this person and this orientation: only how the names are
written, and until when the decision holds, may still change.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from demandes import policies
from demandes.actions import alertes, passages
from demandes.alertes import CORRECTED
from demandes.handicap.statuts import VIVANTS
from demandes.models import Decision, Notification
from demandes.models.decisions import FIGES, LABELS
from demandes.reads import esms
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import Stale, save_valid

CANCELLED = "La décision est annulée\u00a0: rétablissez-la avant de la corriger."
ANSWERED = (
    "Un établissement a déjà répondu\u00a0: ce champ ne se corrige plus. Annulez la décision, "
    "puis enregistrez-en une autre."
)
LAPSED = "Cette date est passée\u00a0: annulez la décision plutôt que d’en avancer la fin."


@transaction.atomic
def correct_decision(decision: Decision, *, version: int, now: datetime, by: Actor, **said: Any) -> Decision:
    """`said`: fields of `Decision`; saved unchanged, nothing happens. Stale: somebody corrected it meanwhile.

    The ESMS that have it are told to read it again.
    """
    decision, known = passages.hold(decision)
    by = policies.decide(by, decision.mdph_id)
    changed = [name for name, value in said.items() if getattr(decision, name) != value]
    if not changed:
        return decision
    if decision.version != version:
        raise Stale(decision)
    living = [one for one in known.values() if one.statut in VIVANTS]
    _check(decision, {name: said[name] for name in changed}, living, now)
    for name in changed:
        setattr(decision, name, said[name])
    decision.version += 1
    save_valid(decision)
    champs = list(dict.fromkeys(LABELS[name] for name in changed))
    known_as = {"label": decision.numero, "mdph": decision.mdph.nom}
    record("decision.corrected", by=by, target=decision, champs=champs, **known_as)
    for one in living:
        alertes.note_statut(one, CORRECTED, now=now, by=by)
    return decision


def _check(decision: Decision, changes: dict[str, Any], living: list[Notification], now: datetime) -> None:
    if decision.annulee_at:
        raise ValidationError(CANCELLED)
    settled = [name for name in changes if name in FIGES]
    if settled and esms.answered(decision):
        raise ValidationError(dict.fromkeys(settled, ANSWERED))
    if "fin" in changes and changes["fin"] < timezone.localdate(now):
        raise ValidationError({"fin": LAPSED})
    if "categorie" in changes:
        able = set(esms.of_categorie(changes["categorie"]).values_list("pk", flat=True))
        for one in living:
            if one.etablissement_id not in able:
                unable = (
                    f"«\u00a0{one.etablissement}\u00a0» est notifié, et n’accueille pas cette orientation."
                )
                raise ValidationError({"categorie": f"{unable} Annulez d’abord sa notification."})
