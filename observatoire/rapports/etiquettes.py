"""What the keys of a table mean, as people read them: codes stay, names change."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db.models import Case, CharField, Q, Value, When

from annuaire.models import Coordination, Departement, Etablissement, Region, Unite
from annuaire.natures import Nature
from demandes.etats import Etat
from demandes.handicap.motifs import categorie_dite, mode_dit
from demandes.handicap.statuts import StatutUnite
from demandes.motifs import MOTIFS
from dossiers.models import Sexe
from dossiers.volets import administratif, orientation
from dossiers.volets.formulaires import Formulaire
from dossiers.volets.pathologies import GROUPES
from habilitations.profils import PROFILS
from observatoire.masquage.tableau import Tableau
from viatraj.core.actor import Means
from viatraj.core.champs import Choix, Plusieurs

UNKNOWN = "Non renseigné"
PLUSIEURS = "plusieurs"
# From an age to another, both included.
AGES = ((0, 17), (18, 39), (40, 59), (60, 74), (75, 84), (85, 94), (95, 200))
Labels = Mapping[Any, str]
RUBRIQUES = {
    "comptes": "Comptes qui ont une habilitation en vigueur",
    "profils": "Habilitations en vigueur, par profil",
    "echeances": "Habilitations qui se terminent",
    "connexions": "Personnes connectées, par mois et moyen",
    "delegations": "Délégations en vigueur (France entière)",
}
DETAILS = {
    "actifs": "déjà connectés",
    "jamais": "jamais connectés",
    "bloques": "bloqués",
    "quinze": "dans les 15 jours",
    "mois": "dans le mois, au-delà de 15 jours",
    "toutes": "toutes",
    **{one.value: one.label for one in Means},
    **{code: one.label for code, one in PROFILS.items()},
}


def options(form: Formulaire, champ: str) -> dict[str, str]:
    """Of a field of a volet, its answers."""
    found = form.champs[champ]
    assert isinstance(found, Choix | Plusieurs)  # noqa: S101
    return dict(found.options)


TYPES_SANITAIRE = options(orientation.SANITAIRE, "type")
TYPES_GRAND_AGE = options(administratif.GRAND_AGE, "type_sejour")
TYPES = TYPES_SANITAIRE | TYPES_GRAND_AGE | {PLUSIEURS: "Plusieurs types"}
URGENCES = options(orientation.SANITAIRE, "urgence") | options(administratif.GRAND_AGE, "delai")
LIEUX_VIE = options(orientation.SANITAIRE, "anterieur") | options(administratif.GRAND_AGE, "situation")
GROUPES_PATHOLOGIES = {groupe: tuple(code for code, _ in rows) for groupe, rows in GROUPES}
AXES = {
    "age": "Classe d’âge",
    "sexe": "Sexe",
    "departement": "Département de résidence",
    "origine": "Type d’unité d’origine",
    "groupe": "Groupe de pathologies",
    "gir": "GIR",
    "lieu_vie": "Lieu de vie",
    "aide_sociale": "Aide sociale à l’hébergement",
}


def age_code(least: int, most: int) -> str:
    return f"{least:03}"


def age_label(least: int, most: int) -> str:
    return f"{least} ans et plus" if most == 200 else f"{least} à {most} ans"


AGES_LABELS = {age_code(*one): age_label(*one) for one in AGES}


def classe_age(column: str = "age") -> Case:
    """The class of an age in whole years; empty when it is not known."""
    whens = [When(Q(**{f"{column}__range": one}), then=Value(age_code(*one))) for one in AGES]
    return Case(*whens, default=Value(""), output_field=CharField())


def groupe_pathologies() -> Case:
    whens = [
        When(pathologie__in=list(codes), then=Value(groupe)) for groupe, codes in GROUPES_PATHOLOGIES.items()
    ]
    return Case(*whens, default=Value(""), output_field=CharField())


def seul_type() -> Case:
    """The type that is asked; «plusieurs» where it is not alone."""
    return Case(
        When(types__len=0, then=Value("")),
        When(types__len__gt=1, then=Value(PLUSIEURS)),
        default="types__0",
        output_field=CharField(),
    )


def types(codes: Collection[str]) -> str:
    return ", ".join(TYPES.get(one, one) for one in codes)


def etat(code: str) -> str:
    return str(Etat(code).label)


def motif(code: str) -> str:
    return MOTIFS.get(code, code)


def _named(model: type, nobody: str) -> Callable[[Collection[Any]], Labels]:
    def labels(keys: Collection[Any]) -> Labels:
        rows = model._default_manager.filter(pk__in=[one for one in keys if one is not None])
        return {row.pk: row.nom for row in rows} | {None: nobody}

    return labels


def _unites(keys: Collection[Any]) -> Labels:
    rows = Unite.objects.filter(pk__in=[one for one in keys if one is not None])
    said = {row.pk: f"{row.nom}, {row.etablissement.nom}" for row in rows.select_related("etablissement")}
    return said | {None: "Sans unité (guichet ou établissement)"}


def _departements(keys: Collection[Any]) -> Labels:
    rows = Departement.objects.filter(code__in=[one for one in keys if one])
    return {row.code: str(row) for row in rows}


def _codes(known: Mapping[Any, str]) -> Callable[[Collection[Any]], Labels]:
    return lambda keys: known


def _said(word: Callable[[str], str]) -> Callable[[Collection[Any]], Labels]:
    return lambda keys: {one: word(one) for one in keys if one}


MEDECINS = "Médecin libéral"
DIMENSIONS: dict[str, Callable[[Collection[Any]], Labels]] = {
    "region": _named(Region, UNKNOWN),
    "coordination": _named(Coordination, UNKNOWN),
    "etablissement": _named(Etablissement, "Sans établissement"),
    "unite": _unites,
    "par_etablissement": _named(Etablissement, MEDECINS),
    "origine": _named(Coordination, MEDECINS),
    "destination": _named(Coordination, UNKNOWN),
    "motif": _codes(MOTIFS),
    "etat": _codes({one.value: one.label for one in Etat}),
    "type": _codes(TYPES),
    "urgence": _codes(URGENCES),
    "age_mois": _codes({one: f"{one * 12} à {one * 12 + 11} mois" for one in range(20)}),
    "axe": _codes(AXES),
    "rubrique": _codes(RUBRIQUES),
    "categorie": _said(categorie_dite),
    "statut_unite": _codes({one.value: one.label for one in StatutUnite}),
    "mode": _said(mode_dit),
}
MODALITES: dict[str, Callable[[Collection[Any]], Labels]] = {
    "age": _codes(AGES_LABELS),
    "sexe": _codes({one.value: one.label for one in Sexe}),
    "departement": _departements,
    "origine": _codes({one.value: one.label for one in Nature} | {None: "Médecin libéral ou établissement"}),
    "gir": _codes({str(one): f"GIR {one}" for one in range(1, 7)}),
    "lieu_vie": _codes(LIEUX_VIE),
    "aide_sociale": _codes({"oui": "Oui", "non": "Non"}),
}


def etiquetees(tableau: Tableau) -> Iterator[tuple[Any, ...]]:
    """Rows as people read them, masked ones too: words for keys, then the figures as they are."""
    labels = [_labels(tableau, n) for n in range(len(tableau.dimensions))]
    modalites = _modalites(tableau) if "axe" in tableau.dimensions else {}
    for one in tableau.rangees:
        words = [
            known.get(key, UNKNOWN if key is None else key)
            for known, key in zip(labels, one.cles, strict=True)
        ]
        if "axe" in tableau.dimensions:
            axe, modalite = (tableau.dimensions.index(name) for name in ("axe", "modalite"))
            words[modalite] = _modalite(modalites.get(one.cles[axe]), one.cles[modalite])
        yield (*words, *one.valeurs)


def _labels(tableau: Tableau, n: int) -> Labels:
    name = tableau.dimensions[n]
    if name == "modalite" and "rubrique" in tableau.dimensions:
        return DETAILS
    known = DIMENSIONS.get(name)
    return known({one.cles[n] for one in tableau.rangees}) if known else {}


def _modalites(tableau: Tableau) -> dict[Any, Labels]:
    """Of each characteristic, what its values are called: asked once."""
    axe, modalite = (tableau.dimensions.index(name) for name in ("axe", "modalite"))
    keys = {name: {one.cles[modalite] for one in tableau.rangees if one.cles[axe] == name} for name in AXES}
    return {name: MODALITES[name](found) for name, found in keys.items() if name in MODALITES and found}


def _modalite(known: Labels | None, key: Any) -> str:
    if known is None:
        return key or UNKNOWN
    return known.get(key, UNKNOWN if key is None else str(key))
