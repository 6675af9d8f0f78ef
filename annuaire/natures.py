"""What a unit is for: its kind, which says its domaine and what its sheet asks (ANN-1)."""

from django.db.models import TextChoices

from viatraj.core.droits import Domaine, Orientation


class Nature(TextChoices):
    """The ROR says it by TRE_R244, R227, R213 and R211; a mention of SMR is its `type_offre` (R244)."""

    MCO = "mco", "Médecine, chirurgie, obstétrique (MCO)"
    SMR = "smr", "Soins médicaux et de réadaptation (SMR)"
    HAD = "had", "Hospitalisation à domicile (HAD)"
    USP = "usp", "Unité de soins palliatifs (USP)"
    USLD = "usld", "Unité de soins de longue durée (USLD)"
    EHPAD = "ehpad", "Établissement d’hébergement pour personnes âgées dépendantes (EHPAD)"
    RESIDENCE = "residence", "Résidence autonomie"
    ACCUEIL_JOUR = "accueil_jour", "Accueil de jour"
    SSIAD = "ssiad", "Soins infirmiers à domicile (SSIAD)"
    PCO = "pco", "Plateforme de coordination et d’orientation TND (PCO)"
    ESMS = "esms", "Établissement ou service médico-social (handicap)"

    @property
    def domaine(self) -> Domaine:
        return DOMAINES[self]


DOMAINES = {
    Nature.MCO: Domaine.SANITAIRE,
    Nature.SMR: Domaine.SANITAIRE,
    Nature.HAD: Domaine.SANITAIRE,
    Nature.USP: Domaine.SANITAIRE,
    Nature.USLD: Domaine.GRAND_AGE,
    Nature.EHPAD: Domaine.GRAND_AGE,
    Nature.RESIDENCE: Domaine.GRAND_AGE,
    Nature.ACCUEIL_JOUR: Domaine.GRAND_AGE,
    Nature.SSIAD: Domaine.SANITAIRE,
    Nature.PCO: Domaine.TND,
    Nature.ESMS: Domaine.HANDICAP,
}

# Those that take patients in from elsewhere: a demande goes to one of them.
RECEVEUSES = {
    Orientation.SANITAIRE: (Nature.SMR, Nature.HAD, Nature.USP, Nature.SSIAD),
    Orientation.GRAND_AGE: (
        Nature.EHPAD,
        Nature.USLD,
        Nature.RESIDENCE,
        Nature.ACCUEIL_JOUR,
        Nature.SSIAD,
    ),
    Orientation.TND: (Nature.PCO,),
}
