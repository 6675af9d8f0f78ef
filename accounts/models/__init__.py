"""Accounts: one a person, for a whole career (COM-1)."""

from accounts.models.adresses import ChangementAdresse
from accounts.models.chartes import AcceptationCharte
from accounts.models.comptes import Identite, User, UserQuerySet
from accounts.models.mots_de_passe import AncienMotDePasse
from accounts.models.sessions import Connexion, Session

__all__ = [
    "AcceptationCharte",
    "AncienMotDePasse",
    "ChangementAdresse",
    "Connexion",
    "Identite",
    "Session",
    "User",
    "UserQuerySet",
]
