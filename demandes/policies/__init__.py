"""Who may do a verb of the table, on his side and at his place (DOS-4); and what else must be true by then.

Those that let somebody act return the actor with the right that he uses (docs/adr/0016).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

import annuaire.policies
import dossiers.policies
import dossiers.regards
from annuaire.models import Coordination, Lieu
from demandes import etats, regards
from demandes.etats import Acte, Cote, Garde, Verbe
from demandes.handicap.suivis import Suivi, suivis
from demandes.models import Demande, VueEnregistree, echeances
from demandes.policies.notifications import change_notification as change_notification
from demandes.policies.notifications import decide as decide
from demandes.policies.notifications import read_decision as read_decision
from demandes.policies.notifications import read_notification as read_notification
from demandes.policies.notifications import receive_notification as receive_notification
from demandes.policies.notifications import search_notifications as search_notifications
from demandes.policies.notifications import watch_notification as watch_notification
from demandes.regards import Vue
from demandes.tableaux import Tableau, held
from dossiers.models import Dossier, Origine, Role
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode, Niveau, Orientation
from viatraj.core.policies import Denied, system

SENDS = (Verbe.SELECTIONNER, Verbe.RETIRER, Verbe.ENVOYER, Verbe.REACTIVER)


def read(actor: Actor, demande: Demande) -> Actor:
    """On any side, in whatever mode."""
    vue = regards.of(actor, demande)
    if not vue:
        raise Denied("Cette demande n’est pas de celles que vous consultez.")
    voies = vue.asking.voies or vue.receiving.voies
    return voies[0].used_by(actor)


def look(actor: Actor, dossier: Dossier) -> None:
    """Whom it is asked of: who asks, never who receives."""
    ways = dossiers.regards.of(actor, dossier).voies
    if not any(map(regards.is_asking, ways)):
        raise Denied("Seul le demandeur voit à qui le dossier est adressé.")


def send(actor: Actor, dossier: Dossier) -> Actor:
    """Select, check, send."""
    return dossiers.policies.send(actor, dossier)


def record_paper(actor: Actor, lieu: Lieu) -> Actor:
    return dossiers.policies.receive_paper(actor, lieu)


def record_some_paper(actor: Actor) -> None:
    """At one unit or another."""
    if not any(actor.rights.giving(Droit.PAPIER, mode=Mode.OUI, domaine=Orientation.GRAND_AGE)):
        raise Denied("Vos droits ne permettent pas d’enregistrer un dossier papier.")


def keep_favoris(actor: Actor, dossier: Dossier) -> tuple[Actor, dict[str, int]]:
    """With whose they are."""
    by, owner = send(actor, dossier), favoris_of(actor, dossier)
    if owner is None:
        raise Denied("Les favoris sont ceux d’une unité de soins ou d’un médecin qui adresse ses patients.")
    return by, owner


def favoris_of(actor: Actor, dossier: Dossier) -> dict[str, int] | None:
    """Of the unit for which he sends it, or of the médecin in whose space he does: column and key."""
    if demandeuse := unite_demandeuse(actor, dossier):
        return {"demandeuse_id": demandeuse}
    if dossiers.regards.of(actor, dossier).holding(Droit.DEMANDE, Role.MEDECIN):
        return {"medecin_id": actor.principal.pk}
    return None


def unite_demandeuse(actor: Actor, dossier: Dossier) -> int | None:
    """The unit for which this actor sends it, if it is one."""
    voie = dossiers.regards.of(actor, dossier).holding(Droit.ENVOI, Role.DEMANDEUR)
    return voie.presence.unite_id if voie else None


def boards(actor: Actor) -> None:
    """Any dashboard."""
    if not held(actor) and not suivis(actor):
        raise Denied("Vos droits n’ouvrent aucun tableau de bord.")


def board(actor: Actor, tableau: Tableau | Suivi) -> None:
    if not (tableau in suivis(actor) if isinstance(tableau, Suivi) else any(tableau.grants(actor))):
        raise Denied(f"Vos droits n’ouvrent pas le tableau de bord «\u00a0{tableau.label}\u00a0».")


def own_views(actor: Actor) -> None:
    """Of the person, in whoever's name he works; also once no dashboard is left to him."""
    if actor.user is None:
        raise Denied("Connectez-vous pour retrouver vos vues enregistrées.")


