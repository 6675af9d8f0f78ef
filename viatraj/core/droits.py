"""The words of rights. What a profile or a délégation gives is a set of these."""

from functools import cache

from django.db.models import TextChoices


class Droit(TextChoices):
    """A module (`Domaine`, `Orientation`) says of which dossiers."""

    # The médecin's space, and what he lends of it.
    DOSSIER_LISTE = "dossier_liste", "Consulter la liste des dossiers"
    DOSSIER_CREATION = "dossier_creation", "Créer un dossier"
    VOLET_ADMINISTRATIF = "volet_administratif", "Volet administratif"
    VOLET_ORIENTATION = "volet_orientation", "Volet orientation"
    VOLET_MEDICAL = "volet_medical", "Volet médical"
    VOLET_SOINS = "volet_soins", "Volet soins et projet de réadaptation"
    VOLET_AUTONOMIE = "volet_autonomie", "Volet autonomie"
    DEMANDE = "demande", "Envoyer et suivre les demandes"
    DOSSIER_ACCEPTATION = "dossier_acceptation", "Accepter un dossier"
    # Those who ask for an admission.
    TABLEAU_DEMANDEUR = "tableau_demandeur", "Tableau de bord demandeur"
    ENVOI = "envoi", "Envoyer la demande"
    SUIVI = "suivi", "Confirmer ou annuler une demande, déclarer l’admission"
    PIECES = "pieces", "Ajouter des pièces jointes"
    # Those who answer.
    TABLEAU_RECEVEUR = "tableau_receveur", "Tableau de bord receveur"
    RECU_ADMINISTRATIF = "recu_administratif", "Volet administratif d’une demande reçue"
    RECU_ORIENTATION = "recu_orientation", "Volet orientation d’une demande reçue"
    RECU_MEDICAL = "recu_medical", "Volet médical d’une demande reçue"
    RECU_SOINS = "recu_soins", "Volet soins d’une demande reçue"
    RECU_AUTONOMIE = "recu_autonomie", "Volet autonomie d’une demande reçue"
    REPONSE = "reponse", "Répondre aux demandes"
    REPARTITION = "repartition", "Répartir les demandes d’un guichet d’admission"
    PAPIER = "papier", "Enregistrer la réception d’un dossier papier"
    TABLEAU_REGULATEUR = "tableau_regulateur", "Tableau de bord régulateur (demandes sans solution)"
    # Handicap.
    DECISION = "decision", "Enregistrer, annuler ou réactiver décisions et notifications"
    ADMISSION_IMPOSSIBLE = (
        "admission_impossible",
        "Entériner ou refuser une admission impossible",
    )
    NOTIFICATIONS = "notifications", "Gérer les notifications reçues"
    STATUT = "statut", "Changer le statut de l’usager"
    EVALUATION = "evaluation", "Évaluation et pièces de l’usager"
    ACCOMPAGNEMENT = "accompagnement", "Tableau de bord des dossiers uniques d’admission suivis"
    # Administration.
    STRUCTURE = "structure", "Mettre à jour les données de la structure"
    UNITE = "unite", "Mettre à jour l’offre de l’unité"
    GUICHET = "guichet", "Créer et mettre à jour le guichet unique"
    COMPTE = "compte", "Gérer les comptes"
    HABILITATION = "habilitation", "Créer, prolonger, réduire, supprimer une habilitation"
    REFERENT_UNITE = "referent_unite", "Nommer les référents unité"
    REFERENT_STRUCTURE = "referent_structure", "Nommer les référents structure"
    REFERENT_COORDINATION = "referent_coordination", "Nommer les référents de coordination"
    REFERENT_REGION = "referent_region", "Nommer les référents régionaux"
    STATISTIQUES = "statistiques", "Commander des statistiques"
    DEPLOIEMENT = "deploiement", "Commander les statistiques de déploiement"

    @property
    def modes(self) -> tuple["Mode", ...]:
        """How far it may go, weakest first: each mode contains those before it. `(OUI,)`: held or not."""
        return SCALES.get(self, (Mode.OUI,))

    @property
    def is_graded(self) -> bool:
        """Of a dossier or a board: to hold it says little without its mode."""
        return self in SCALES


