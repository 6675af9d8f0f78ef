"""What tables have in common: rows of who asks, of who receives, of the service (DOS-4)."""

from collections.abc import Mapping
from dataclasses import replace

from demandes.etats.mots import (
    A_ETUDIER,
    PROPOSES,
    RAPPELES,
    RECUS,
    VIVANTS,
    Acte,
    Champ,
    Cote,
    Etat,
    Garde,
    Suite,
    Verbe,
)
from demandes.motifs import ANNULATION, DECLIN, DESADMISSION
from viatraj.core.droits import Droit

Table = dict[tuple[Verbe, Cote], Acte]


def _de(*etats: Etat) -> frozenset[Etat]:
    return frozenset(etats)


V, G, S = Verbe, Garde, Suite
ENVOI, REPONSE = Droit.ENVOI, Droit.REPONSE
SELECTIONNEE, ENVOYEE, CONSULTEE, ETUDE, PRECISION, ATTENTE, ACCEPTEE, CONFIRMEE, ADMIS, *_ = Etat
REFUSEE, DECLINEE, ANNULEE, AILLEURS = Etat.REFUSEE, Etat.DECLINEE, Etat.ANNULEE, Etat.AILLEURS
TEXTE, DATE_PROPOSEE, VALABLE_JUSQU, DATE_ADMISSION, UNITE = Champ


def demandeur(suivi: Droit) -> tuple[Acte, ...]:
    """`suivi`: the right to follow what was sent, where a profile knows one apart from sending."""
    return (
        Acte(V.SELECTIONNER, ENVOI, _de(), SELECTIONNEE),
        Acte(V.RETIRER, ENVOI, _de(SELECTIONNEE), ANNULEE, motif="retiree"),
        Acte(V.ENVOYER, ENVOI, _de(SELECTIONNEE), ENVOYEE, suites=(S.OUVRIR,)),
        Acte(V.RELANCER, suivi, A_ETUDIER | {ATTENTE}, gardes=(G.RELANCABLE,)),
        Acte(V.REPONDRE, suivi, _de(PRECISION), ETUDE, asks=(TEXTE,)),
        Acte(V.CONFIRMER, suivi, _de(ACCEPTEE), CONFIRMEE),
        Acte(V.DECLINER, suivi, _de(ACCEPTEE), DECLINEE, motifs=DECLIN, suites=(S.FERMER,)),
        Acte(V.ADMETTRE, suivi, _de(CONFIRMEE), ADMIS, asks=(DATE_ADMISSION,), suites=(S.ADMETTRE,)),
        Acte(V.ANNULER, suivi, RECUS, ANNULEE, motifs=ANNULATION, suites=(S.FERMER,)),
        Acte(V.REACTIVER, ENVOI, _de(ANNULEE), ENVOYEE, gardes=(G.DEJA_ENVOYEE,), suites=(S.OUVRIR,)),
    )


def receveur(refus: Mapping[str, str], *, gardes: tuple[Garde, ...] = (G.A_L_UNITE,)) -> tuple[Acte, ...]:
    """`gardes`: of an admission; a guichet shares out first."""
    proposes = (DATE_PROPOSEE, VALABLE_JUSQU)
    return (
        Acte(V.CONSULTER, Droit.TABLEAU_RECEVEUR, _de(ENVOYEE), CONSULTEE),
        Acte(V.ETUDIER, REPONSE, _de(ENVOYEE, CONSULTEE), ETUDE),
        Acte(V.QUESTIONNER, REPONSE, A_ETUDIER | {ATTENTE}, PRECISION, asks=(TEXTE,)),
        Acte(V.ACCEPTER, REPONSE, RECUS - {CONFIRMEE}, ACCEPTEE, asks=proposes, gardes=gardes),
        Acte(V.REFUSER, REPONSE, RECUS, REFUSEE, motifs=refus, suites=(S.FERMER,)),
        Acte(
            V.ADMETTRE,
            REPONSE,
            PROPOSES,
            ADMIS,
            asks=(DATE_ADMISSION,),
            gardes=gardes,
            suites=(S.ADMETTRE,),
        ),
        Acte(
            V.DESADMETTRE,
            REPONSE,
            _de(ADMIS),
            returns=True,
            motifs=DESADMISSION,
            gardes=(G.ADMISE_DEPUIS_PEU,),
            suites=(S.ROUVRIR,),
        ),
    )


