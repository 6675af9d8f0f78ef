"""Who is told what of each step of a demande, of a dossier, of a notification (DOS-6, HAB-8), as data; how a
person wants to be told.

Sentences go into mails and into the page of alerts: they say what to do, nothing of who the patient is nor of
how he is, not even where he is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from demandes.etats import A_ETUDIER, Cote, Etat, Verbe
from demandes.handicap.statuts import Cote as Partie
from demandes.handicap.statuts import Geste, Statut, StatutUnite


class Evenement(TextChoices):
    """In the order in which choices are kept: what is new comes last."""

    RECUE = "recue", "Demande reçue"
    REPONSE = "reponse", "Réponse à une demande"
    PRECISION = "precision", "Précision demandée, ou donnée"
    PROPOSITION = "proposition", "Admission proposée"
    AILLEURS = "ailleurs", "Patient admis ailleurs"
    ECHEANCE = "echeance", "Rappel, échéance"
    MAJ = "maj", "Dossier mis à jour"
    NOMME = "nomme", "Dossier qui vous désigne médecin traitant"
    CREE = "cree", "Dossier créé"
    NOTIFIEE = "notifiee", "Notification d’orientation reçue"
    STATUT = "statut", "Statut d’une notification changé"
    IMPOSSIBLE = "impossible", "Admission impossible, réorientation"


class Envoi(TextChoices):
    """One letter an event: together they are what a person has chosen."""

    IMMEDIAT = "i", "un e-mail aussitôt"
    QUOTIDIEN = "q", "dans le récapitulatif du matin"
    AUCUN = "n", "aucun e-mail"


ORDER = (Envoi.AUCUN, Envoi.QUOTIDIEN, Envoi.IMMEDIAT)
# At once where somebody is awaited; the rest can wait for the morning.
USUAL = "iiiiqiqiqiqi"
CHOICES = rf"^[{''.join(Envoi.values)}]{{{len(Evenement)}}}$"


# By a letter of its own (`dossiers.emails.named`), to the médecin alone, at once or not at all.
OF_A_MEDECIN = frozenset((Evenement.NOMME,))
AT_ONCE = (Envoi.IMMEDIAT, Envoi.AUCUN)


def wanted(choix: str, evenement: str) -> Envoi:
    return Envoi(choix[Evenement.values.index(evenement)])


def strongest(*envois: str) -> Envoi:
    return max(map(Envoi, envois), key=ORDER.index)


# Higher up: whoever settles who works there.
REFERENT = "referent"
CREATED, UPDATED = "cree", "maj"  # as `dossiers.attaches` says them
TAKEN = "pris"  # somebody takes the person in, elsewhere
CORRECTED = "corrige"  # the decision is


@dataclass(frozen=True)
class Annonce:
    cote: str
    evenement: Evenement
    phrase: str


_D, _R, _E = Cote.DEMANDEUR, Cote.RECEVEUR, Evenement
_ARRIVED = Annonce(_R, _E.RECUE, "Une demande vous est adressée : ouvrez-la, puis répondez.")
_DUE_HERE = Annonce(_R, _E.ECHEANCE, "Une demande attend votre réponse : répondez, ou dites ce qui manque.")
_PRECISE = Annonce(_D, _E.ECHEANCE, "Une précision vous est demandée et n’a pas de réponse : donnez-la.")
_ARRIVING = "La date proposée est passée : déclarez l’admission, ou dites ce qu’il en est."
_GONE = Annonce(_R, _E.REPONSE, "Une demande est close : vous n’avez plus rien à faire.")
Annonces = Mapping[str, tuple[Annonce, ...]]
DES_DEMANDES: Annonces = {
    Verbe.ENREGISTRER: (Annonce(_R, _E.CREE, "Un dossier papier est enregistré."),),
    Verbe.ENVOYER: (_ARRIVED,),
    Verbe.REACTIVER: (_ARRIVED,),
    Verbe.REPARTIR: (_ARRIVED,),
    Verbe.TRANSMETTRE: (_ARRIVED,),
    Verbe.ROUVRIR: (Annonce(_R, _E.RECUE, "Une demande close est rouverte : reprenez-la."),),
    Verbe.RELANCER: (Annonce(_R, _E.ECHEANCE, "Le demandeur vous relance : répondez-lui."),),
    Verbe.QUESTIONNER: (Annonce(_D, _E.PRECISION, "Une précision vous est demandée : donnez-la."),),
    Verbe.REPONDRE: (Annonce(_R, _E.PRECISION, "La précision demandée est donnée : reprenez la demande."),),
    Verbe.PATIENTER: (Annonce(_D, _E.REPONSE, "Une demande est mise en liste d’attente."),),
    Verbe.ACCEPTER: (Annonce(_D, _E.PROPOSITION, "Une admission est proposée : confirmez-la, ou déclinez."),),
    Verbe.REFUSER: (Annonce(_D, _E.REPONSE, "Une demande est refusée : lisez-en le motif."),),
    Verbe.CONFIRMER: (Annonce(_R, _E.REPONSE, "Votre proposition est confirmée : préparez l’arrivée."),),
    Verbe.DECLINER: (Annonce(_R, _E.REPONSE, "Votre proposition est déclinée."),),
    Verbe.ANNULER: (_GONE,),
    Verbe.CLORE: (_GONE,),
    Verbe.FERMER: (Annonce(_D, _E.REPONSE, "Une structure ferme : adressez la demande ailleurs."),),
    Verbe.ADMETTRE: (
        Annonce(_D, _E.REPONSE, "L’admission est déclarée."),
        Annonce(_R, _E.REPONSE, "L’admission est déclarée."),
    ),
    Verbe.DESADMETTRE: (Annonce(_D, _E.REPONSE, "L’admission est annulée : reprenez la demande."),),
    Verbe.ECARTER: (Annonce(_R, _E.AILLEURS, "Le patient est admis ailleurs : la demande est close."),),
    Verbe.SIGNALER_DECES: (Annonce(_D, _E.ECHEANCE, "Une question vous est posée : répondez-y."),),
    Verbe.DEMENTIR_DECES: (Annonce(_R, _E.REPONSE, "Votre question a une réponse : reprenez la demande."),),
    Verbe.IGNORER_DECES: (Annonce(_R, _E.REPONSE, "Votre question a une réponse : reprenez la demande."),),
    Verbe.CONFIRMER_DECES: (_GONE,),
    Verbe.RAPPELER: (
        _DUE_HERE,
        _PRECISE,
        Annonce(_D, _E.ECHEANCE, _ARRIVING),
        Annonce(_R, _E.ECHEANCE, _ARRIVING),
    ),
    Verbe.ESCALADER: (
        _DUE_HERE,
        Annonce(
            REFERENT, _E.ECHEANCE, "Une demande reste sans réponse dans vos structures : faites répondre."
        ),
    ),
    Verbe.ECHOIR: (
        Annonce(_D, _E.ECHEANCE, "Une proposition a échu sans réponse : la demande reprend."),
        Annonce(_R, _E.ECHEANCE, "Votre proposition a échu sans réponse : reprenez la demande."),
    ),
    UPDATED: (Annonce(_R, _E.MAJ, "Le dossier est mis à jour : relisez-le."),),
}
# Of these nobody is told: his own act, or one that changes nothing for the other side.
SILENT = frozenset(
    (
        Verbe.SELECTIONNER,
        Verbe.RETIRER,
        Verbe.CONSULTER,
        Verbe.ETUDIER,
        Verbe.DEPATIENTER,
        Verbe.DONNER_AVIS,
    )
)
DES_DOSSIERS: Annonces = {
    CREATED: (Annonce(_D, _E.CREE, "Un dossier est créé."),),
    UPDATED: (Annonce(_D, _E.MAJ, "Le dossier est mis à jour : relisez-le."),),
}
_MDPH, _ESMS, _S = Partie.MDPH, Partie.ESMS, Statut
_REVIVED = Annonce(_ESMS, _E.NOTIFIEE, "Une notification d’orientation est réactivée : reprenez-la.")
_CHANGED = Annonce(_MDPH, _E.STATUT, "Un établissement a changé le statut d’une personne notifiée.")
# By the code of the passage.
DES_NOTIFICATIONS: Annonces = {
    _S.ENVOYEE: (Annonce(_ESMS, _E.NOTIFIEE, "Une décision d’orientation vous est notifiée : lisez-la."),),
    Geste.REACTIVER: (_REVIVED,),
    Geste.RETABLIR: (_REVIVED,),
    Geste.ANNULER: (Annonce(_ESMS, _E.STATUT, "Une notification d’orientation est annulée."),),
    Geste.ANNULER_DECISION: (
        Annonce(_ESMS, _E.STATUT, "Une décision d’orientation qui vous a été notifiée est annulée."),
    ),
    Geste.ENTERINER: (
        Annonce(_ESMS, _E.IMPOSSIBLE, "L’admission impossible que vous avez signalée est entérinée."),
    ),
    Geste.REFUSER: (
        Annonce(
            _ESMS,
            _E.IMPOSSIBLE,
            "L’admission impossible que vous avez signalée est refusée : reprenez la notification.",
        ),
    ),
    _S.IMPOSSIBLE: (
        Annonce(_MDPH, _E.IMPOSSIBLE, "Un établissement signale une admission impossible : décidez-en."),
    ),
    _S.REORIENTATION: (
        Annonce(_MDPH, _E.IMPOSSIBLE, "Un établissement demande une réorientation : décidez-en."),
    ),
    **dict.fromkeys(
        (_S.CONTACT, _S.ANALYSE, _S.ADMISSIBLE, _S.ADMIS, _S.ESSAI, _S.NON_CONCLUANT, _S.ENTRE, _S.SORTI),
        (_CHANGED,),
    ),
    CORRECTED: (Annonce(_ESMS, _E.STATUT, "Une décision qui vous est notifiée est corrigée : relisez-la."),),
    TAKEN: (
        Annonce(
            _ESMS,
            _E.STATUT,
            "Une personne qui vous est notifiée est accueillie, ou à l’essai, dans un autre établissement.",
        ),
    ),
}
# An ESMS has read it; and what goes on in one of its units, which its own status sums up.
SILENT_STATUTS = frozenset((_S.LUE, *StatutUnite))
TABLES: Mapping[str, Annonces] = {
    "demande": DES_DEMANDES,
    "dossier": DES_DOSSIERS,
    "notification": DES_NOTIFICATIONS,
}
SUJETS = tuple(TABLES)


def annonces(sujet: str, verbe: str, etat: str = "") -> tuple[Annonce, ...]:
    """What is told once a verb has led to this state; `sujet`: of what kind it is."""
    found = TABLES[sujet].get(verbe, ())
    if verbe != Verbe.RAPPELER:
        return found
    if etat in A_ETUDIER:
        return found[:1]
    return found[1:2] if etat == Etat.PRECISION else found[2:]


def told_to(*cotes: str) -> list[Evenement]:
    """Of what somebody may be told on these sides, in the order of a page."""
    known = {
        one.evenement
        for table in TABLES.values()
        for told in table.values()
        for one in told
        if one.cote in cotes
    }
    return [one for one in Evenement if one in known]
