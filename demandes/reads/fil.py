"""A demande as its page tells it: what has been done, what may be done, its place on the waiting list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from demandes import etats, policies
from demandes.etats import CLOS, Cote, Etat, Verbe
from demandes.models import Demande, Transition
from demandes.motifs import MOTIFS
from demandes.regards import Vue
from viatraj.core.actor import Actor
from viatraj.core.policies import can

TONES = {
    Etat.SELECTIONNEE: ("neutre", "crayon"),
    Etat.ENVOYEE: ("info", ""),
    Etat.CONSULTEE: ("info", ""),
    Etat.ETUDE: ("info", ""),
    Etat.PRECISION: ("attention", ""),
    Etat.ATTENTE: ("attention", "sablier"),
    Etat.ACCEPTEE: ("attention", "horloge"),
    Etat.CONFIRMEE: ("succes", ""),
    Etat.ADMIS: ("succes", ""),
    Etat.REFUSEE: ("erreur", ""),
    Etat.DECLINEE: ("neutre", ""),
    Etat.ANNULEE: ("neutre", ""),
    Etat.AILLEURS: ("neutre", ""),
}
# What who receives keeps to himself.
INTERNAL = (Verbe.DONNER_AVIS, Verbe.PATIENTER, Verbe.DEPATIENTER)
# What was done before who receives has it.
BEFORE = (Verbe.SELECTIONNER, Verbe.RETIRER)
# In the order of a page: what settles it first, what ends it last.
FIRST = (
    *(Verbe.CONFIRMER, Verbe.REPONDRE, Verbe.ADMETTRE, Verbe.REPARTIR, Verbe.ACCEPTER, Verbe.ETUDIER),
    *(Verbe.QUESTIONNER, Verbe.PATIENTER, Verbe.DEPATIENTER, Verbe.RELANCER, Verbe.REACTIVER),
)
DANGERS = (Verbe.ANNULER, Verbe.REFUSER, Verbe.RETIRER, Verbe.DECLINER, Verbe.DESADMETTRE)


@dataclass(frozen=True)
class Geste:
    """Something that may be done now, on one side, with the address of its page."""

    verbe: Verbe
    cote: Cote
    url: str

    @property
    def label(self) -> str:
        return self.verbe.label

    @property
    def is_danger(self) -> bool:
        return self.verbe in DANGERS


@dataclass(frozen=True)
class Pas:
    """A step; `par` is empty where it may not be told, `texte` where it may not be read."""

    at: datetime
    label: str
    par: str
    motif: str
    texte: str


def chip(etat: str) -> tuple[str, str, str]:
    """(label, tone, icon) of a state."""
    one = Etat(etat)
    return one.label[0].upper() + one.label[1:], *TONES[one]


def gestes(actor: Actor, vue: Vue, *, now: datetime) -> list[Geste]:
    """Opening is done by opening, sending by the page that checks."""
    demande = vue.demande
    found: dict[Verbe, Geste] = {}
    for cote, acte in etats.actes(demande.module, demande.etat, *vue.cotes):
        shown = acte.verbe not in (Verbe.CONSULTER, Verbe.ENVOYER) and acte.verbe not in found
        allowed = shown and not policies.refusal(demande, acte.verbe, cote, now=now)
        if allowed and can(policies.act, actor, demande, acte.verbe, cote):
            url = reverse("demandes:apply", args=[demande.pk, acte.verbe])
            found[acte.verbe] = Geste(acte.verbe, cote, url)
    return sorted(found.values(), key=_place)


def _place(geste: Geste) -> int:
    if geste.is_danger:
        return len(FIRST) + 1
    return FIRST.index(geste.verbe) if geste.verbe in FIRST else len(FIRST)


def geste(actor: Actor, vue: Vue, verbe: str, *, now: datetime) -> Geste | None:
    return next((one for one in gestes(actor, vue, now=now) if one.verbe == verbe), None)


def pas(vue: Vue, *, named: bool) -> list[Pas]:
    """The last first. `named`: people are told by their names, and texts are read."""
    rows = vue.demande.transitions.select_related("par", "au_nom_de").order_by("-version")
    return [_pas(one, named and _is_read(vue)) for one in rows if _is_told(vue, one)]


def _is_told(vue: Vue, one: Transition) -> bool:
    return one.verbe not in (INTERNAL if vue.asking else BEFORE)


def _is_read(vue: Vue) -> bool:
    """By who receives, no longer than the volets."""
    return bool(vue.asking) or vue.demande.etat not in CLOS


def _pas(one: Transition, named: bool) -> Pas:
    par, texte = (" ".join(_par(one)), one.texte) if named else ("", "")
    return Pas(one.at, FAITS[Verbe(one.verbe)], par, MOTIFS.get(one.motif, ""), texte)


def _par(one: Transition) -> Iterator[str]:
    if one.par:
        yield one.par.titre
    if one.au_nom_de:
        yield f"au nom du {one.au_nom_de.titre}"


FAITS = {
    Verbe.SELECTIONNER: "Structure sélectionnée",
    Verbe.RETIRER: "Retirée de la sélection",
    Verbe.ENVOYER: "Demande envoyée",
    Verbe.CONSULTER: "Demande ouverte",
    Verbe.REPARTIR: "Répartie vers une unité",
    Verbe.TRANSMETTRE: "Transmise à une autre unité",
    Verbe.ETUDIER: "Mise à l’étude",
    Verbe.QUESTIONNER: "Précision demandée",
    Verbe.REPONDRE: "Précision apportée",
    Verbe.PATIENTER: "Mise en liste d’attente",
    Verbe.DEPATIENTER: "Sortie de la liste d’attente",
    Verbe.DONNER_AVIS: "Avis donné",
    Verbe.ACCEPTER: "Admission proposée",
    Verbe.REFUSER: "Demande refusée",
    Verbe.CONFIRMER: "Admission confirmée",
    Verbe.DECLINER: "Proposition déclinée",
    Verbe.ANNULER: "Demande annulée",
    Verbe.REACTIVER: "Demande réactivée",
    Verbe.RELANCER: "Relance",
    Verbe.ADMETTRE: "Admission déclarée",
    Verbe.DESADMETTRE: "Admission annulée",
    Verbe.SIGNALER_DECES: "Décès signalé",
    Verbe.CONFIRMER_DECES: "Demande close après le décès signalé",
    Verbe.DEMENTIR_DECES: "Décès démenti",
    Verbe.IGNORER_DECES: "Décès ni confirmé ni démenti",
    Verbe.RAPPELER: "Rappel envoyé par le service",
    Verbe.ESCALADER: "Signalée par le service, faute de réponse",
    Verbe.ECHOIR: "Proposition échue",
    Verbe.CLORE: "Close avec le dossier",
    Verbe.FERMER: "Close avec la structure",
    Verbe.ECARTER: "Annulée automatiquement\u00a0: admis ailleurs",
    Verbe.ROUVRIR: "Rouverte",
    Verbe.ENREGISTRER: "Enregistrée\u00a0: venue sur papier",
}


def rank(vue: Vue) -> int | None:
    """On the waiting list of the place, oldest first; for who receives alone."""
    demande = vue.demande
    if demande.etat != Etat.ATTENTE or not vue.receiving:
        return None
    before = Demande.objects.filter(lieu_key=demande.lieu_key, **{demande.niveau: demande.lieu.row})
    return before.filter(etat=Etat.ATTENTE, depuis__lt=demande.depuis).count() + 1