def own_view(actor: Actor, vue: VueEnregistree) -> None:
    own_views(actor)
    if vue.user_id != actor.user.pk:
        raise Denied("Cette vue n’est pas la vôtre.")


def act(actor: Actor, demande: Demande, verbe: str, cote: str) -> Actor:
    """The right that the table asks of this side, at this demande; of its state, `refusal` decides."""
    acte = etats.acte(demande.module, verbe, cote)
    if acte is None:
        raise Denied(etats.refusal(demande.module, demande.etat, verbe, cote))
    if cote == Cote.SYSTEME:
        system(actor)
        return actor
    if cote == Cote.DEMANDEUR:
        return _asking(actor, demande.dossier, acte)
    return _receiving(actor, regards.of(actor, demande), acte, cote)


def _asking(actor: Actor, dossier: Dossier, acte: Acte) -> Actor:
    if acte.verbe in SENDS:
        return send(actor, dossier)
    assert acte.droit is not None  # noqa: S101
    regard = dossiers.regards.of(actor, dossier)
    voie = regard.holding(Droit.DEMANDE, Role.MEDECIN) or regard.holding(acte.droit, Role.DEMANDEUR)
    if voie is None:
        raise _lacking(actor, Droit.DEMANDE if actor.in_medecin_space else acte.droit)
    return voie.used_by(actor)


def _receiving(actor: Actor, vue: Vue, acte: Acte, cote: str) -> Actor:
    """An answer wants a board in répondre; an avis, to read the volet médical; opening, to know who it is."""
    assert acte.droit is not None  # noqa: S101
    if cote == Cote.MEDECIN:
        read_by = (one for one in vue.receiving.voies if one.volets.get("medical") == Mode.LECTURE)
        adresse = (one for one in vue.receiving.voies if one.volets.get("adressage") == Mode.LECTURE)
        voie = next(read_by, None) or next(adresse, None)
    elif acte.verbe == Verbe.CONSULTER:
        voie = vue.reading()
    else:
        voie = vue.answering(acte.droit)
    if voie is None:
        raise _lacking(actor, acte.droit)
    return voie.used_by(actor)


def _lacking(actor: Actor, droit: Droit) -> Denied:
    who = f"Le {actor.principal.titre} ne vous a pas délégué" if actor.is_acting else "Vous n’avez pas"
    return Denied(f"{who} le droit «\u00a0{droit.label}\u00a0» sur cette demande.")


def follow(actor: Actor) -> None:
    """What the service does by itself: deadlines, and what follows from a decision or a closing."""
    system(actor)


def set_delays(actor: Actor, coordination: Coordination) -> Actor:
    """Of a coordination, by whoever answers for it, as for its sheet; or by an operator."""
    if actor.user is None:
        system(actor)
        return actor
    return annuaire.policies.edit_coordination(actor, coordination)


def own_alertes(actor: Actor) -> None:
    """Of the person, in whoever's name he works."""
    if actor.user is None:
        raise Denied("Connectez-vous pour lire vos alertes.")


def refusal(demande: Demande, verbe: str, cote: str, *, now: datetime) -> str:
    """Why not now, whoever it is; empty when the table and its conditions allow it."""
    said = etats.refusal(demande.module, demande.etat, verbe, cote)
    if said:
        return said
    acte = etats.acte(demande.module, verbe, cote)
    assert acte is not None  # noqa: S101
    return next((said for garde in acte.gardes if (said := GARDES[garde](demande, now))), "")


def _a_l_unite(demande: Demande, now: datetime) -> str:
    return "" if demande.niveau == Niveau.UNITE else "Répartissez d’abord la demande vers une unité."


