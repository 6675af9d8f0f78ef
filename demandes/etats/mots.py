"""The words of the life of a demande: its states, sides, verbs, and what one row of a table is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from viatraj.core.droits import Droit


class Etat(TextChoices):
    """The codes are kept for good: transitions and statistics hold them."""

    SELECTIONNEE = "selectionnee", "sélectionnée"
    ENVOYEE = "envoyee", "envoyée"
    CONSULTEE = "consultee", "consultée"
    ETUDE = "etude", "en cours d’étude"
    PRECISION = "precision", "précision demandée"
    ATTENTE = "attente", "sur liste d’attente"
    ACCEPTEE = "acceptee", "admission proposée"
    CONFIRMEE = "confirmee", "confirmée"
    ADMIS = "admis", "admis"
    REFUSEE = "refusee", "refusée"
    DECLINEE = "declinee", "déclinée"
    ANNULEE = "annulee", "annulée"
    AILLEURS = "ailleurs", "annulée automatiquement – admis ailleurs"


FINAUX = frozenset((Etat.ADMIS, Etat.REFUSEE, Etat.DECLINEE, Etat.ANNULEE, Etat.AILLEURS))
# Whoever receives it reads the dossier no more; where the patient was admitted, he does.
CLOS = FINAUX - {Etat.ADMIS}
VIVANTS = frozenset(Etat) - FINAUX
# Those that their receveur has, and has not settled.
RECUS = VIVANTS - {Etat.SELECTIONNEE}
# A date stands there.
PROPOSES = frozenset((Etat.ACCEPTEE, Etat.CONFIRMEE))
A_ETUDIER = frozenset((Etat.ENVOYEE, Etat.CONSULTEE, Etat.ETUDE))
# Somebody is awaited there: who receives, who asks, or both when the day has come.
RAPPELES = A_ETUDIER | {Etat.PRECISION, Etat.CONFIRMEE}


class Cote(TextChoices):
    """On whose side somebody acts. The médecin is he of the receiving side, who gives an avis."""

    DEMANDEUR = "demandeur", "demandeur"
    RECEVEUR = "receveur", "receveur"
    GUICHET = "guichet", "guichet"
    MEDECIN = "medecin", "médecin"
    SYSTEME = "systeme", "service"


class Verbe(TextChoices):
    """A word of an address, and what its button says."""

    SELECTIONNER = "selectionner", "Sélectionner"
    RETIRER = "retirer", "Retirer de la sélection"
    ENVOYER = "envoyer", "Envoyer la demande"
    CONSULTER = "consulter", "Consulter"
    REPARTIR = "repartir", "Répartir vers une unité"
    TRANSMETTRE = "transmettre", "Transmettre à une autre unité"
    ETUDIER = "etudier", "Étudier la demande"
    QUESTIONNER = "questionner", "Demander une précision"
    REPONDRE = "repondre", "Répondre à la demande de précision"
    PATIENTER = "patienter", "Mettre en liste d’attente"
    DEPATIENTER = "depatienter", "Sortir de la liste d’attente"
    DONNER_AVIS = "donner-avis", "Donner un avis"
    ACCEPTER = "accepter", "Proposer une admission"
    REFUSER = "refuser", "Refuser"
    CONFIRMER = "confirmer", "Confirmer l’admission"
    DECLINER = "decliner", "Décliner la proposition"
    ANNULER = "annuler", "Annuler la demande"
    REACTIVER = "reactiver", "Réactiver la demande"
    RELANCER = "relancer", "Relancer"
    ADMETTRE = "admettre", "Déclarer l’admission"
    DESADMETTRE = "desadmettre", "Annuler l’admission"
    SIGNALER_DECES = "signaler-deces", "Signaler un décès"
    CONFIRMER_DECES = "confirmer-deces", "Confirmer le décès"
    DEMENTIR_DECES = "dementir-deces", "La personne n’est pas décédée"
    IGNORER_DECES = "ignorer-deces", "Je ne sais pas si la personne est décédée"
    ENREGISTRER = "enregistrer", "Enregistrer un dossier papier"
    RAPPELER = "rappeler", "Rappeler"
    ESCALADER = "escalader", "Signaler une demande sans réponse"
    ECHOIR = "echoir", "Laisser échoir la proposition"
    CLORE = "clore", "Clore avec le dossier"
    FERMER = "fermer", "Clore avec la structure"
    ECARTER = "ecarter", "Clore, le patient étant admis ailleurs"
    ROUVRIR = "rouvrir", "Rouvrir, l’admission étant annulée"


class Champ(TextChoices):
    """What a verb asks besides a motif."""

    TEXTE = "texte", "texte"
    DATE_PROPOSEE = "date_proposee", "date proposée"
    VALABLE_JUSQU = "valable_jusqu", "valable jusqu’au"
    DATE_ADMISSION = "date_admission", "date d’admission"
    UNITE = "unite", "unité"


class Garde(TextChoices):
    """What must also be true of the demande; `policies.GARDES` knows how."""

    A_L_UNITE = "a_l_unite", "répartie vers une unité"
    AU_GUICHET = "au_guichet", "encore au guichet"
    DEJA_ENVOYEE = "deja_envoyee", "déjà envoyée"
    RELANCABLE = "relancable", "aucune relance récente"
    RECUE_DEPUIS = "recue_depuis", "reçue depuis sept jours"
    DECES_SIGNALE = "deces_signale", "décès signalé"
    DECES_TU = "deces_tu", "aucun décès signalé"
    ADMISE_DEPUIS_PEU = "admise_depuis_peu", "admission déclarée depuis moins d’un jour"
    ECHUE = "echue", "proposition échue"
    A_RAPPELER = "a_rappeler", "délai de réponse passé, aucun rappel"
    A_SIGNALER = "a_signaler", "second délai passé, rappel fait"
    DECES_SANS_REPONSE = "deces_sans_reponse", "décès signalé resté sans réponse"
    EN_LIGNE = "en_ligne", "demande envoyée en ligne"
    SUR_PAPIER = "sur_papier", "demande venue sur papier"


class Suite(TextChoices):
    """What follows, in the same transaction."""

    OUVRIR = "ouvrir", "le receveur lit le dossier"
    FERMER = "fermer", "le receveur ne lit plus les volets"
    DEPLACER = "deplacer", "le dossier change de receveur"
    ADMETTRE = "admettre", "les autres demandes du dossier sont annulées"
    ROUVRIR = "rouvrir", "les demandes annulées par l’admission sont rouvertes"
    ANNULER_DOSSIER = "annuler_dossier", "le dossier et ses autres demandes sont annulés"


@dataclass(frozen=True)
class Acte:
    """One row: somebody of a side does a verb from some states (`before`, empty where a demande begins).

    `after`: the state it leads to, None where it stays; `returns`: to the state before. `droit`: asked of
    this side, none of the service; in a médecin’s space, all those of a demandeur are DEMANDE.
    `motifs`: one of them is asked; `motif`: one that is noted without being asked.
    """

    verbe: Verbe
    droit: Droit | None
    before: frozenset[Etat]
    after: Etat | None = None
    returns: bool = False
    motifs: Mapping[str, str] | None = None
    motif: str = ""
    asks: tuple[Champ, ...] = ()
    gardes: tuple[Garde, ...] = ()
    suites: tuple[Suite, ...] = ()

    @property
    def begins(self) -> bool:
        return not self.before
