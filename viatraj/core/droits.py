"""The words of rights. What a profile or a délégation gives is a set of these."""

from django.db.models import TextChoices


class Droit(TextChoices):
    DOSSIER_LISTE = "dossier_liste", "Consulter la liste des dossiers"
    DOSSIER_CREATION = "dossier_creation", "Créer un dossier"
    VOLET_ADMINISTRATIF = "volet_administratif", "Volet administratif"
    VOLET_MEDICAL = "volet_medical", "Volet médical"
    DEMANDE = "demande", "Envoyer et suivre les demandes"
    DOSSIER_ACCEPTATION = "dossier_acceptation", "Accepter un dossier"
    COMPTE = "compte", "Gérer les comptes"


class Mode(TextChoices):
    """How far a right goes; each contains the former ones."""

    NONE = "", "Oui"
    ANONYME = "anonyme", "anonyme"
    LECTURE = "lecture", "lecture"
    ECRITURE = "ecriture", "écriture"
    REPONDRE = "repondre", "répondre"
    VALIDATION = "validation", "validation"

    @property
    def rank(self) -> int:
        return list(Mode).index(self)


class Niveau(TextChoices):
    """What a right is held on, widest first; `medecin` is the space of one médecin libéral."""

    NATIONAL = "national", "National"
    REGION = "region", "Région"
    COORDINATION = "coordination", "Coordination"
    ETABLISSEMENT = "etablissement", "Établissement"
    UNITE = "unite", "Unité"
    MEDECIN = "medecin", "Médecin libéral"


class Orientation(TextChoices):
    """The three orientations of the médecin's space; a dossier's `domaine` for rights (DOS-1)."""

    GRAND_AGE = "grand_age", "Hébergement pour Personnes Âgées"
    SANITAIRE = "sanitaire", "SMR, HAD, Soins Palliatifs"
    TND = "tnd", "Plateforme de Coordination et d’Orientation TND"