class Mode(TextChoices):
    """How far a right goes; `Droit.modes` says which ones each right knows, in which order."""

    OUI = "oui", "Oui"
    ANONYME = "anonyme", "anonyme"
    LECTURE = "lecture", "lecture"
    ECRITURE = "ecriture", "écriture"
    REPONDRE = "repondre", "répondre"
    VALIDATION = "validation", "validation"


READ = (Mode.ANONYME, Mode.LECTURE)
# Answering is no degree of writing: a board of what was received knows one, a volet the other.
SCALES = {
    **dict.fromkeys(
        (
            Droit.VOLET_ADMINISTRATIF,
            Droit.VOLET_ORIENTATION,
            Droit.VOLET_MEDICAL,
            Droit.VOLET_SOINS,
            Droit.VOLET_AUTONOMIE,
        ),
        (*READ, Mode.ECRITURE, Mode.VALIDATION),
    ),
    **dict.fromkeys((Droit.TABLEAU_DEMANDEUR, Droit.ACCOMPAGNEMENT), (*READ, Mode.ECRITURE)),
    **dict.fromkeys((Droit.TABLEAU_RECEVEUR, Droit.NOTIFICATIONS), (*READ, Mode.REPONDRE)),
    **dict.fromkeys(
        (
            Droit.RECU_ADMINISTRATIF,
            Droit.RECU_ORIENTATION,
            Droit.RECU_MEDICAL,
            Droit.RECU_SOINS,
            Droit.RECU_AUTONOMIE,
            Droit.TABLEAU_REGULATEUR,
            Droit.EVALUATION,
        ),
        READ,
    ),
}


# Asked by no page yet: given to nobody, shown «Non déployé» (HAB-3).
FERMES = frozenset((Droit.EVALUATION, Droit.ACCOMPAGNEMENT))
# A profile that gives nothing else is not offered.
SANS_PAGE = FERMES


class Niveau(TextChoices):
    """What a right is held on, widest first; `medecin` is the space of one médecin libéral."""

    NATIONAL = "national", "National"
    REGION = "region", "Région"
    COORDINATION = "coordination", "Coordination"
    ETABLISSEMENT = "etablissement", "Établissement"
    GUICHET = "guichet", "Guichet d’admission"
    UNITE = "unite", "Unité"
    MEDECIN = "medecin", "Médecin libéral"


class Domaine(TextChoices):
    """What a profile opens (HAB-9); its three first values are orientations too."""

    SANITAIRE = "sanitaire", "Sanitaire"
    GRAND_AGE = "grand_age", "Grand Âge"
    TND = "tnd", "TND"
    HANDICAP = "handicap", "Handicap"
    CPAM = "cpam", "CPAM"
    ADMINISTRATION = "administration", "Administration"


class Orientation(TextChoices):
    """The three orientations of the médecin's space; a dossier's `domaine` for rights (DOS-1)."""

    GRAND_AGE = "grand_age", "Hébergement pour Personnes Âgées"
    SANITAIRE = "sanitaire", "SMR, HAD, Soins Palliatifs"
    TND = "tnd", "Plateforme de Coordination et d’Orientation TND"


@cache
def at_least(droit: str, mode: str) -> frozenset[str]:
    """The modes of a right that contain this one. ValueError when it is not told, or is none of its own."""
    modes = Droit(droit).modes
    if mode not in modes:
        raise ValueError(f"«{droit}» is asked with a mode among {[one.value for one in modes]}, not {mode!r}")
    return frozenset(modes[modes.index(Mode(mode)) :])


# A platform of the TND asks for a precision: nothing is accepted there.
ABSENT = frozenset({(Orientation.TND, Droit.DOSSIER_ACCEPTATION)})
