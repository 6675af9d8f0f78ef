from datetime import timedelta

from django.db.models import TextChoices

from viatraj.core.actor import BY_CARD, Actor, Place
from viatraj.core.droits import Droit
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def own_account(actor):
    """One's own account stays closed while one acts for somebody else (DEL-5)."""
    if actor.user is None:
        raise Denied("Connectez-vous pour accéder à votre compte.")
    if actor.is_acting:
        raise Denied(
            f"Vous agissez au nom du {actor.on_behalf_of.titre}. Revenez à votre compte pour le consulter."
        )


def own_name(actor, user):
    """COM-5: nom, prénom and profession are one's own to say, unless a card gave them."""
    owner(actor, user)
    if is_named_by_card(user):
        raise Denied(
            "Vos nom, prénom et profession viennent de votre carte\u00a0: votre compte les suit à chaque "
            "connexion par elle, ou par Pro Santé Connect. S’ils sont inexacts, demandez leur correction à "
            "votre Ordre, ou à la structure qui vous a remis la carte."
        )


def owner(actor, user):
    """Nobody touches somebody else's secrets, whatever his rights (ASVS 6.4.6)."""
    own_account(actor)
    if actor.user.pk != user.pk:
        raise Denied("Seul le titulaire du compte peut faire cela.")


def support_account(actor):
    """The national support, in its own name; what it may open is asked by `support`."""
    if actor.user is None or actor.is_acting or not (actor.user.is_staff and actor.user.is_active):
        raise Denied("Ces pages sont réservées au support national.")


def support(actor):
    """/gestion/ shows the accounts of the whole country: a stolen mailbox and password do not open it."""
    support_account(actor)
    if actor.means not in BY_CARD:
        raise Denied(
            "Ces pages montrent les comptes de tout le pays\u00a0: elles s’ouvrent par une carte "
            "(CPS, CPE, CPA) ou par Pro Santé Connect. Déconnectez-vous, puis identifiez-vous ainsi."
        )


def lift_lock(actor, user):
    """The owner himself, by another proof than the password."""
    if actor.user is None or actor.user.pk != user.pk:
        raise Denied("Seul le titulaire du compte lève ainsi son blocage.")


def unlock(actor, user, places) -> Actor:
    """COM-7: unlock the account, or take its card off. Returns the actor with the right that lets him.

    `places`: where the account holds a habilitation, as `attaches.of` says them.
    """
    if actor.user is None or actor.is_acting or actor.user.pk == user.pk:
        raise Denied("Seul un référent d’une structure de cette personne peut faire cela.")
    referent = _by_right(actor, places)
    if referent is None:
        raise Denied("Ce compte n’a pas d’habilitation dans votre périmètre.")
    return referent


def register(actor):
    """COM-3: a référent opens accounts, in his own name; the exploitation, that of the first référent."""
    if actor.user is None:
        system(actor)
    elif actor.is_acting or not actor.rights.scopes(Droit.COMPTE):
        raise Denied("Seul un référent crée des comptes.")


def correct(actor, user, places) -> Actor:
    """COM-3, COM-8; `places`: where the account holds a habilitation, as `attaches.of` says them."""
    if actor.user is None or actor.is_acting or actor.user.pk == user.pk:
        raise Denied("Vos propres coordonnées se modifient dans «\u00a0Mon compte\u00a0».")
    referent = _by_right(actor, places)
    if referent is None and not _opened(actor, user, places):
        raise Denied("Ce compte n’a pas d’habilitation dans votre périmètre.")
    if not user.is_active:
        raise Denied(f"Le compte {user.login} est désactivé.")
    return referent or actor


def _opened(actor, user, places) -> bool:
    """Whoever opened an account corrects it until it holds a habilitation or has been used."""
    is_new = not places and user.last_sign_in_at is None
    return is_new and user.created_by_id == actor.user.pk and bool(actor.rights.scopes(Droit.COMPTE))


def disable(actor, user, places) -> Actor:
    """Disable or enable.

    One account serves in all its holder's structures (COM-1), so none of them may close it alone.

    It takes somebody whose right covers the coordination, or region, of every place where the account holds
    a habilitation; for a médecin, or an account that holds none, the national level. For somebody who
    leaves, a structure uses «Départ».
    """
    if actor.user is None or actor.is_acting or actor.user.pk == user.pk:
        raise Denied("Personne ne désactive, ni ne réactive, son propre compte.")
    if user.is_staff:
        raise Denied("Les comptes du support national sont gérés par l’équipe d’exploitation du service.")
    wide = _wide(places)
    if user.is_medecin or not wide:
        wide = [Place()]
    if not all(_covers(actor, place) for place in wide):
        raise Denied(
            "Un compte suit la personne dans toutes ses structures\u00a0: seule la coordination de toutes "
            "ses habilitations, ou le niveau national, le désactive ou le réactive. Pour une personne qui "
            "quitte votre structure, déclarez son «\u00a0Départ\u00a0»."
        )
    return _by_right(actor, wide) or actor


