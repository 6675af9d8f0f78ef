"""What is looked at before a demande leaves: for the dossier, then for each place (DOS-4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire.models import Commune, Lieu
from annuaire.natures import Nature
from annuaire.reads import couvertures
from demandes.etats import VIVANTS, Etat
from demandes.models import Demande
from demandes.motifs import MOTIFS
from demandes.reads.destinataires import may_receive
from dossiers.models import ORIGINES, Decision, Dossier, Volet
from dossiers.natures import NATURES, Kind
from dossiers.volets.adressage import OLDEST, is_too_old
from viatraj.core.droits import Domaine, Niveau, Orientation


@dataclass(frozen=True)
class Point:
    """A sentence; `bloque`: nothing leaves. `lieu`: of one place, as `Lieu.key`; of the dossier, none."""

    texte: str
    bloque: bool = True
    lieu: str = ""


def of(dossier: Dossier, lieux: Sequence[Lieu], *, now: datetime, but: Demande | None = None) -> list[Point]:
    """The dossier’s points, then those of each place. `but`: the demande that is about to leave."""
    return [*_of_dossier(dossier, timezone.localdate(now)), *_of_places(dossier, lieux, but=but)]


def refuse(dossier: Dossier, lieux: Sequence[Lieu], *, now: datetime, but: Demande | None = None) -> None:
    _refuse(of(dossier, lieux, now=now, but=but))


def refuse_places(dossier: Dossier, lieux: Sequence[Lieu], *, now: datetime) -> None:
    """A selection may be made before the dossier is complete."""
    _refuse(_of_places(dossier, lieux))


def _refuse(points: Iterable[Point]) -> None:
    if faults := [one.texte for one in points if one.bloque]:
        raise ValidationError(faults)


def _of_dossier(dossier: Dossier, today: date) -> Iterable[Point]:
    if dossier.decision == Decision.SUSPENDU:
        yield Point("Le dossier est suspendu\u00a0: reprenez-le avant de l’envoyer.")
    if dossier.demandes.filter(etat=Etat.ADMIS).exists():
        yield Point("Le patient est déjà admis\u00a0: aucune autre demande ne peut être envoyée.")
    for volet in dossier.volets.filter(is_enough=False).order_by("pk"):
        yield Point(_wanted(volet))
    if dossier.orientation == Orientation.TND and is_too_old(_birth(dossier), today):
        yield Point(
            f"L’enfant a plus de {OLDEST}\u00a0ans\u00a0: les plateformes TND reçoivent les enfants de "
            f"0 à {OLDEST}\u00a0ans inclus."
        )


def _birth(dossier: Dossier) -> date:
    """Read again: whoever may not know the patient holds the dossier without it, and is told an age."""
    return Dossier.objects.only("date_naissance", "naissance_precision").get(pk=dossier.pk).naissance.last


def _wanted(volet: Volet) -> str:
    label = volet.get_kind_display()
    if volet.a_revalider:
        return f"Le {label} est à revalider."
    verb = "validé" if NATURES[Kind(volet.kind)].validated else "complété"
    return f"Le {label} n’est pas {verb}."


def _of_places(dossier: Dossier, lieux: Sequence[Lieu], *, but: Demande | None = None) -> Iterable[Point]:
    asking = set(dossier.presences.filter(role__in=ORIGINES).values_list("lieu_key", flat=True))
    earlier: dict[str, list[Demande]] = {}
    for one in dossier.demandes.exclude(pk=but and but.pk).order_by("pk"):
        earlier.setdefault(one.lieu_key, []).append(one)
    commune = _commune(dossier) if any(_is_had(lieu) for lieu in lieux) else None
    for lieu in lieux:
        yield from (
            Point(texte, bloque, lieu.key)
            for texte, bloque in _of_place(dossier, lieu, asking, earlier.get(lieu.key, []), commune)
        )


def _of_place(dossier, lieu: Lieu, asking, earlier: list[Demande], commune) -> Iterable[tuple[str, bool]]:
    if lieu.is_closed:
        after = getattr(lieu.row, "replaced_by", None)
        yield (
            f"{lieu} est une structure fermée" + (f", remplacée par {Lieu.of(after)}." if after else "."),
            True,
        )
    if lieu.key in asking:
        yield f"{lieu} est l’unité qui demande\u00a0: choisissez-en une autre.", True
    if not may_receive(lieu, dossier):
        yield _not_there(lieu, dossier), True
    if any(one.etat in VIVANTS and one.etat != Etat.SELECTIONNEE for one in earlier):
        yield f"Une demande est déjà en cours\u00a0: {lieu}.", True
    if refused := [one for one in earlier if one.etat == Etat.REFUSEE]:
        yield _again(dossier, refused), False
    if commune and _is_had(lieu) and not couvertures.covers(lieu.row, commune):
        yield f"{lieu} n’intervient pas à {commune}, d’après sa fiche.", False


def _not_there(lieu: Lieu, dossier: Dossier) -> str:
    if lieu.niveau == Niveau.COORDINATION and Domaine.CPAM in lieu.row.modules:
        return (
            f"{lieu}\u00a0: la CPAM ne reçoit que les dossiers dont le volet orientation demande "
            "le programme PRADO."
        )
    return f"{lieu} ne reçoit pas de dossier de cette orientation."


def _is_had(lieu: Lieu) -> bool:
    return lieu.niveau == Niveau.UNITE and lieu.row.nature == Nature.HAD


def _commune(dossier: Dossier) -> Commune | None:
    """Where the patient lives, as the volet administratif says."""
    volet = dossier.volets.filter(kind=Volet.Kind.ADMINISTRATIF).first()
    code = volet.contenu.get("commune") if volet else None
    return Commune.objects.filter(pk=code).first() if code else None


def _again(dossier: Dossier, refused: list[Demande]) -> str:
    """How often, when and why the last time, and what of the dossier has changed since."""
    last = refused[-1]
    rank = f"{len(refused) + 1}e\u00a0demande à cette structure"
    said = f"{rank}\u00a0: refusée le {timezone.localtime(last.depuis):%d/%m/%Y} ({MOTIFS[last.motif]})."
    changed = dossier.volets.filter(updated_at__gt=last.depuis).order_by("pk")
    labels = [one.get_kind_display() for one in changed]
    since = f"Ont changé depuis\u00a0: {', '.join(labels)}." if labels else "Rien n’a changé depuis."
    return f"{said} {since}"
