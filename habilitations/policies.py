"""Who may see, give, change and take away habilitations (HAB-1…10, COM-8)."""

import annuaire.policies
from annuaire.models import Lieu
from habilitations.models import Campagne, DemandeHabilitation, Examen, Habilitation
from habilitations.profils import Profil
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Niveau
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def administer(actor: Actor) -> None:
    """The pages «Comptes et habilitations»: a référent, in his own name."""
    _in_own_name(actor)
    if not actor.rights.scopes(Droit.HABILITATION):
        raise Denied("Cette page est réservée aux référents.")


def deployment(actor: Actor) -> None:
    """«Déploiement»: who follows a territory, in his own name (ANN-8)."""
    _in_own_name(actor)
    annuaire.policies.follow(actor)


def grant(actor: Actor, profil: Profil, lieu: Lieu) -> Actor:
    """Each profile says which right its granter holds at the place; he acts by it."""
    administer(actor)
    offered(profil)
    if lieu.niveau not in profil.niveaux:
        raise Denied(f"Le profil «\u00a0{profil}\u00a0» ne s’attribue pas à ce niveau.")
    granter = actor.using(profil.granted_with, lieu.place, mode=Mode.OUI)
    if granter is None:
        raise Denied(
            f"Vous ne pouvez pas attribuer le profil «\u00a0{profil}\u00a0» ici\u00a0: {lieu} ne fait pas "
            "partie de votre périmètre, ou ce profil relève d’un autre référent."
        )
    if lieu.is_closed:
        raise Denied(f"{lieu} est une structure fermée\u00a0: aucune habilitation ne s’y attribue plus.")
    if lieu.modules is not None and profil.domaine not in (*lieu.modules, Domaine.ADMINISTRATION):
        raise Denied(
            f"Le module «\u00a0{profil.domaine.label}\u00a0» n’est pas déployé dans cette coordination."
        )
    return granter


def offered(profil: Profil) -> None:
    """It opens something today: else it is neither given nor prolonged."""
    if not profil.is_offered:
        raise Denied(
            f"Le profil «\u00a0{profil}\u00a0» n’ouvre encore aucune page\u00a0: il n’est pas déployé."
        )


def grant_to(actor: Actor, user) -> None:
    """Nobody gives himself a right, nor prolongs his own."""
    if actor.user is not None and actor.user.pk == user.pk:
        raise Denied("Vous ne pouvez pas vous attribuer d’habilitation\u00a0: adressez-vous à vos référents.")
    if not user.is_active:
        raise Denied(f"Le compte {user.login} est désactivé.")


def read(actor: Actor, habilitation: Habilitation) -> None:
    """Its holder, or a référent of the place."""
    if actor.is_acting or actor.user is None:
        raise Denied("Cette habilitation ne vous est pas accessible.")
    if actor.user.pk != habilitation.user_id and not actor.rights.cover(
        Droit.HABILITATION, habilitation.place, domaine=""
    ):
        raise Denied("Cette habilitation ne fait pas partie de votre périmètre.")


def manage(actor: Actor, habilitation: Habilitation) -> Actor:
    """Prolong, shorten, delete: who may give this profile there, by that right, and never one's own."""
    administer(actor)
    if actor.user.pk == habilitation.user_id:
        raise Denied(
            "Vous ne pouvez pas modifier vos propres habilitations\u00a0: adressez-vous à vos référents."
        )
    manager = actor.using(habilitation.le_profil.granted_with, habilitation.place, mode=Mode.OUI)
    if manager is None:
        raise Denied(
            "Cette habilitation ne fait pas partie de votre périmètre, ou relève d’un autre référent."
        )
    return manager


def own(actor: Actor, habilitation: Habilitation) -> None:
    """«Réception des e-mails», and the red cross: its holder, in his own name (COM-5)."""
    _in_own_name(actor)
    if actor.user.pk != habilitation.user_id:
        raise Denied("Seul le titulaire de cette habilitation peut faire cela.")


def notify(actor: Actor, habilitation: Habilitation) -> Actor:
    """The e-mail tick: the holder in «Mon compte», or a référent in the revue (HAB-8, HAB-9)."""
    _in_own_name(actor)
    return actor if actor.user.pk == habilitation.user_id else manage(actor, habilitation)


def depart(actor: Actor, user, lieu: Lieu) -> Actor:
    """One date for all that a person holds in a structure."""
    administer(actor)
    if actor.user.pk == user.pk:
        raise Denied("Vous ne pouvez pas déclarer votre propre départ\u00a0: adressez-vous à vos référents.")
    referent = actor.using(Droit.HABILITATION, lieu.place)
    if referent is None:
        raise Denied(f"{lieu} ne fait pas partie de votre périmètre.")
    return referent


