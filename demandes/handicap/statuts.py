"""A person’s status in an ESMS and in its unit, as data (DOS-4, docs/adr/0071): who leads where.

The states are the codes of TRE_R357, kept for good: JDV_J252 in the ESMS, JDV_J253 in the unit. One row a
code; nothing else says what is possible, and `actions.statuts` alone writes them.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from viatraj.core.droits import Droit


class Statut(TextChoices):
    """In the ESMS."""

    DECISION_ANNULEE = "37", "Décision d’orientation annulée"
    ENVOYEE = "39", "Notification envoyée"
    LUE = "40", "Notification lue"
    CONTACT = "41", "Contact effectué"
    ANALYSE = "42", "Liste d’attente. En cours d’analyse, demande d’admission reçue dans l’ESMS"
    ADMISSIBLE = "72", "Liste d’attente. Admissible dans l’ESMS"
    ADMIS = "71", "Liste d’attente. Admis dans l’ESMS"
    ESSAI = "43", "Période d’essai en cours dans l’ESMS"
    NON_CONCLUANT = "44", "Période d’essai non concluante dans l’ESMS"
    IMPOSSIBLE = "45", "Admission impossible signalée"
    ENTERINEE = "46", "Admission impossible entérinée"
    ENTRE = "47", "Usager entré"
    SORTI = "48", "Usager sorti"
    ANNULEE = "49", "Notification annulée"
    REORIENTATION = "51", "Demande de réorientation dans l’ESMS"
    REACTIVEE = "54", "Notification réactivée"


class StatutUnite(TextChoices):
    """In the unit that takes the person in; empty before anything is said there."""

    ANALYSE = "182", "Liste d’attente. En cours d’analyse, demande d’admission reçue dans l’unité"
    ADMISSIBLE = "183", "Liste d’attente. Admissible dans l’unité"
    ADMIS = "184", "Liste d’attente. Admis dans l’unité"
    ESSAI = "185", "Période d’essai en cours dans l’unité"
    NON_CONCLUANT = "181", "Période d’essai non concluante dans l’unité"
    PRIS_EN_CHARGE = "186", "Usager pris en charge"
    REORIENTATION = "187", "Demande de réorientation dans l’unité"
    FIN = "188", "Fin de prise en charge"
    RETIRE = "180", "Retiré de la liste d’attente ou accompagnement annulé"


class Cote(TextChoices):
    MDPH = "mdph", "MDPH"
    ESMS = "esms", "ESMS"
    SYSTEME = "systeme", "service"


class Geste(TextChoices):
    """Of the MDPH: what its button says; two lead to no code of their own."""

    ENTERINER = "46", "Entériner l’admission impossible"
    REFUSER = "refus", "Refuser l’admission impossible"
    ANNULER = "49", "Annuler la notification"
    REACTIVER = "54", "Réactiver la notification"
    ANNULER_DECISION = "37", "Annuler la décision"
    RETABLIR = "retablir", "Rétablir la décision"


@dataclass(frozen=True)
class Passage:
    """One row: a side leads to a status, from some others. `after`: None where it leads back to the former.

    `of_decision`: done to all notifications of a decision at once, never to one of them.
    """

    code: str
    cote: Cote
    droit: Droit | None
    before: frozenset[str]
    after: Statut | StatutUnite | None
    of_decision: bool = False

    @property
    def label(self) -> str:
        if self.cote == Cote.MDPH and self.code in Geste.values:
            return Geste(self.code).label
        return str(self.after.label) if self.after else ""


S, U = Statut, StatutUnite
FINAUX = frozenset((S.DECISION_ANNULEE, S.ENTERINEE, S.SORTI, S.ANNULEE))
VIVANTS = frozenset(S) - FINAUX
NON_LUES = frozenset((S.ENVOYEE, S.REACTIVEE))
RECUES = NON_LUES | {S.LUE, S.CONTACT}
LISTES = frozenset((S.ANALYSE, S.ADMISSIBLE, S.ADMIS))
ENTREES = frozenset((S.ENTRE, S.REORIENTATION))
# Told to the other ESMS of the same decision, which are not named: somebody takes the person in.
PRIS = frozenset((S.ESSAI, S.ENTRE))
UNITE_PRISE = frozenset((U.ESSAI, U.PRIS_EN_CHARGE))


def _esms(code: Statut, *before: Statut, droit: Droit = Droit.STATUT) -> Passage:
    return Passage(code.value, Cote.ESMS, droit, frozenset(before), code)


def _mdph(code: str, droit: Droit, before, after: Statut | None, *, of_decision: bool = False) -> Passage:
    return Passage(str(code), Cote.MDPH, droit, frozenset(before), after, of_decision)


# By code. Somebody who has left may be notified again: one notification a decision and an ESMS.
PASSAGES: dict[str, Passage] = {
    one.code: one
    for one in (
        _esms(S.LUE, *NON_LUES, droit=Droit.NOTIFICATIONS),
        _esms(S.CONTACT, *RECUES),
        _esms(S.ANALYSE, *RECUES, S.ADMISSIBLE, S.NON_CONCLUANT),
        _esms(S.ADMISSIBLE, *RECUES, S.ANALYSE, S.NON_CONCLUANT),
        _esms(S.ADMIS, *RECUES, S.ANALYSE, S.ADMISSIBLE),
        _esms(S.ESSAI, *RECUES, *LISTES),
        _esms(S.NON_CONCLUANT, S.ESSAI),
        _esms(S.IMPOSSIBLE, *RECUES, *LISTES, S.NON_CONCLUANT),
        _esms(S.ENTRE, *RECUES, *LISTES, S.ESSAI, S.REORIENTATION),
        _esms(S.SORTI, *ENTREES),
        _esms(S.REORIENTATION, S.ESSAI, S.ENTRE),
        _mdph(Geste.ENTERINER, Droit.ADMISSION_IMPOSSIBLE, (S.IMPOSSIBLE,), S.ENTERINEE),
        _mdph(Geste.REFUSER, Droit.ADMISSION_IMPOSSIBLE, (S.IMPOSSIBLE,), None),
        _mdph(Geste.ANNULER, Droit.DECISION, VIVANTS - ENTREES, S.ANNULEE),
        _mdph(Geste.REACTIVER, Droit.DECISION, FINAUX - {S.DECISION_ANNULEE}, S.REACTIVEE),
        _mdph(Geste.ANNULER_DECISION, Droit.DECISION, VIVANTS, S.DECISION_ANNULEE, of_decision=True),
        _mdph(Geste.RETABLIR, Droit.DECISION, (S.DECISION_ANNULEE,), S.REACTIVEE, of_decision=True),
    )
}
# Of a unit: each begins where nothing is said yet, or where it was over.
_DEBUTS = ("", U.FIN, U.RETIRE)
_LISTES = (U.ANALYSE, U.ADMISSIBLE, U.ADMIS)
PASSAGES_UNITE: dict[str, Passage] = {
    code.value: Passage(code.value, Cote.ESMS, Droit.STATUT, frozenset(map(str, before)), code)
    for code, before in (
        (U.ANALYSE, (*_DEBUTS, U.ADMISSIBLE, U.NON_CONCLUANT)),
        (U.ADMISSIBLE, (*_DEBUTS, U.ANALYSE, U.NON_CONCLUANT)),
        (U.ADMIS, (*_DEBUTS, U.ANALYSE, U.ADMISSIBLE)),
        (U.ESSAI, (*_DEBUTS, *_LISTES)),
        (U.NON_CONCLUANT, (U.ESSAI,)),
        (U.PRIS_EN_CHARGE, (*_DEBUTS, *_LISTES, U.ESSAI, U.REORIENTATION)),
        (U.REORIENTATION, (U.ESSAI, U.PRIS_EN_CHARGE)),
        (U.FIN, (U.PRIS_EN_CHARGE, U.REORIENTATION)),
        (U.RETIRE, (*_LISTES, U.ESSAI, U.NON_CONCLUANT)),
    )
}


def passages(statut: str, cote: str) -> list[Passage]:
    """What this side may do of one notification, in the order of a page; what opening it does is not one."""
    return [
        one
        for one in PASSAGES.values()
        if one.cote == cote and statut in one.before and not one.of_decision and one.code != S.LUE
    ]


def passages_unite(*statuts: str) -> list[Passage]:
    """From one of these."""
    return [one for one in PASSAGES_UNITE.values() if one.before.intersection(statuts)]


def refusal(statut: str, passage: Passage | None) -> str:
    """Why not now; empty when the table allows it. Each refusal is one sentence."""
    if passage is None:
        return "Choisissez un statut de la liste."
    if statut in passage.before:
        return ""
    known: type[TextChoices] = StatutUnite if isinstance(passage.after, StatutUnite) else Statut
    now = known(statut).label if statut else "aucun statut"
    wanted = f"«\u00a0{passage.label}\u00a0» n’est plus possible."
    return f"Le statut est maintenant «\u00a0{now}\u00a0»\u00a0: {wanted}"
