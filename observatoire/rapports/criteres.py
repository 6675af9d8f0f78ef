"""What an order may be narrowed to: what is offered, and which facts that leaves."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_

from django.db.models import Q

from annuaire.models import Coordination, Departement, Etablissement, Region, Unite
from annuaire.reads.export_ror import HANDICAP
from demandes.etats import Etat
from demandes.handicap.motifs import CATEGORIES, categorie_dite
from demandes.motifs import REFUS
from habilitations.profils import PROFILS
from observatoire.models import FaitDemande
from observatoire.perimetres import Perimetre
from observatoire.rapports import etiquettes
from observatoire.rapports.base import Cadre, Critere
from viatraj.core.droits import Domaine, Orientation

Choices = list[tuple[str, str]]
MANY = 500  # beyond, a list is no choice any more


def _unites_of(perimetre: Perimetre) -> Choices:
    """Of one’s own: a territory is grouped by what is below it anyway."""
    if not perimetre.propre:
        return []
    held = Q(pk__in=perimetre.unites) | Q(etablissement__in=perimetre.etablissements)
    rows = Unite.objects.filter(held).select_related("etablissement").order_by("etablissement__nom", "nom")
    return [(str(one.pk), f"{one.nom}, {one.etablissement.nom}") for one in rows[:MANY]]


def _others(perimetre: Perimetre, mine: str, theirs: str) -> Choices:
    """Établissements on the other side of one’s demandes."""
    if not perimetre.propre:
        return []
    held = Q(**{f"{mine}unite__in": perimetre.unites}) | Q(
        **{f"{mine}etablissement__in": perimetre.etablissements}
    )
    keys = FaitDemande.objects.filter(held).values(theirs)
    rows = Etablissement.objects.filter(pk__in=keys).order_by("nom")
    return [(str(one.pk), one.nom) for one in rows[:MANY]]


def _static(known: Mapping[str, str]) -> Callable[[Perimetre], Choices]:
    return lambda perimetre: list(known.items())


def _departements(perimetre: Perimetre) -> Choices:
    return [(one.code, str(one)) for one in Departement.objects.order_by("code")]


def _etablissements_of(perimetre: Perimetre) -> Choices:
    if perimetre.propre:
        held = Q(unites__in=perimetre.unites) | Q(pk__in=perimetre.etablissements)
        rows = Etablissement.objects.filter(held).distinct().order_by("nom")
        return [(str(one.pk), one.nom) for one in rows[:MANY]]
    return []


UNITE = Critere("unite", "Unité", _unites_of)
UNITE_DEMANDEUSE = Critere("par_unite", "Unité demandeuse", _unites_of)
ETABLISSEMENT = Critere("etablissement", "Établissement", _etablissements_of)
RECEVEUR = Critere("receveur", "Établissement receveur", lambda one: _others(one, "par_", "etablissement"))
PRESCRIPTEUR = Critere(
    "prescripteur", "Établissement demandeur", lambda one: _others(one, "", "par_etablissement")
)
TYPE_SANITAIRE = Critere("type", "Type de prise en charge", _static(etiquettes.TYPES_SANITAIRE))
TYPE_GRAND_AGE = Critere("type", "Type d’hébergement", _static(etiquettes.TYPES_GRAND_AGE))
GROUPE = Critere(
    "groupe", "Groupe de pathologies", _static({one: one for one in etiquettes.GROUPES_PATHOLOGIES})
)
STATUT = Critere(
    "etat", "Statut", _static({one.value: one.label for one in Etat if one != Etat.SELECTIONNEE})
)
MOTIF_SANITAIRE = Critere("motif", "Motif de refus", _static(REFUS[Orientation.SANITAIRE]))
AGE = Critere("age", "Classe d’âge", _static(etiquettes.AGES_LABELS))
DEPARTEMENT = Critere("departement", "Département de résidence", _departements)
CATEGORIE = Critere(
    "categorie", "Orientation", lambda one: [(code, categorie_dite(code)) for code in CATEGORIES]
)
MDPH = Critere(
    "mdph", "MDPH", lambda one: [(str(row.pk), row.nom) for row in Coordination.objects.order_by("nom")]
)
REGION = Critere(
    "region", "Région", lambda one: [(row.code, row.nom) for row in Region.objects.order_by("nom")]
)
# As the list of the ROR side says them.
DOMAINE = Critere(
    "domaine",
    "Domaine",
    _static({HANDICAP if one == Domaine.HANDICAP else str(one.label): str(one.label) for one in Domaine}),
)
DOMAINE_HABILITATION = Critere("domaine", "Domaine", _static({one.value: str(one.label) for one in Domaine}))
PROFIL = Critere("profil", "Profil", _static({code: one.label for code, one in PROFILS.items()}))


ADMISSION = "admission"
# A territory’s grid is that of today: two of them would be compared.
STRUCTURES = Critere(
    "structures",
    "Rattachement",
    lambda one: [("alors", "Unités à l’époque de la demande")] if one.propre else [],
)


PAR_ADMISSION = Critere(
    "date",
    "Période comptée sur",
    lambda one: [(ADMISSION, "La date d’admission, en place de la date d’envoi")] if one.propre else [],
)


def _in(column: str) -> Callable[[Iterable[str]], Q]:
    return lambda values: Q(**{f"{column}__in": list(values)})


def _keys(column: str) -> Callable[[Iterable[str]], Q]:
    """What is no key finds nothing."""
    return lambda values: Q(**{f"{column}__in": [int(one) for one in values if one.isdecimal()]})


def _groupes(values: Iterable[str]) -> Q:
    codes = [code for one in values for code in etiquettes.GROUPES_PATHOLOGIES.get(one, ())]
    return Q(pathologie__in=codes)


def _ages(values: Iterable[str]) -> Q:
    wanted = set(values)
    ranges = [Q(age__range=one) for one in etiquettes.AGES if etiquettes.age_code(*one) in wanted]
    return reduce(or_, ranges, Q(pk__in=[]))


FILTRES: dict[str, Callable[[Iterable[str]], Q]] = {
    "unite": _keys("unite"),
    "par_unite": _keys("par_unite"),
    "etablissement": _keys("etablissement"),
    "receveur": _keys("etablissement"),
    "prescripteur": _keys("par_etablissement"),
    "type": lambda values: Q(types__overlap=list(values)),
    "groupe": _groupes,
    "etat": _in("etat"),
    "motif": _in("motif"),
    "age": _ages,
    "departement": _in("departement"),
    "categorie": _in("decision__categorie"),
    "mdph": _keys("mdph"),
    "date": lambda values: Q(date_admission__isnull=False) if set(values) == {ADMISSION} else Q(pk__in=[]),
    "structures": lambda values: Q() if set(values) == {"alors"} else Q(pk__in=[]),
}


def retenus(cadre: Cadre) -> Q:
    """Of each criterion, one of its values; a criterion that is not known finds nothing."""
    rule = Q()
    for cle, values in cadre.criteres.items():
        if values:
            known = FILTRES.get(cle)
            rule &= known(values) if known else Q(pk__in=[])
    return rule
