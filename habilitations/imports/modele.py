"""Workbooks of an import: the template to fill in, and the report to keep."""

from io import BytesIO

from annuaire.models import Coordination, Etablissement, Guichet, Unite
from habilitations.imports.classeur import SHEET
from habilitations.imports.colonnes import COLONNES
from habilitations.profils import NAMES, PROFILS
from viatraj.core.droits import Droit, Niveau
from viatraj.core.workbook import Column, Workbook

AT_MOST = 5_000  # places listed; who has more knows their FINESS numbers
WAYS = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.GUICHET, Niveau.COORDINATION)
AIDE = [Column("Colonne", 22), Column("Ce qu’on y met", 90), Column("Exemple", 36)]
LIEUX = [Column("Établissement", 14), Column("Nom de l’établissement", 50), Column("Unité ou guichet", 50)]
PROFILS_HEADS = [
    Column("Profil", 34),
    Column("S’attribue sur", 30),
    Column("Code du droit", 34),
    Column("Droit", 50),
    Column("Mode", 14),
    Column("Modes possibles", 44),
]
REPORT = [
    Column("Ligne", 8),
    Column("Nom", 22),
    Column("Prénom", 22),
    Column("Identifiant", 22),
    Column("Profil", 34),
    Column("Lieu", 44),
    Column("Fin", 13, "date"),
    Column("Résultat", 60),
]


def template(rights) -> bytes:
    """With the places of the perimeter and the profiles, so that names need not be guessed."""
    to_fill = [
        Column(colonne.label, colonne.width, "date" if colonne.is_date else "") for colonne in COLONNES
    ]
    help_lines = [(colonne.label, colonne.help_text, colonne.example) for colonne in COLONNES]
    return _book(
        (SHEET, to_fill, []),
        ("Aide", AIDE, help_lines),
        ("Lieux", LIEUX, places(rights)),
        ("Profils", PROFILS_HEADS, _profils()),
    )


def report(one) -> bytes:
    """What became of each line."""
    rows = (
        (
            line["ligne"],
            line["nom"],
            line["prenom"],
            line["identifiant"],
            line["profil"],
            line.get("lieu") or " – ".join(filter(None, (line["etablissement"], line["unite"]))),
            line["fin"],
            outcome(one, line),
        )
        for line in one.told
    )
    return _book(("Compte rendu", REPORT, rows))


def outcome(one, line) -> str:
    if line["problemes"]:
        return " ".join(line["problemes"])
    if one.state == one.State.DONE:
        return "Compte ouvert, habilitation attribuée." if line["nouveau"] else "Habilitation attribuée."
    return "Compte à ouvrir, habilitation à attribuer." if line["nouveau"] else "Habilitation à attribuer."


def places(rights) -> list[tuple]:
    """FINESS or name as the file may say it, then names to recognise the place by."""
    whole = Etablissement.objects.open().within(rights, Droit.HABILITATION).order_by("nom", "pk")
    units = Unite.objects.open().within(rights, Droit.HABILITATION).select_related("etablissement")
    guichets = Guichet.objects.within(rights, Droit.HABILITATION)
    coordinations = Coordination.objects.within(rights, Droit.HABILITATION)
    rows = [(_said(one), one.nom, "") for one in (*whole[:AT_MOST], *coordinations[:AT_MOST])]
    for row in (*units[:AT_MOST], *guichets.select_related("etablissement", "coordination")[:AT_MOST]):
        above = row.etablissement or row.coordination
        rows.append((_said(above), above.nom, row.nom))
    return sorted(rows, key=lambda row: (row[1], row[0], row[2]))[:AT_MOST]


def _said(structure) -> str:
    return getattr(structure, "finess", None) or structure.nom


def _profils():
    for profil in PROFILS.values():
        levels = [niveau.label for niveau in profil.niveaux if niveau in WAYS]
        if not levels:
            continue  # given on the screen
        where = ", ".join(levels)
        yield (profil.label, where, None, None, None, None)
        for droit in profil.droits:
            if not droit.is_fixed:
                modes = ", ".join(NAMES[mode] for mode in dict.fromkeys((droit.mode, *droit.modes)))
                yield (profil.label, where, droit.key, droit.droit.label, NAMES[droit.mode], modes)


def _book(*sheets) -> bytes:
    held = BytesIO()
    with Workbook(held) as book:
        for title, columns, rows in sheets:
            with book.sheet(title, columns) as sheet:
                sheet.write_rows(tuple(value or None for value in row) for row in rows)
    return held.getvalue()
