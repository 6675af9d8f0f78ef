"""The file of an order: what it counts, what was asked, what each column means (OBS-3, OBS-4, OBS-6).

Nothing is held but a slice of lines, and nothing is written but through `file`, which encrypts it.
"""

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import IO, Any

from django.utils import timezone

from observatoire import rapports
from observatoire.calendrier import CONSOLIDATION, is_provisional
from observatoire.models import Commande, Format
from observatoire.rapports import Cadre, Nature, Rapport, resultats
from observatoire.rapports.resultats import Resultat
from observatoire.reads import magasin
from viatraj.core.csv_list import CsvArchive
from viatraj.core.typography import counted, instant, long_day, short_day
from viatraj.core.workbook import Column, Workbook

SLICE = 1_000
CRITERES = [Column("Critère", 34), Column("Valeur", 90, "long")]
DEFINITIONS = [Column("Colonne", 34), Column("Définition", 90, "long"), Column("Unité", 16)]
SYNTHESE = [Column("Chiffre", 48), Column("Valeur", 16, "int")]
NATURES = {
    Nature.LIGNES: "Une ligne par élément",
    Nature.AGREGE: "Chiffres regroupés",
    Nature.PHOTO: "Photographie à une date",
}


def write(file: IO[bytes], commande: Commande, cadre: Cadre, *, tell: Callable[[int], None]) -> int:
    """How many lines of data."""
    rapport = rapports.CATALOGUE[commande.rapport]
    found = resultats.result(rapport, cadre, today=timezone.localdate(cadre.now))
    with _book(file, Format(commande.format)) as book:
        with book.sheet("Données", columns(rapport)) as sheet:
            count = _pour(found.lignes, sheet.write_rows, tell)
        if synthese := list(found.synthese):
            with book.sheet("Synthèse", SYNTHESE) as sheet:
                sheet.write_rows(synthese)
        with book.sheet("Critères", CRITERES) as sheet:
            sheet.write_rows(criteres(commande, found, count))
        with book.sheet("Définitions", DEFINITIONS) as sheet:
            sheet.write_rows(definitions(rapport))
    return count


def _book(file: IO[bytes], chosen: Format) -> Workbook | CsvArchive:
    """As csv too, criteria and definitions go along: a file each."""
    if chosen == Format.XLSX:
        return Workbook(file)
    return CsvArchive(file, comma="," if chosen == Format.CSV else ".")


def _pour(
    rows: Iterator[tuple[Any, ...]], write_rows: Callable[[Any], None], tell: Callable[[int], None]
) -> int:
    """From the one into the other; whoever stops it leaves no cursor open."""
    count, lines = 0, iter(rows)
    try:
        while part := list(islice(lines, SLICE)):
            write_rows(part)
            count += len(part)
            tell(count)
    finally:
        if isinstance(lines, Generator):
            lines.close()
    return count


def _freshness(rapport: Rapport) -> str:
    if rapport.vivant:
        return "Au moment de l’extraction"
    at = magasin.relevees_at()
    return f"Relevées le {instant(at)}" if at else "Aucun relevé n’a encore été fait"


def columns(rapport: Rapport) -> list[Column]:
    return [Column(one.titre, one.largeur, one.kind) for one in rapport.colonnes]


def criteres(commande: Commande, found: Resultat, count: int) -> Iterator[tuple[str, str]]:
    """Period, filters, structures, when: what it takes to say what a figure counts."""
    rapport, cadre = found.rapport, found.cadre
    today = timezone.localdate(cadre.now)
    yield "Fichier", f"{rapport.code} – {rapport.titre}"
    yield "Une ligne est", rapport.ligne
    yield "Commande", f"n° {commande.pk}"
    yield "Période", period(rapport, cadre.debut, cadre.fin)
    yield "Données", _freshness(rapport)
    yield "Niveau", cadre.perimetre.niveaux[0].label
    names = cadre.perimetre.libelles
    yield "Structures", f"{counted(len(names), 'structure')}\u00a0: " + " ; ".join(names)
    for critere in rapport.criteres:
        if chosen := cadre.choisis(critere.cle):
            labels = dict(critere.choix(cadre.perimetre))
            yield critere.titre, ", ".join(labels.get(one, one) for one in chosen)
        else:
            yield critere.titre, "Tous"
    yield "Extraction", instant(cadre.now)
    yield "Consolidation", consolidation(cadre.fin, today)
    if found.legende:
        yield "Petits effectifs", found.legende
    yield "Lignes", str(count)


def period(rapport: Rapport, debut: Any, fin: Any) -> str:
    if not rapport.periode_sur:
        return f"Situation au {short_day(fin)}"
    if rapport.nature == Nature.PHOTO:
        return f"Photographie au {short_day(fin)}"
    return f"Du {short_day(debut)} au {short_day(fin)} ({rapport.periode_sur})"


def consolidation(fin: Any, today: Any) -> str:
    """OBS-6: said in the file as on the page."""
    until = long_day(today - CONSOLIDATION)
    if is_provisional(fin, today):
        return f"DONNÉES NON CONSOLIDÉES au-delà du {until}\u00a0: ces chiffres peuvent encore changer."
    return f"Données consolidées jusqu’au {until}."


def definitions(rapport: Rapport) -> Iterator[tuple[str, str, str]]:
    yield "Le fichier", rapport.resume, ""
    yield "Une ligne", rapport.ligne, ""
    for one in rapport.colonnes:
        yield one.titre, one.definition, one.unite