def withdraw(actor, user):
    """Whoever has just opened an account, until it has served; what hangs on it is not asked here."""
    if actor.user is None or actor.is_acting or user.created_by_id != actor.user.pk:
        raise Denied("Seule la personne qui a ouvert ce compte peut annuler son ouverture.")
    if not actor.rights.scopes(Droit.COMPTE):
        raise Denied("Seul un référent annule l’ouverture d’un compte.")
    if user.last_sign_in_at or user.password_changed_at:
        raise Denied(f"Le compte {user.login} a déjà servi\u00a0: son ouverture ne s’annule plus.")


def rename(actor, user, places):
    """Nom, prénom and profession, unless they come from a card: nobody types those."""
    correct(actor, user, places)
    if is_named_by_card(user):
        raise Denied(
            "Nom, prénom et profession viennent de sa carte\u00a0: le compte les suit à chaque connexion par "
            "elle. Cette personne les fait corriger auprès de son Ordre, ou de la structure qui lui a remis "
            "la carte."
        )


class Voie(TextChoices):
    """How a référent's change of somebody's address goes (COM-10, docs/adr/0020)."""

    LIBRE = "libre", "compte jamais utilisé"
    HABITUELLE = "habituelle", "habilitation de plus de 30 jours"
    COORDINATION = "coordination", "par la coordination, avec un motif"
    ACCORD = "accord", "avec l’accord du titulaire"


SETTLED_AFTER = timedelta(days=30)


def change_email(actor, user, places, settled) -> Voie:
    """How this référent may change the address of an account (COM-10); Denied when he may not.

    Whoever reads an account's mail can choose its password, so a référent must not gain an account this way.
    He is refused when the account has habilitations outside his perimeter, when it ever signed in by card,
    or when its holder has no address where he could be told and could cancel. `settled` are those of
    `places` where a habilitation has been in force for 30 days: without one, a référent could first give
    himself a hold on the account by giving it a habilitation.
    """
    correct(actor, user, places)
    if is_proved(user) or user.first_strong_at or user.is_staff:
        raise Denied(
            "Cette personne se connecte aussi par sa carte\u00a0: elle seule modifie son adresse e-mail, "
            "dans «\u00a0Mon compte\u00a0»."
        )
    if not all(_covers(actor, place) for place in places):
        raise Denied(
            "Cette personne a aussi des habilitations hors de votre périmètre\u00a0: elle seule modifie son "
            "adresse e-mail, dans «\u00a0Mon compte\u00a0»."
        )
    if user.last_sign_in_at is None:
        return Voie.LIBRE
    if user.email and any(_covers(actor, place) for place in settled):
        return Voie.HABITUELLE
    if all(_covers(actor, place) for place in _wide(places)):
        return Voie.COORDINATION
    if user.email:
        return Voie.ACCORD
    raise Denied(
        "Cette personne n’a pas d’adresse où être prévenue, et d’où annuler\u00a0: adressez-vous à votre "
        "coordination."
    )


def _by_right(actor, places) -> Actor | None:
    """The actor, with the right that covers the first place he has a right on; None when he has none."""
    used = (actor.using(Droit.COMPTE, place) for place in places)
    return next((one for one in used if one), None)


def _wide(places) -> list[Place]:
    """The coordination, or region, of each."""
    return [Place(region=one.region, coordination=one.coordination) for one in places]


def is_named_by_card(user) -> bool:
    """True for a médecin, and for whoever has a paired card from which his name was taken."""
    return user.is_medecin or (user.named_by_card and is_proved(user))


def is_proved(user) -> bool:
    """Has he a card or Pro Santé Connect paired: a médecin, an assistant, or somebody who chose to."""
    return user.identites.filter(ended_at=None).exists()


def _covers(actor, place) -> bool:
    return actor.rights.cover(Droit.COMPTE, place, domaine="")


def cancel_change(change, now):
    """While the link is valid; whoever holds it reads the former address."""
    if change.cancelled_at or change.cancel_ends is None or change.cancel_ends <= now:
        raise Denied("Ce lien n’est plus valable\u00a0: il a déjà servi, ou date de plus de 48 heures.")


def agree(change, now):
    """The holder, at his former address, to a change that waits for him."""
    if not change.agreement_needed or not _is_open(change, now):
        raise Denied("Ce lien n’est plus valable\u00a0: il a déjà servi, ou date de plus de 48 heures.")


def confirm_change(change, now):
    """While the link is valid; whoever holds it reads the new address."""
    if change.awaits_agreement or not _is_open(change, now):
        raise Denied("Ce lien n’est plus valable\u00a0: il a déjà servi, ou date de trop longtemps.")


def _is_open(change, now) -> bool:
    is_over = change.confirmed_at or change.cancelled_at or change.ends <= now
    return not is_over and change.user.is_active
