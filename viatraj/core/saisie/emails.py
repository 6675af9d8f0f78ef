"""E-mail addresses: one mailbox is written in one way (COM-4)."""

import re

import idna

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain

LONGEST, LONGEST_LOCAL = 254, 64
INCOMPLETE = "Cette adresse n’est pas complète. Exemple\u00a0: prenom.nom@etablissement.fr."
STRANGE = (
    "Avant le @, une adresse s’écrit en lettres sans accent, chiffres, points et tirets. "
    "Exemple\u00a0: prenom.nom@etablissement.fr."
)
TOO_LONG = "Cette adresse est trop longue."
SHARED = (
    "Cette adresse semble lue par plusieurs personnes. Saisissez une adresse personnelle, "
    "ou confirmez {where}."
)
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")
CANONICAL = r"^[!-?^-~]+@[a-z0-9.-]+$"  # as PostgreSQL checks it: no capital, no space, nothing unseen
# What stands before the @ of an address that several people read.
SEVERAL = frozenset(
    "accueil admin administration admissions assistante assistantes cadre cadres contact coordination "
    "direction equipe ide infirmerie infirmiers info infos medecin medecins pharmacie rh secretariat "
    "secretaire service services social standard urgences".split()
)


def read(text: str) -> str:
    """In small letters, its domain as the network writes it (IDNA); empty stays empty."""
    local, at, domain = plain(text).rpartition("@")
    if not domain and not at:
        return ""
    if not (local and domain):
        raise Refused(INCOMPLETE)
    local, domain = local.lower(), _in_ascii(domain)
    if not LOCAL.fullmatch(local):
        raise Refused(STRANGE)
    if not DOMAIN.fullmatch(domain):
        raise Refused(INCOMPLETE)
    if len(local) > LONGEST_LOCAL or len(local) + len(domain) >= LONGEST:
        raise Refused(TOO_LONG)
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode()
    except UnicodeError as error:
        raise Refused(INCOMPLETE) from error


def tidied(text: str) -> str:
    """The same of an address that is searched: what is none finds nobody, and is not refused."""
    try:
        return read(text)
    except Refused:
        return ""


def shown(address: str) -> str:
    """With its domain as people write it: accents and all."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except UnicodeError:
        return address


def is_shared(address: str) -> bool:
    """Does it look like one that several people read: `secretariat@`, `accueil.chu@`?"""
    local = address.partition("@")[0]
    return re.split(r"[-_.]", local, maxsplit=1)[0] in SEVERAL