def _in_own_name(actor: Actor) -> None:
    if actor.user is None:
        raise Denied("Connectez-vous pour gérer des habilitations.")
    if actor.is_acting:
        raise Denied(
            f"Vous agissez au nom du {actor.on_behalf_of.titre}. Revenez à votre compte pour gérer "
            "des habilitations."
        )


def living(habilitation: Habilitation) -> None:
    if not habilitation.is_living:
        raise Denied("Cette habilitation a été supprimée\u00a0: elle ne peut plus être modifiée.")


def own_import(actor: Actor, one) -> None:
    """A deposited file is its author's alone."""
    administer(actor)
    if actor.user.pk != one.user_id:
        raise Denied("Cet import est celui d’une autre personne.")


def ask(actor: Actor) -> None:
    """A habilitation, or its prolongation: anybody, in his own name."""
    _in_own_name(actor)


def withdraw(actor: Actor, demande: DemandeHabilitation) -> None:
    _in_own_name(actor)
    if actor.user.pk != demande.user_id:
        raise Denied("Seule la personne qui a fait cette demande peut la retirer.")


def answer(actor: Actor, demande: DemandeHabilitation) -> Actor:
    """A référent of the place, never the person who asks."""
    administer(actor)
    if actor.user.pk == demande.user_id:
        raise Denied("Vous ne pouvez pas répondre à votre propre demande\u00a0: un autre référent le fera.")
    referent = actor.using(Droit.HABILITATION, demande.place)
    if referent is None:
        raise Denied("Cette demande ne fait pas partie de votre périmètre.")
    return referent


def orphans(actor: Actor) -> None:
    """Structures without référent: who names référents structure, from above them."""
    administer(actor)
    if not actor.rights.scopes(Droit.REFERENT_STRUCTURE).keys() - {Niveau.ETABLISSEMENT}:
        raise Denied("Cette page est réservée aux coordinations.")


def open_campagne(actor: Actor, lieux: list[Lieu]) -> Actor:
    """A référent, over places that are all of his perimeter (HAB-11)."""
    leader = lead_campagne(actor, lieux)
    for lieu in lieux:
        if lieu.is_closed:
            raise Denied(f"{lieu} est une structure fermée\u00a0: il n’y a plus rien à y passer en revue.")
    return leader


def lead_campagne(actor: Actor, lieux: list[Lieu]) -> Actor:
    """Follow and close it: who opened it, or as his successor any référent whose perimeter holds it whole."""
    administer(actor)
    leader = None
    for lieu in lieux:
        leader = actor.using(Droit.HABILITATION, lieu.place)
        if leader is None:
            raise Denied(f"{lieu} ne fait pas partie de votre périmètre.")
    if leader is None:
        raise Denied("Cette campagne ne porte sur aucun lieu.")
    return leader


def review(actor: Actor, campagne: Campagne, rang: int) -> None:
    """One's list of a campaign; `rang`: the actor's among its reviewers, 0 when he is none."""
    administer(actor)
    if not rang:
        raise Denied(f"Vous n’êtes pas relecteur de la campagne «\u00a0{campagne}\u00a0».")


def entrust(actor: Actor, examen: Examen, relecteur, *, has_desk: bool) -> None:
    """Whom a line may be given to, by who leads its campaign; `has_desk`: he is a reviewer who outranks its
    holder, at a desk over its place."""
    if actor.user.pk == examen.titulaire_id:
        raise Denied("Personne ne choisit qui examine ses propres habilitations.")
    if relecteur.pk == examen.titulaire_id:
        raise Denied("Personne n’examine ses propres habilitations.")
    if not has_desk:
        raise Denied(
            f"{relecteur.nom_complet} ne peut pas l’examiner\u00a0: il faut être référent de ce lieu, et "
            "au-dessus de la personne concernée."
        )


def decide(actor: Actor, examen: Examen, *, at_desk: bool, reads_him: bool) -> Actor:
    """`at_desk`: the line is on his list; `reads_him`: its holder reads, or has read, the actor's own rights.

    Then what the decision may do is asked as for any change of a habilitation.
    """
    administer(actor)
    if actor.user.pk == examen.titulaire_id:
        raise Denied("Personne n’examine ses propres habilitations.")
    if reads_him:
        raise Denied("Cette personne examine vos habilitations\u00a0: une autre examinera les siennes.")
    if not at_desk:
        raise Denied("Cette ligne est sur la liste d’une autre personne.")
    return manage(actor, examen.habilitation)
