"""The revue as a workbook: its rows, then the modes of their rights, in constant memory (HAB-9)."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, OuterRef, TextField
from django.utils import timezone

from habilitations import rights
from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import NAMES, PROFILS, DroitProfil
from habilitations.reads import entete
from viatraj.core.droits import Domaine, Mode, Niveau
from viatraj.core.expiry import expiry
from viatraj.core.workbook import Cells, Column, Workbook

WHO = [Column("Nom", 22), Column("Prénom", 18), Column("Identifiant", 18)]
COLUMNS = [
    *WHO,
    Column("Adresse e-mail", 32),
    Column("Domaine d’accès", 16),
    Column("Profil", 34),
    Column("Niveau", 16),
    Column("Coordination", 24),
    Column("Établissement", 40),
    Column("FINESS", 12),
    Column("Unité", 32),
    Column("Guichet", 24),
    Column("Début", 12, "date"),
    Column("Fin", 12, "date"),
    Column("Échéance", 22),
    Column("Réception des e-mails", 12),
    Column("Droits", 60),
    Column("Droits personnalisés", 12),
    Column("Dernière connexion", 18, "instant"),
]
WHERE = [Column("Profil", 34), Column("Établissement", 40), Column("Unité ou guichet", 32)]
ABOUT = [Column("Cette revue", 20), Column("", 100)]
SLICE = 2_000  # rows in memory at once
FIELDS = (
    "user__nom user__prenom user__login user__email domaine profil niveau coordination__nom "
    "etablissement__nom etablissement__finess unite__nom guichet__nom debut fin emails "
    "user__last_sign_in_at chosen"
).split()
LABELS = {profil.code: profil.label for profil in PROFILS.values()}
DOMAINES, NIVEAUX = dict(Domaine.choices), dict(Niveau.choices)
CHOSEN = ArraySubquery(
    DroitPersonnalise.objects.filter(habilitation=OuterRef("pk")).values_list(
        Func(
            "domaine",
            "droit",
            "mode",
            template="ARRAY[%(expressions)s]",
            output_field=ArrayField(TextField()),
        )
    )
)


def write(file, revue) -> int:
    """Into a binary file; how many lines."""
    given, lines = Given(), 0
    # Each line's person and place wait on the disk for the second sheet.
    with Workbook(file) as book, TemporaryFile("w+", encoding="utf-8", newline="\n") as kept:
        with book.sheet("Revue des habilitations", COLUMNS) as sheet:
            for slice_ in _slices(revue):
                sheet.write_rows(_line(row, given, kept, revue.today) for row in slice_)
                lines += len(slice_)
        kept.seek(0)
        with book.sheet("Modes des droits", [*WHO, *WHERE, *given.columns()]) as sheet:
            sheet.write_rows(given.rows(kept))
        with book.sheet("À propos", ABOUT) as sheet:
            sheet.write_rows(_about(revue, lines))
    return lines


def _slices(revue) -> Iterator[list]:
    """Only the keys are all in memory; rows are read by slices, and the perimeter checked again for each."""
    visible = Habilitation.objects.visible_to(revue.actor)
    rows = visible.annotate(chosen=CHOSEN).values_list("pk", *FIELDS)
    pks = list(revue.pks())
    for start in range(0, len(pks), SLICE):
        wanted = pks[start : start + SLICE]
        found = {pk: row for pk, *row in rows.filter(pk__in=wanted)}
        yield [found[pk] for pk in wanted if pk in found]


def _line(row, given, kept, today) -> list:
    nom, prenom, login, email, domaine, profil, niveau, coordination, etablissement, finess = row[:10]
    unite, guichet, debut, fin, emails, signed_in, chosen = row[10:]
    who, label = Cells.of([nom, prenom, login]), LABELS.get(profil, profil)
    number = given.number(profil, niveau, chosen)
    where = Cells.of([label, etablissement, unite or guichet])
    kept.write(f"{number} {who}{where}".replace("\n", "&#10;") + "\n")
    return [
        who,
        email,
        DOMAINES[domaine],
        label,
        NIVEAUX[niveau],
        coordination,
        etablissement,
        finess,
        unite,
        guichet,
        debut,
        fin,
        expiry(fin, today).label.replace("Expire ", "").capitalize(),
        emails,
        given.words[number],
        bool(chosen),
        signed_in and timezone.localtime(signed_in),
    ]


class Given:
    """What each profile gives at each level, adjusted or not: worked out once, however many hold it."""

    def __init__(self):
        self.numbers: dict[tuple, int] = {}
        self.modes: list[dict[DroitProfil, str]] = []
        self.words: list[Cells] = []

    def number(self, profil, niveau, chosen) -> int:
        key = profil, niveau, tuple(map(tuple, chosen))
        if key not in self.numbers:
            self.numbers[key] = len(self.modes)
            self.modes.append(rights.given(profil, niveau, chosen) if profil in PROFILS else {})
            self.words.append(Cells.of([_words(self.modes[-1])]))
        return self.numbers[key]

    @property
    def _droits(self) -> dict[tuple, str]:
        """The rights of those profiles, in the order in which the profiles say them."""
        held = {(one.domaine, one.droit) for modes in self.modes for one in modes}
        every = (one for profil in PROFILS.values() for one in profil.droits)
        return {key: _named(one) for one in every if (key := (one.domaine, one.droit)) in held}

    def columns(self) -> list[Column]:
        return [Column(title, 18) for title in self._droits.values()]

    def rows(self, kept) -> Iterator[list]:
        tails = []
        for modes in self.modes:
            by_key = {(one.domaine, one.droit): NAMES[mode] for one, mode in modes.items()}
            tails.append(Cells.of(by_key.get(key) for key in self._droits))
        for line in kept:
            number, _, head = line.rstrip("\n").partition(" ")
            yield [Cells(head), tails[int(number)]]


def _named(droit) -> str:
    return f"{droit.droit.label} ({DOMAINES[droit.domaine]})" if droit.domaine else droit.droit.label


def _words(modes) -> str:
    said = [
        _named(one) + (f"\u00a0: {NAMES[mode]}" if mode != Mode.OUI else "") for one, mode in modes.items()
    ]
    return "\u202f; ".join(said)


def _about(revue, lines) -> list:
    said, user = entete.of(revue, total=lines), revue.actor.user
    return [
        ["Périmètre", said.perimetre],
        ["Filtres", said.filtres],
        ["Lignes", said.lignes],
        ["Établie le", revue.today],
        ["Par", f"{user.nom_complet} ({user.login})"],
    ]
