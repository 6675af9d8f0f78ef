"""The accounts that a file names: found by identifiant, else by e-mail, else opened (COM-3, COM-4)."""

import uuid
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts import actions
from accounts.identifiants import spellings
from accounts.models import User
from habilitations.imports.colonnes import BY_KEY
from viatraj.core.saisie import emails, noms

UNKNOWN = "Aucun compte n’a cet identifiant."
OTHER = (
    "Ce compte est au nom d’une autre personne que celle de la ligne. Vérifiez-le par une recherche, puis "
    "corrigez la ligne."
)
TAKEN = (
    "Cette adresse est celle du compte d’une autre personne que celle de la ligne. Cherchez cette adresse à "
    "l’écran\u00a0; une adresse est personnelle."
)
SEVERAL = "Plusieurs comptes ont cette adresse\u00a0: donnez l’identifiant."
SHARED = emails.SHARED.format(where=f"par la colonne «\u00a0{BY_KEY['seule'].label}\u00a0»")
NO_EMAIL = "Donnez une adresse e-mail, ou l’identifiant du compte s’il existe."


class Comptes:
    """The accounts of these lines; to write, locked by ascending key, so that two imports cannot deadlock."""

    def __init__(self, rows, *, to_write: bool, cle: uuid.UUID, now, by):
        self.to_write, self.cle, self.now, self.by = to_write, cle, now, by
        names = {name for row in rows if row["identifiant"] for name in spellings(row["identifiant"])}
        addresses = {row["email"] for row in rows} - {""}
        self.by_name, self.by_email = {}, defaultdict(list)
        wanted = User.objects.filter(
            Q(pk__in=User.objects.known_as(sorted(names)).values("pk"))
            | Q(email__in=addresses, disabled_at=None)
        )
        if to_write:
            wanted = wanted.select_for_update(of=("self",), no_key=True)
        for user in wanted.order_by("pk").prefetch_related("identites"):
            self.know(user)

    def know(self, user):
        """Add an account once its line is written, so that the next lines find it."""
        self.by_name[user.login] = user
        for one in user.identites.all():
            if one.ended_at is None:
                self.by_name[one.idnat] = user
        if user.email and user.is_active and user not in self.by_email[user.email]:
            self.by_email[user.email].append(user)

    def find_or_create(self, ligne) -> tuple[User, bool]:
        """Whether it is new comes second."""
        user = self.check(ligne)
        return (user, False) if user else (self._created(ligne), True)

    def check(self, ligne) -> User | None:
        """The account of a line; None when one is to be opened. ValidationError, by column."""
        if ligne.identifiant:
            return self._identified(ligne)
        if not ligne.email:
            raise ValidationError({"email": NO_EMAIL})
        known = self.by_email[ligne.email]
        if len(known) > 1:
            raise ValidationError({"email": SEVERAL})
        if known and not _same_person(known[0], ligne):
            raise ValidationError({"email": TAKEN})
        if not known and emails.is_shared(ligne.email) and not ligne.seule:
            raise ValidationError({"email": SHARED})
        return known[0] if known else None

    def _identified(self, ligne) -> User:
        found = {self.by_name[name] for name in spellings(ligne.identifiant) if name in self.by_name}
        if len(found) != 1:
            raise ValidationError({"identifiant": UNKNOWN})
        (user,) = found
        if not _same_person(user, ligne):
            raise ValidationError({"identifiant": OTHER})
        return user

    def present(self, ligne) -> User:
        """The account of a line; one that a dry run created and rolled back is created again."""
        taken_back = not (self.to_write or ligne.is_new) and self.is_ours(ligne)
        return self._created(ligne) if taken_back else ligne.user

    def is_ours(self, ligne) -> bool:
        """Opened by this very file."""
        return ligne.user.creation_key == self._key(ligne)

    def _key(self, ligne) -> uuid.UUID:
        return uuid.uuid5(self.cle, ligne.email)

    def _created(self, ligne) -> User:
        return actions.register(
            nom=ligne.nom,
            prenom=ligne.prenom,
            email=ligne.email,
            profession_label=ligne.profession,
            telephone=ligne.telephone,
            cle=self._key(ligne),
            now=self.now,
            by=self.by,
            told=False,
        )


def _same_person(user, ligne) -> bool:
    return noms.same((user.nom, user.prenom), (ligne.nom, ligne.prenom))
