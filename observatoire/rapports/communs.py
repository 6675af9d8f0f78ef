"""What many reports say alike: their levels, columns, the rows that they begin with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import Combinable

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande, FaitDossier
from observatoire.rapports import etiquettes, moteur, tables
from observatoire.rapports.base import Cadre, Colonne
from observatoire.rapports.criteres import retenus
from observatoire.rapports.groupes import Compte, Figure, Part
from observatoire.rapports.pseudonymes import pseudonyme
from viatraj.core.droits import Domaine, Niveau

ENSEMBLE = "ensemble"
PROPRES = (Niveau.ETABLISSEMENT, Niveau.UNITE)
TERRITOIRES = (Niveau.NATIONAL, Niveau.REGION, Niveau.COORDINATION)
TOUS = (*TERRITOIRES, *PROPRES)

HEURES = (
    "Durée en heures entières écoulées, nuits, samedis, dimanches et jours fériés compris. Quantile au rang "
    "le plus proche\u00a0: la plus petite durée que cette part des durées ne dépasse pas."
)
DUREE = "Nuits, samedis, dimanches et jours fériés compris. "
AUJOURD_HUI = "Rattachement d’aujourd’hui, après déplacements, fusions et fermetures."
ALORS = "Rattachement au premier relevé de la ligne, avant tout déplacement ou toute fusion."

DOSSIER = Colonne(
    "dossier",
    "Dossier",
    definition="Pseudonyme propre à ce fichier\u00a0: il en porte un autre dans chaque commande.",
    largeur=14,
)
MOIS = Colonne("mois", "Mois", definition="Année et mois, heure de Paris.", largeur=10)
LIEU = Colonne(
    "lieu",
    "Structure",
    definition=(
        "L’unité pour vos propres structures, l’établissement pour une coordination, la coordination pour "
        f"une région, la région pour la France. {AUJOURD_HUI} Pour vos unités, un critère donne celui de "
        "l’époque."
    ),
    largeur=40,
)
ETAT = Colonne("statut", "Statut", definition="État de la demande au dernier relevé.", largeur=24)
MOTIF = Colonne("motif", "Motif", definition="Pourquoi elle est close.", largeur=30)
RECEPTION = Colonne(
    "reception",
    "Réception",
    "instant",
    "Dernier envoi\u00a0: une demande réactivée repart de là.",
    largeur=16,
)
REPONSE = Colonne(
    "reponse",
    "Première réponse",
    "instant",
    "Proposition, refus, liste d’attente ou précision.",
    largeur=16,
)

LIEU_DEMANDEUR = replace(LIEU, titre="Structure demandeuse")
AXE = Colonne("axe", "Caractéristique", definition="Ce que la modalité décrit.", largeur=28)
MODALITE = Colonne("modalite", "Modalité", definition="Une valeur de la caractéristique.", largeur=44)


def nombre(cle: str, titre: str, definition: str, unite: str = "demandes") -> Colonne:
    return Colonne(cle, titre, "int", definition, unite, 12)


def part(cle: str, titre: str, definition: str) -> Colonne:
    return Colonne(cle, titre, "percent", definition, "%", 10)


def duree(cle: str, titre: str, definition: str) -> Colonne:
    return Colonne(cle, titre, "duration", definition, "jours et heures", 16)


def quartiles(prefix: str, sujet: str) -> tuple[Colonne, ...]:
    """As `moteur.quartiles`."""
    said = (
        ("p25", "P25", "Un quart des délais ne la dépasse pas. "),
        ("mediane", "médiane", "La moitié des délais ne la dépasse pas. "),
        ("p75", "P75", "Trois quarts des délais ne la dépassent pas. "),
        ("p90", "P90", "Neuf dixièmes des délais ne la dépassent pas. "),
    )
    return tuple(duree(f"{prefix}{name}", f"{sujet} – {word}", text + HEURES) for name, word, text in said)


def recues(cadre: Cadre, module: str) -> QuerySet[FaitDemande]:
    """By who receives: of its places, narrowed to what was chosen; of any day."""
    rows = FaitDemande.objects.filter(moteur.at_places(cadre.perimetre), module=module)
    return rows.filter(retenus(cadre))


def envoyees(cadre: Cadre, orientation: str) -> QuerySet[FaitDemande]:
    """By who asks."""
    rows = FaitDemande.objects.filter(moteur.at_places(cadre.perimetre, "par_"), orientation=orientation)
    return rows.filter(retenus(cadre))


def recherches(cadre: Cadre, *when: Q) -> Q:
    """Of dossiers, those that these places were asked for. `when`: true of a dossier as of its demandes, so
    that few of these are looked at.
    """
    asked = FaitDemande.objects.filter(moteur.at_places(cadre.perimetre), *when, module=Domaine.GRAND_AGE)
    return Q(pk__in=asked.values("dossier"))


def ouverts(cadre: Cadre, orientation: str) -> QuerySet[FaitDossier]:
    """Dossiers of who asks."""
    rows = FaitDossier.objects.filter(moteur.at_places(cadre.perimetre, "par_"), orientation=orientation)
    return rows.filter(retenus(cadre))


def profils(
    rows: QuerySet, population: str, axes: Mapping[str, Combinable], cadre: Cadre, **mois: Combinable
) -> Tableau:
    """A table a characteristic, one under the other: each line counts once in each. `mois`: by month."""
    figures = Compte("n"), Part("part", "n")
    known = moteur.fixe(cadre, is_monthly=False)
    groupings = [mois | {"modalite": one} for one in axes.values()]
    parts = moteur.tableaux(rows, population, groupings, figures, known=known)
    found = tables.together(population, parts, "axe", list(axes))
    mesures = tuple(replace(one, parmi=("axe",)) if one.cle == "part" else one for one in found.mesures)
    return replace(found, mesures=mesures)


def anonymes(cadre: Cadre, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The key of the dossier stands first, and goes."""
    for dossier, *rest in rows:
        yield (pseudonyme(cadre.cle, "dossier", dossier), *rest)


def lignes_de(tableau: Callable[[Cadre], Tableau]) -> Callable[[Cadre], Iterator[tuple[Any, ...]]]:
    return lambda cadre: etiquettes.etiquetees(tableau(cadre))


def ensemble_de(
    rows: Callable[[Cadre], QuerySet], population: str, figures: Sequence[Figure], *, weighs: bool = False
) -> Callable[[Cadre], Tableau]:
    """All lines as one row. `weighs`: its table is blurred by how many lines a person has at a place."""

    def ensemble(cadre: Cadre) -> Tableau:
        poids = moteur.poids(moteur.grain(cadre.perimetre)) if weighs else 1
        known = moteur.fixe(cadre, is_monthly=False)
        whole = {ENSEMBLE: Value(ENSEMBLE)}
        found = moteur.tableau(rows(cadre), population, whole, figures, known=known, poids=poids)
        return tables.without(found, ENSEMBLE)

    return ensemble


def counted(rows: Callable[[Cadre], QuerySet]) -> Callable[[Cadre], int]:
    return lambda cadre: rows(cadre).count()


def at_most(each: int) -> Callable[[Cadre], int]:
    """Of an aggregated table: how many rows a place and a month has, at most."""

    def estime(cadre: Cadre) -> int:
        months = (cadre.fin.year - cadre.debut.year) * 12 + cadre.fin.month - cadre.debut.month + 1
        return months * each * max(1, sum(map(len, cadre.perimetre.ids.values())))

    return estime


def oui(value: bool) -> str:
    return "Oui" if value else "Non"
