"""What a médecin holds on his own dossiers, and what a délégation lends of it (DEL-2, DEL-3, DEL-7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from viatraj.core.actor import Grant, Rights
from viatraj.core.droits import ABSENT, Droit, Mode, Niveau, Orientation

# A médecin's whole space; validating a medical volet and delegating are his own acts, not rights to lend.
WHOLE_SPACE = (
    (Droit.DOSSIER_LISTE, Mode.OUI),
    (Droit.DOSSIER_CREATION, Mode.OUI),
    (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),
    (Droit.VOLET_MEDICAL, Mode.VALIDATION),
    (Droit.DEMANDE, Mode.OUI),
    (Droit.DOSSIER_ACCEPTATION, Mode.OUI),
)
# What may be lent to an assistant, in the order of the page; a right without mode is given or not.
LENDABLE = {
    Droit.DOSSIER_LISTE: (Mode.OUI,),
    Droit.DOSSIER_CREATION: (Mode.OUI,),
    Droit.VOLET_ADMINISTRATIF: (Mode.LECTURE, Mode.ECRITURE),
    Droit.VOLET_MEDICAL: (Mode.LECTURE, Mode.ECRITURE),
    Droit.DEMANDE: (Mode.OUI,),
    Droit.DOSSIER_ACCEPTATION: (Mode.OUI,),
}


# Other volets of care follow the médical one in a médecin's space, whether lent or his own (docs/adr/0047).
FOLLOWING = {Droit.VOLET_MEDICAL: (Droit.VOLET_ORIENTATION, Droit.VOLET_SOINS, Droit.VOLET_AUTONOMIE)}


class Lent(NamedTuple):
    """One right, for one orientation."""

    orientation: str
    droit: str
    mode: str = Mode.OUI


@dataclass(frozen=True)
class Preset:
    """A usual set of rights, alike for the three orientations."""

    name: str
    label: str
    intro: str
    droits: tuple[tuple[Droit, Mode], ...]

    @property
    def lent(self) -> frozenset[Lent]:
        return frozenset(
            Lent(orientation.value, droit.value, mode.value)
            for orientation in Orientation
            for droit, mode in self.droits
            if (orientation, droit) not in ABSENT
        )


PRESETS = (
    Preset(
        "secretariat",
        "Secrétariat",
        "Créer les dossiers, compléter leur volet administratif, envoyer et suivre les demandes.",
        (
            (Droit.DOSSIER_LISTE, Mode.OUI),
            (Droit.DOSSIER_CREATION, Mode.OUI),
            (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),
            (Droit.DEMANDE, Mode.OUI),
        ),
    ),
    Preset(
        "assistant_medical",
        "Assistant médical",
        "De plus\u00a0: compléter le volet médical, accepter un dossier.",
        (
            (Droit.DOSSIER_LISTE, Mode.OUI),
            (Droit.DOSSIER_CREATION, Mode.OUI),
            (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),
            (Droit.VOLET_MEDICAL, Mode.ECRITURE),
            (Droit.DEMANDE, Mode.OUI),
            (Droit.DOSSIER_ACCEPTATION, Mode.OUI),
        ),
    ),
    Preset(
        "lecture_seule",
        "Lecture seule",
        "Consulter les dossiers et leurs volets, sans rien y écrire.",
        (
            (Droit.DOSSIER_LISTE, Mode.OUI),
            (Droit.VOLET_ADMINISTRATIF, Mode.LECTURE),
            (Droit.VOLET_MEDICAL, Mode.LECTURE),
        ),
    ),
)
OWN_CHOICE = "Personnalisés"


def of_medecin(medecin_id: int) -> Rights:
    """All rights on the space of one médecin: his own, and the same ones for a confrère (DEL-3)."""
    whole = [
        Lent(orientation, droit, mode)
        for orientation in Orientation
        for droit, mode in WHOLE_SPACE
        if (orientation, droit) not in ABSENT
    ]
    return _in_space(medecin_id, whole)


def of_delegate(delegation) -> Rights:
    """What the délégation lends: everything to a confrère, the chosen rights to an assistant."""
    if delegation.is_confrere:
        return of_medecin(delegation.delegant_id)
    return _in_space(delegation.delegant_id, lent(delegation))


def _in_space(medecin_id: int, held: Iterable[Lent]) -> Rights:
    return Rights(
        frozenset(
            Grant(droit, one.mode, one.orientation, Niveau.MEDECIN, medecin_id)
            for one in held
            for droit in (one.droit, *FOLLOWING.get(Droit(one.droit), ()))
        )
    )


def lent(delegation) -> frozenset[Lent]:
    return frozenset(Lent(row.orientation, row.droit, row.mode) for row in delegation.droits.all())


EACH_LENDABLE = frozenset(
    Lent(orientation.value, droit.value, mode.value)
    for orientation in Orientation
    for droit, modes in LENDABLE.items()
    for mode in modes
    if (orientation, droit) not in ABSENT
)


def may_be_lent(one: Lent) -> bool:
    """Never more than the page offers, whatever a forged request asks for (DEL-7)."""
    return one in EACH_LENDABLE


def label(droits: frozenset[Lent]) -> str:
    """«Secrétariat» when it is that set, as a table's cell says it."""
    return next((preset.label for preset in PRESETS if preset.lent == droits), OWN_CHOICE)


class OnOrientation(NamedTuple):
    """What one may do there, «Oui», «lecture» or «écriture» by right, and what one may not (DEL-5)."""

    label: str
    held: list[tuple[str, str]]
    missing: list[str]


def table(droits: frozenset[Lent]) -> list[OnOrientation]:
    modes = {(one.orientation, one.droit): Mode(one.mode).label for one in droits}
    rows = []
    for orientation in Orientation:
        said = {
            droit.label: modes.get((orientation.value, droit.value))
            for droit in LENDABLE
            if (orientation, droit) not in ABSENT
        }
        held = [(label, mode) for label, mode in said.items() if mode]
        missing = [label for label, mode in said.items() if not mode]
        rows.append(OnOrientation(orientation.label, held, missing))
    return rows


def changes(before: frozenset[Lent], after: frozenset[Lent]) -> list[str]:
    """What a change of rights gives and takes, in words for the history and the mail."""
    were = {(one.orientation, one.droit): one.mode for one in before}
    are = {(one.orientation, one.droit): one.mode for one in after}
    told = []
    for orientation in Orientation:
        for droit in LENDABLE:
            key = (orientation.value, droit.value)
            if were.get(key) != are.get(key):
                told.append(f"{orientation.label}, {_change(droit, were.get(key), are.get(key))}")
    return told


def _change(droit: Droit, before: str | None, after: str | None) -> str:
    what = droit.label[0].lower() + droit.label[1:]
    if not droit.is_graded:
        return f"«\u00a0{what}\u00a0» {'retiré' if after is None else 'accordé'}"
    return f"{what}\u00a0: {_said(after)} (auparavant {_said(before)})"


def _said(mode: str | None) -> str:
    return Mode(mode).label if mode is not None else "aucun accès"
