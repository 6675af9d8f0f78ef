from accounts.models import Identite
from accounts.policies import unlock
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system
from viatraj.core.saisie import noms


def sign_out(actor):
    if actor.user is None:
        raise Denied("Vous n’êtes pas connecté.")


def pair(user, verified, *, is_confirmed):
    """CPX-2: whose card it is. `is_confirmed`: both names were seen, and a second code given."""
    if user.is_medecin and is_of_another_class(verified):
        raise Denied(
            "Ce compte est celui d’un médecin, et cette carte n’est pas celle d’un médecin\u00a0: elle ne "
            "peut pas y être associée."
        )
    if not is_confirmed and not is_named(user, verified):
        raise Denied("Cette carte n’est pas au nom du titulaire de ce compte.")


def is_named(user, verified) -> bool:
    """Is it the same name, whatever the case, accents, hyphens or spaces?"""
    return noms.same((user.nom, user.prenom), (verified.nom, verified.prenom))


def is_of_another_class(verified) -> bool:
    """Another profession, a student, a number given by a structure; no profession says nothing."""
    is_given = Identite.kind_of(verified.idnat) == Identite.Kind.STRUCTURE
    return is_given or bool(verified.profession and not verified.is_medecin)


def unpair(actor, user, places) -> Actor:
    """A card taken off somebody's account: whoever may lift its lock."""
    return unlock(actor, user, places)
