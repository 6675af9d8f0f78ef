"""What a profile is made of, and the few words that write one."""

from dataclasses import dataclass

from viatraj.core.droits import SANS_PAGE, Domaine, Droit, Mode, Niveau

AUCUN = "aucun"
OUI, ANONYME, LECTURE, ECRITURE, REPONDRE, VALIDATION = Mode
NAMES = {AUCUN: "aucun"} | {mode.value: mode.label for mode in Mode}
ETAB_UNITE = (Niveau.ETABLISSEMENT, Niveau.UNITE)

TABLEAU = (ANONYME, LECTURE, ECRITURE)
LU = (ANONYME, LECTURE)
VU = (AUCUN, *LU)


@dataclass(frozen=True)
class DroitProfil:
    """`mode` is the default; `modes` are those that may be chosen, none when it is fixed.

    `only_at`: held there only, whatever the other levels of its profile.
    """

    domaine: str
    droit: Droit
    mode: str
    modes: tuple[str, ...] = ()
    only_at: Niveau | None = None

    @property
    def key(self) -> str:
        return f"{self.domaine}-{self.droit.value}"

    @property
    def is_fixed(self) -> bool:
        return not self.modes

    @property
    def is_box(self) -> bool:
        """Yes or no: a box to tick."""
        return set(self.modes) == {AUCUN, OUI}

    def accepts(self, mode: str) -> bool:
        return mode == self.mode or mode in self.modes


@dataclass(frozen=True)
class Groupe:
    """A «grande fonctionnalité» of the page: «Sanitaire – Prescripteur»."""

    label: str
    domaine: Domaine
    droits: tuple[DroitProfil, ...]


@dataclass(frozen=True)
class Profil:
    """`granted_with`: the right that its granter holds on the place; `does` explains it in words."""

    code: str
    label: str
    domaine: Domaine
    niveaux: tuple[Niveau, ...]
    does: str
    groupes: tuple[Groupe, ...]
    granted_with: Droit = Droit.HABILITATION

    @property
    def droits(self) -> tuple[DroitProfil, ...]:
        return tuple(droit for groupe in self.groupes for droit in groupe.droits)

    @property
    def domaines(self) -> frozenset[str]:
        """Where it gives something; the revue of a domaine shows it."""
        return frozenset({self.domaine, *(groupe.domaine for groupe in self.groupes)})

    def at(self, niveau: str) -> tuple[DroitProfil, ...]:
        return tuple(droit for droit in self.droits if droit.only_at in (None, niveau))

    @property
    def is_referent(self) -> bool:
        return any(droit.droit == Droit.HABILITATION for droit in self.droits)

    @property
    def is_offered(self) -> bool:
        """It opens something; whoever holds another keeps it to its end, and nobody is given one more."""
        return any(droit.droit not in SANS_PAGE for droit in self.droits)

    @property
    def quality(self) -> str:
        """In which he acts, for the journal: «référent structure»."""
        return self.label[0].lower() + self.label[1:] if self.label[1:2].islower() else self.label

    def __str__(self) -> str:
        return self.label


def groupe(label: str, domaine: Domaine, *droits: tuple) -> Groupe:
    """Of `fixe(…)` and `choix(…)`, all in one domaine."""
    module = "" if domaine == Domaine.ADMINISTRATION else domaine.value
    return Groupe(label, domaine, tuple(DroitProfil(module, *droit) for droit in droits))


def fixe(droit: Droit, mode: str = OUI) -> tuple:
    return droit, mode


def choix(droit: Droit, mode: str, *modes: str, only_at: Niveau | None = None) -> tuple:
    """Chosen among `modes`, a box to tick when there are none; `mode` is proposed."""
    return droit, mode, modes or (AUCUN, OUI), only_at
