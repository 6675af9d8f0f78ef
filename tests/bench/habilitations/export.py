"""One export of a revue in a process of its own: `python -m … ours|theirs LOGIN FILE` says lines, CPU, MB.

Theirs is django-import-export as its documentation has it: a ModelResource, select_related, its xlsx format.
"""

import json
import resource
import sys
from pathlib import Path
from time import process_time

import django

if __name__ == "__main__":
    django.setup()

import openpyxl
from django.utils import timezone
from import_export.fields import Field
from import_export.formats.base_formats import XLSX
from import_export.resources import ModelResource
from openpyxl.utils.escape import unescape

from accounts.models import User
from habilitations import export
from habilitations.models import Habilitation
from habilitations.revue import Choix, Revue
from tests.factories import as_professionnel

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


class Resource(ModelResource):
    nom, prenom = Field("user__nom", "Nom"), Field("user__prenom", "Prénom")
    login, email = Field("user__login", "Identifiant"), Field("user__email", "Adresse e-mail")
    coordination = Field("coordination__nom", "Coordination")
    etablissement, unite = Field("etablissement__nom", "Établissement"), Field("unite__nom", "Unité")
    guichet = Field("guichet__nom", "Guichet")
    signed_in = Field("user__last_sign_in_at", "Dernière connexion")

    class Meta:
        model = Habilitation
        fields = (
            "nom prenom login email domaine profil niveau coordination etablissement unite guichet debut fin "
            "emails signed_in"
        ).split()


def theirs(path, revue):
    rows = revue.rows().sorted_by("nom")
    rows = rows.select_related("user", "coordination", "etablissement", "unite", "guichet")
    data = Resource().export(rows)
    path.write_bytes(XLSX().export_data(data))
    return len(data)


def ours(path, revue):
    with path.open("wb") as file:
        return export.write(file, revue)


def revue_of(login) -> Revue:
    today = timezone.localdate()
    return Revue(as_professionnel(User.objects.get(login=login)), Choix(), today=today)


def measured(way, login, path):
    revue, megabytes = revue_of(login), 1024
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    lines = WAYS[way](Path(path), revue)
    cpu, peak = process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "lines": lines,
        "cpu": cpu,
        "growth": (peak - before) / megabytes,
        "peak": peak / megabytes,
    }


def read_back(path, login) -> int:
    """Lines that are not, cell by cell, what the database holds."""
    revue = revue_of(login)
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    titles = next(rows)
    wrong = 0
    for pks in slices(list(revue.pks()), 5_000):
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


def slices(rows, size):
    return (rows[start : start + size] for start in range(0, len(rows), size))


WAYS = {"ours": ours, "theirs": theirs}
if __name__ == "__main__":
    print(json.dumps(measured(*sys.argv[1:])))