def _au_guichet(demande: Demande, now: datetime) -> str:
    return "" if demande.niveau == Niveau.GUICHET else "Cette demande est déjà répartie vers une unité."


def _deja_envoyee(demande: Demande, now: datetime) -> str:
    return (
        ""
        if demande.sent_at
        else "Cette demande n’a jamais été envoyée\u00a0: sélectionnez l’unité de nouveau."
    )


def _relancable(demande: Demande, now: datetime) -> str:
    hours = settings.DEMANDE_RELANCE_HOURS
    last = max(one for one in (demande.relancee_at, demande.depuis) if one)
    if now >= last + timedelta(hours=hours):
        return ""
    return f"Une demande se relance {hours}\u00a0heures au plus tôt après l’envoi ou la dernière relance."


def _recue_depuis(demande: Demande, now: datetime) -> str:
    days = settings.DECES_SIGNALE_DAYS
    if demande.sent_at and now >= demande.sent_at + timedelta(days=days):
        return ""
    return f"Un décès se signale à partir du {days}e\u00a0jour après la réception de la demande."


def _deces_signale(demande: Demande, now: datetime) -> str:
    return "" if demande.deces_at else "Aucun décès n’est signalé pour cette demande."


def _deces_tu(demande: Demande, now: datetime) -> str:
    return "Un décès est déjà signalé\u00a0: le demandeur doit répondre." if demande.deces_at else ""


def _admise_depuis_peu(demande: Demande, now: datetime) -> str:
    hours = settings.ADMISSION_UNDONE_HOURS
    if now < demande.depuis + timedelta(hours=hours):
        return ""
    return f"Une admission s’annule pendant {hours}\u00a0heures\u00a0: ce délai est passé."


def _en_ligne(demande: Demande, now: datetime) -> str:
    if demande.dossier.origine != Origine.PAPIER:
        return ""
    return "Ce dossier est venu sur papier\u00a0: adressez-vous à la personne qui l’a remis."


def _sur_papier(demande: Demande, now: datetime) -> str:
    if demande.dossier.origine == Origine.PAPIER:
        return ""
    return "Cette demande vient du demandeur\u00a0: lui seul l’annule. Vous pouvez la refuser."


def _echue(demande: Demande, now: datetime) -> str:
    """At the midnight of where it is received."""
    return "" if echeances.is_due(demande, Verbe.ECHOIR, now=now) else "Cette proposition est encore valable."


def _a_rappeler(demande: Demande, now: datetime) -> str:
    return "" if echeances.is_due(demande, Verbe.RAPPELER, now=now) else "Aucun rappel n’est à faire."


def _a_signaler(demande: Demande, now: datetime) -> str:
    return "" if echeances.is_due(demande, Verbe.ESCALADER, now=now) else "Rien n’est à signaler plus haut."


def _deces_sans_reponse(demande: Demande, now: datetime) -> str:
    due = echeances.is_due(demande, Verbe.CONFIRMER_DECES, now=now)
    return "" if due else "Le demandeur a encore le temps de répondre du décès signalé."


GARDES: dict[Garde, Callable[[Demande, datetime], str]] = {
    Garde.A_L_UNITE: _a_l_unite,
    Garde.AU_GUICHET: _au_guichet,
    Garde.DEJA_ENVOYEE: _deja_envoyee,
    Garde.RELANCABLE: _relancable,
    Garde.RECUE_DEPUIS: _recue_depuis,
    Garde.DECES_SIGNALE: _deces_signale,
    Garde.DECES_TU: _deces_tu,
    Garde.ADMISE_DEPUIS_PEU: _admise_depuis_peu,
    Garde.EN_LIGNE: _en_ligne,
    Garde.SUR_PAPIER: _sur_papier,
    Garde.ECHUE: _echue,
    Garde.A_RAPPELER: _a_rappeler,
    Garde.A_SIGNALER: _a_signaler,
    Garde.DECES_SANS_REPONSE: _deces_sans_reponse,
}
