"""The référents, who say who may do what. They see no dashboard."""

from habilitations.profils.base import OUI, Profil, choix, fixe, groupe
from viatraj.core.droits import Domaine, Droit, Niveau

STATS = fixe(Droit.STATISTIQUES)
PEOPLE = (fixe(Droit.COMPTE), fixe(Droit.HABILITATION))
OFFER = (fixe(Droit.STRUCTURE), fixe(Droit.UNITE), fixe(Droit.GUICHET))
NAMES_BELOW = (fixe(Droit.REFERENT_UNITE), fixe(Droit.REFERENT_STRUCTURE))


def _referent(code, label, niveau, does, granted_with, *droits) -> Profil:
    administration = groupe("Administration", Domaine.ADMINISTRATION, *droits)
    return Profil(code, label, Domaine.ADMINISTRATION, (niveau,), does, (administration,), granted_with)


REFERENT_UNITE = _referent(
    "referent_unite",
    "Référent unité",
    Niveau.UNITE,
    "Met à jour l’offre de l’unité, crée et débloque les comptes, crée, prolonge ou supprime les "
    "habilitations au sein de l’unité, consulte les statistiques.",
    Droit.REFERENT_UNITE,
    *PEOPLE,
    fixe(Droit.UNITE),
    STATS,
)
REFERENT_STRUCTURE = _referent(
    "referent_structure",
    "Référent structure",
    Niveau.ETABLISSEMENT,
    "Met à jour les données de la structure, de ses unités et du guichet unique, crée et débloque les "
    "comptes, crée, prolonge ou supprime les habilitations au sein de l’établissement, consulte les "
    "statistiques.",
    Droit.REFERENT_STRUCTURE,
    *PEOPLE,
    *NAMES_BELOW,
    *OFFER,
    STATS,
    choix(Droit.DEPLOIEMENT, OUI),
)
REFERENT_COORDINATION = _referent(
    "referent_coordination",
    "Référent coordination",
    Niveau.COORDINATION,
    "Nomme les référents structure du département et veille à ce que chaque structure en ait.",
    Droit.REFERENT_COORDINATION,
    *PEOPLE,
    *NAMES_BELOW,
    *OFFER,
    STATS,
    fixe(Droit.DEPLOIEMENT),
)
REFERENT_REGIONAL = _referent(
    "referent_regional",
    "Référent régional",
    Niveau.REGION,
    "Nomme les référents de coordination de la région, et agit sur toutes ses structures.",
    Droit.REFERENT_REGION,
    *PEOPLE,
    *NAMES_BELOW,
    fixe(Droit.REFERENT_COORDINATION),
    *OFFER,
    STATS,
    fixe(Droit.DEPLOIEMENT),
)
ADMINISTRATEUR_NATIONAL = _referent(
    "administrateur_national",
    "Administrateur national",
    Niveau.NATIONAL,
    "Nomme les référents régionaux. N’accède à aucun dossier.",
    Droit.REFERENT_REGION,
    *PEOPLE,
    *NAMES_BELOW,
    fixe(Droit.REFERENT_COORDINATION),
    fixe(Droit.REFERENT_REGION),
    STATS,
    fixe(Droit.DEPLOIEMENT),
)

REFERENTS = (
    REFERENT_UNITE,
    REFERENT_STRUCTURE,
    REFERENT_COORDINATION,
    REFERENT_REGIONAL,
    ADMINISTRATEUR_NATIONAL,
)
