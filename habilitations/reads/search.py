"""Accounts as référents look for them (COM-2), and who is of somebody's perimeter (COM-8)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Collate

from accounts.identifiants import spellings
from accounts.models import User
from annuaire.models import Cle, Etablissement, Unite
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.core.droits import Droit, Niveau

LIMIT = 50
SHORTEST = 2
PLACES = 500  # that one name may mean
NORMALISED = "SELECT norm_cle(%s), norm_cle(%s)"


@dataclass(frozen=True)
class Hit:
    """`is_ours`: his page opens. `structures`: of the perimeter; `elsewhere`: he works in others too."""

    user: User
    is_ours: bool
    structures: list[str]
    elsewhere: bool


@dataclass(frozen=True)
class Found:
    """Whom a search has found, in order: the session keeps it, `hits` shows it, today and later."""

    ids: list[int]
    truncated: bool


def in_perimeter(actor, *, today):
    """Accounts that hold something in force, or to come, where the actor manages habilitations."""
    held = Habilitation.objects.visible_to(actor).current(today)
    return User.objects.filter(pk__in=held.values("user_id"))


def opened_by(actor, *, today):
    """Accounts that he opened, and that hold nothing and have never served: his to correct."""
    held = Habilitation.objects.current(today).filter(user=OuterRef("pk"))
    return User.objects.filter(~Exists(held), created_by=actor.user, last_sign_in_at=None)


def find(actor, *, nom="", prenom="", identifiant="", email="", structure="", profil="", today) -> Found:
    """At most 50, those of the perimeter first; ValidationError when what was typed says too little.

    `structure` and `profil` are of what is held in the perimeter: with them, nobody else is found.
    """
    held = Habilitation.objects.visible_to(actor).current(today)
    matching = _matching(nom=nom, prenom=prenom, identifiant=identifiant, email=email)
    is_named = bool(nom or prenom or identifiant or email)
    if structure or profil:
        held = _there(held, actor, structure, profil, is_named=is_named)
    ours = _sorted(matching.filter(pk__in=held.values("user_id"))) if is_named else _holders(held)
    others = [] if structure or profil or len(ours) > LIMIT else _sorted(matching.exclude(pk__in=ours))
    found = [*ours, *others]
    return Found(found[:LIMIT], truncated=len(found) > LIMIT)


def hits(actor, ids, *, today) -> list[Hit]:
    """Those accounts as they are now, in the order of their keys; what one may see of them is asked again."""
    users, (inside, outside) = User.objects.in_bulk(ids), _structures(actor, ids, today)
    own = [user.pk for user in users.values() if user.created_by_id == actor.user.pk]
    known = {*inside, *opened_by(actor, today=today).filter(pk__in=own).values_list("pk", flat=True)}
    return [Hit(users[pk], pk in known, inside.get(pk, []), pk in outside) for pk in ids if pk in users]


def _sorted(users) -> list[int]:
    return list(users.order_by("nom_cle", "prenom_cle", "pk").values_list("pk", flat=True)[: LIMIT + 1])


def _holders(held) -> list[int]:
    """In the order of their names, which the rows hold: accounts are many, those who hold this are few."""
    rows = held.order_by("nom_tri", "user_id").values_list("nom_tri", "user_id").distinct()
    return [pk for _, pk in rows[: LIMIT + 1]]


def _there(held, actor, structure, profil, *, is_named):
    """Of these habilitations, those of a profile, those in the structures and units that a name means."""
    if profil:
        held = held.filter(profil=profil, domaine=PROFILS[profil].domaine)
    if structure:
        if len(structure) < SHORTEST:
            raise ValidationError({"structure": f"Saisissez au moins {SHORTEST} lettres."})
        unites = Unite.objects.within(actor.rights, Droit.HABILITATION)
        above = Etablissement.objects.within(actor.rights, Droit.HABILITATION)
        above |= Etablissement.objects.filter(pk__in=unites.values("etablissement"))
        keys = [_meant(rows, structure) for rows in (unites, above)]  # lists: an index answers each
        return held.filter(Q(unite__in=keys[0]) | Q(etablissement__in=keys[1]))
    if not is_named and actor.rights.scopes(Droit.HABILITATION).keys() & {Niveau.REGION, Niveau.NATIONAL}:
        raise ValidationError({"structure": "Votre périmètre est large\u00a0: indiquez aussi une structure."})
    return held


def _meant(rows, name) -> list[int]:
    found = list(rows.named(name).values_list("pk", flat=True)[: PLACES + 1])
    if len(found) > PLACES:
        raise ValidationError({"structure": "Trop de structures portent ce nom\u00a0: précisez-le."})
    return found


def _matching(*, nom, prenom, identifiant, email):
    users = User.objects.annotate(nom_cle=Collate(Cle("nom"), "C"), prenom_cle=Collate(Cle("prenom"), "C"))
    if nom or prenom:
        users = users.filter(_named(nom, prenom))
    if identifiant:
        users = users.filter(_known_as(identifiant))
    if email:
        users = users.filter(email=email)
    return users


def _named(nom, prenom) -> Q:
    """Each by its first letters; as the directory writes keys: «D’Almeida» and «dalmeida» are one."""
    with connection.cursor() as cursor:
        cursor.execute(NORMALISED, [nom, prenom])
        cles = dict(zip(("nom_cle", "prenom_cle"), cursor.fetchone(), strict=True))
    rule = Q()
    for typed, name in ((nom, "nom_cle"), (prenom, "prenom_cle")):
        if typed and len(cles[name]) < SHORTEST:
            raise ValidationError({name.removesuffix("_cle"): f"Saisissez au moins {SHORTEST} lettres."})
        if typed:
            rule &= Q(**{f"{name}__startswith": cles[name]})
    return rule


def _known_as(identifiant) -> Q:
    """By the first letters of a login, or by a whole national number."""
    plain = spellings(identifiant)
    if len(plain[0]) < SHORTEST:
        raise ValidationError({"identifiant": f"Saisissez au moins {SHORTEST} caractères."})
    numbered = list(User.objects.known_as(plain).values_list("pk", flat=True))
    return Q(login__startswith=identifiant.strip().lower()) | Q(pk__in=numbered)


def _structures(actor, ids, today) -> tuple[dict[int, list[str]], set[int]]:
    """Names by account within the perimeter, the last to end first; accounts that hold something beyond."""
    inside: dict[int, list[str]] = {}
    outside = set()
    held = Habilitation.objects.current(today).filter(user__in=ids)
    held = held.select_related("region", "coordination", "etablissement", "guichet")
    for one in held.order_by("-fin", "pk"):
        if not actor.rights.cover(Droit.HABILITATION, one.place, domaine=""):
            outside.add(one.user_id)
        elif (name := str(one.etablissement or one.lieu)) not in inside.setdefault(one.user_id, []):
            inside[one.user_id].append(name)
    return inside, outside


def everywhere(*, nom="", prenom="", identifiant="", email="") -> list[int]:
    """For the national support: keys of at most 51 accounts of the whole country."""
    return _sorted(_matching(nom=nom, prenom=prenom, identifiant=identifiant, email=email))
