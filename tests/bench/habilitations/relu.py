"""The export, read back by openpyxl, cell by cell against the database."""

import openpyxl
from openpyxl.utils.escape import unescape

from habilitations.models import Habilitation
from tests.bench.habilitations.export import revue_of

NASTY = (
    "=1+1",
    "@SUM(A1)",
    "+33",
    "-2",
    "\tx",
    "un\r\ndeux\rtrois",
    "\x01\x08cloche",
    "_x0041_",
    "<&>\"'",
    "🩺 O’Neil «\u202fœ\u202f»",
    "x" * 100,
)


def read_back(path, login) -> int:
    """Lines that are not, cell by cell, what the database holds."""
    revue = revue_of(login)
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    titles = next(rows)
    wrong = 0
    keys = list(revue.pks())
    for start in range(0, len(keys), 5_000):
        pks = keys[start : start + 5_000]
        held = Habilitation.objects.with_lieu().select_related("user").in_bulk(pks)
        for pk in pks:
            wrong += differs(dict(zip(titles, next(rows), strict=True)), held[pk])
    return wrong + sum(1 for _ in rows)


def differs(line, row) -> bool:
    said = {
        "Nom": row.user.nom,
        "Prénom": row.user.prenom,
        "Identifiant": row.user.login,
        "Adresse e-mail": row.user.email,
        "Profil": row.le_profil.label,
        "Coordination": row.coordination.nom,
        "Établissement": row.etablissement.nom if row.etablissement else "",
        "Unité": row.unite.nom if row.unite else "",
    }
    read = {title: unescape(line[title] or "") for title in said}
    dates = line["Début"].date(), line["Fin"].date()
    return read != {title: clean(text) for title, text in said.items()} or dates != (row.debut, row.fin)


def clean(text) -> str:
    """What a cell can hold of it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