def transmission() -> tuple[Acte, ...]:
    """Where an établissement has several units."""
    return (
        Acte(
            V.TRANSMETTRE,
            REPONSE,
            A_ETUDIER | {ATTENTE},
            ENVOYEE,
            asks=(UNITE,),
            gardes=(G.A_L_UNITE,),
            suites=(S.DEPLACER,),
        ),
    )


def attente() -> tuple[Acte, ...]:
    """Where there are waiting lists; a rank in them is shown to who receives, to nobody else."""
    return (
        Acte(V.PATIENTER, REPONSE, A_ETUDIER, ATTENTE, gardes=(G.A_L_UNITE,)),
        Acte(V.DEPATIENTER, REPONSE, _de(ATTENTE), ETUDE),
    )


GUICHET = (
    Acte(
        V.REPARTIR,
        Droit.REPARTITION,
        A_ETUDIER,
        ENVOYEE,
        asks=(UNITE,),
        gardes=(G.AU_GUICHET,),
        suites=(S.DEPLACER,),
    ),
)
MEDECIN = (Acte(V.DONNER_AVIS, Droit.RECU_MEDICAL, RECUS - PROPOSES, asks=(TEXTE,)),)
# By the service: a deadline, or what somebody has done elsewhere.
SYSTEME = (
    Acte(V.RAPPELER, None, RAPPELES, gardes=(G.A_RAPPELER,)),
    Acte(V.ESCALADER, None, A_ETUDIER, gardes=(G.A_SIGNALER,)),
    Acte(V.ECHOIR, None, _de(ACCEPTEE), ETUDE, gardes=(G.ECHUE,)),
    Acte(V.CLORE, None, VIVANTS, ANNULEE, motif="dossier", suites=(S.FERMER,)),
    Acte(V.FERMER, None, VIVANTS, ANNULEE, motif="structure", suites=(S.FERMER,)),
    Acte(V.ECARTER, None, VIVANTS, AILLEURS, motif="ailleurs", suites=(S.FERMER,)),
    Acte(V.ROUVRIR, None, _de(AILLEURS), returns=True, suites=(S.OUVRIR,)),
)


def deces(suivi: Droit) -> dict[Cote, tuple[Acte, ...]]:
    """Said by who receives, answered by who asks; unanswered, it is taken for true."""
    said = {"before": RECUS, "gardes": (G.DECES_SIGNALE,)}
    ends = said | {"after": ANNULEE, "motif": "deces", "suites": (S.FERMER, S.ANNULER_DOSSIER)}
    return {
        Cote.RECEVEUR: (Acte(V.SIGNALER_DECES, REPONSE, RECUS, gardes=(G.RECUE_DEPUIS, G.DECES_TU)),),
        Cote.DEMANDEUR: (
            Acte(V.CONFIRMER_DECES, suivi, **ends),
            Acte(V.DEMENTIR_DECES, suivi, **said),
            Acte(V.IGNORER_DECES, suivi, **said),
        ),
        Cote.SYSTEME: (Acte(V.CONFIRMER_DECES, None, **ends | {"gardes": (G.DECES_SANS_REPONSE,)}),),
    }


def papier() -> tuple[Acte, ...]:
    """Of a demande that came on paper, who receives it does what nobody else is there to do."""
    return (
        Acte(V.ENREGISTRER, Droit.PAPIER, _de(), CONSULTEE, suites=(S.OUVRIR,)),
        Acte(
            V.ANNULER,
            REPONSE,
            RECUS,
            ANNULEE,
            motifs=ANNULATION,
            gardes=(G.SUR_PAPIER,),
            suites=(S.FERMER,),
        ),
    )


def table(*parts: Mapping[Cote, tuple[Acte, ...]]) -> Table:
    """Of the states that this orientation has: some know no waiting list."""
    rows = [(cote, acte) for part in parts for cote, actes in part.items() for acte in actes]
    known = frozenset(acte.after for _, acte in rows if acte.after)
    found = {(acte.verbe, cote): replace(acte, before=acte.before & known) for cote, acte in rows}
    if len(found) != len(rows):
        raise ValueError("a verb stands twice on one side")
    return found
