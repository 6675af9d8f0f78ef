"""Accounts as référents look for them (COM-2), and who is of somebody's perimeter (COM-8)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Collate

from accounts.identifiants import spellings
from accounts.models import User
from annuaire.models import Cle
from habilitations.models import Habilitation

LIMIT = 50
SHORTEST = 2
NORMALISED = "SELECT norm_cle(%s), norm_cle(%s)"


@dataclass(frozen=True)
class Hit:
    """`is_ours`: his page opens. `structure`: one where he works, by which he is recognised."""

    user: User
    is_ours: bool
    structure: str


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    truncated: bool

    @property
    def ids(self) -> list[int]:
        return [hit.user.pk for hit in self.hits]


def in_perimeter(actor, *, today):
    """Accounts that hold something in force, or to come, where the actor manages habilitations."""
    held = Habilitation.objects.visible_to(actor).current(today)
    return User.objects.filter(pk__in=held.values("user_id"))


def opened_by(actor, *, today):
    """Accounts that he opened, and that hold nothing and have never served: his to correct."""
    held = Habilitation.objects.current(today).filter(user=OuterRef("pk"))
    return User.objects.filter(~Exists(held), created_by=actor.user, last_sign_in_at=None)


def find(actor, *, nom="", prenom="", identifiant="", email="", today) -> Found:
    """At most 50, those of the perimeter first; ValidationError when what was typed says too little."""
    matching = _matching(nom=nom, prenom=prenom, identifiant=identifiant, email=email)
    ours = _sorted(matching.filter(pk__in=in_perimeter(actor, today=today).values("pk")))
    known = {user.pk for user in ours}
    others = _sorted(matching.exclude(pk__in=known)) if len(ours) <= LIMIT else []
    own = [user.pk for user in others if user.created_by_id == actor.user.pk]
    known.update(opened_by(actor, today=today).filter(pk__in=own).values_list("pk", flat=True))
    users = [*ours, *others]
    places = _structures(users, today)
    hits = [Hit(user, user.pk in known, places.get(user.pk, "")) for user in users[:LIMIT]]
    return Found(hits, truncated=len(users) > LIMIT)


def structure_of(user, *, today) -> str:
    return _structures([user], today).get(user.pk, "")


def _sorted(users):
    return list(users.order_by("nom_cle", "prenom_cle", "pk")[: LIMIT + 1])


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


def _structures(users, today) -> dict[int, str]:
    """One name an account: where its habilitation ends last."""
    held = Habilitation.objects.current(today).filter(user__in=[user.pk for user in users])
    held = held.select_related("etablissement", "coordination", "guichet").order_by("user_id", "fin", "pk")
    return {
        one.user_id: str(one.etablissement or one.guichet or one.coordination or "National") for one in held
    }
