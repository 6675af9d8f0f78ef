"""The revue as a workbook: all its rows, in constant memory (HAB-9)."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import PROFILS
from viatraj.core.droits import Domaine, Niveau
from viatraj.core.expiry import expiry
from viatraj.core.workbook import Column, Workbook

COLUMNS = [
    Column("Nom", 22),
    Column("Prénom", 18),
    Column("Identifiant", 18),
    Column("Adresse e-mail", 32),
    Column("Domaine d’accès", 16),
    Column("Profil", 34),
    Column("Niveau", 16),
    Column("Coordination", 24),
    Column("Établissement", 40),
    Column("Unité", 32),
    Column("Guichet", 24),
    Column("Début", 12, "date"),
    Column("Fin", 12, "date"),
    Column("Échéance", 22),
    Column("Réception des e-mails", 12),
    Column("Droits personnalisés", 12),
    Column("Dernière connexion", 18, "instant"),
]
SLICE = 2_000  # rows in memory at once
FIELDS = (
    "user__nom user__prenom user__login user__email domaine profil niveau coordination__nom "
    "etablissement__nom unite__nom guichet__nom debut fin emails adjusted user__last_sign_in_at"
).split()
LABELS = {profil.code: profil.label for profil in PROFILS.values()}
DOMAINES, NIVEAUX = dict(Domaine.choices), dict(Niveau.choices)


def write(file, revue) -> int:
    """Into a binary file; how many lines."""
    lines = 0

    def counted():
        nonlocal lines
        for row in _rows(revue):
            lines += 1
            yield _line(row, revue.today)

    with Workbook(file) as book, book.sheet("Revue des habilitations", COLUMNS) as sheet:
        sheet.write_rows(counted())
    return lines


def _rows(revue):
    """Only the keys are all in memory; rows are read by slices, and the perimeter checked again for each."""
    visible = Habilitation.objects.visible_to(revue.actor)
    adjusted = Exists(DroitPersonnalise.objects.filter(habilitation=OuterRef("pk")))
    rows = visible.annotate(adjusted=adjusted).values_list("pk", *FIELDS)
    pks = list(revue.pks())
    for start in range(0, len(pks), SLICE):
        wanted = pks[start : start + SLICE]
        found = {pk: row for pk, *row in rows.filter(pk__in=wanted)}
        yield from (found[pk] for pk in wanted if pk in found)


def _line(row, today) -> list:
    *person, domaine, profil, niveau, coordination, etablissement, unite, guichet, debut, fin = row[:13]
    emails, adjusted, signed_in = row[13:]
    return [
        *person,
        DOMAINES[domaine],
        LABELS.get(profil, profil),
        NIVEAUX[niveau],
        coordination,
        etablissement,
        unite,
        guichet,
        debut,
        fin,
        expiry(fin, today).label.replace("Expire ", "").capitalize(),
        emails,
        adjusted,
        signed_in and timezone.localtime(signed_in),
    ]
