"""What a password must be: long enough, not a common one, without personal words, none of the last five."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int

from viatraj.core.saisie import mots_de_passe as saisie
from viatraj.core.saisie.mots_de_passe import LONGEST

SHORTEST = 12
SHORTEST_WORD = 4  # letters of a personal word that is looked for: «Roy» would be found in «royaume»
LONGEST_DRESSING = 6  # signs added to a common password: «soleil2026!» is still «soleil»
FRENCH = Path(__file__).parent / "data" / "mots_de_passe_courants.txt"


class Links(PasswordResetTokenGenerator):
    """24 hours (PASSWORD_RESET_TIMEOUT); dies when used, and when the password or the address changes."""

    key_salt = "accounts.mot_de_passe"

    def _now(self):
        return timezone.now().replace(tzinfo=None)  # UTC: 24 hours are 24 hours, also when clocks change

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.password_changed_at}{user.disabled_at}"


LINKS = Links()


class FirstLinks(Links):
    """COM-3: 7 days, for who has never had a password."""

    key_salt = "accounts.premier_mot_de_passe"
    LIFETIME = timedelta(days=7)

    def check_token(self, user, token):
        """Like Django's, with 7 days instead of PASSWORD_RESET_TIMEOUT."""
        try:
            asked = base36_to_int(token.split("-")[0])
        except ValueError:
            return False
        fits = constant_time_compare(self._make_token_with_timestamp(user, asked, self.secret), token)
        return fits and self._num_seconds(self._now()) - asked <= self.LIFETIME.total_seconds()


FIRST_LINKS = FirstLinks()


def encode(password: str) -> str:
    return make_password(saisie.read(password))


def verify(password: str, encoded: str) -> tuple[bool, bool]:
    """(is it right, must it be hashed anew).

    Older hashes, made before passwords were read in NFKC, still verify.

    The number of hashes depends on the typed text alone, unless it is right: the time tells nothing of the
    account.
    """
    now, *before = saisie.ways(password)
    right, must_update = verify_password(now, encoded)
    if not right and any(verify_password(one, encoded)[0] for one in before):
        return True, True
    return right, must_update


def is_good_link(user, token: str) -> bool:
    return LINKS.check_token(user, token) or FIRST_LINKS.check_token(user, token)


def expires_at(user) -> datetime | None:
    """None: never."""
    if not settings.PASSWORD_MAX_AGE_DAYS or user.password_changed_at is None:
        return None
    return user.password_changed_at + timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)


def is_expired(user, now: datetime) -> bool:
    end = expires_at(user)
    return end is not None and end <= now


def is_soon_over(user, now: datetime) -> bool:
    """Within the 15 days before its end."""
    end = expires_at(user)
    return end is not None and now < end <= now + timedelta(days=settings.PASSWORD_WARNED_DAYS)


class Length:
    """12 to 128 characters, counted as people see them; nothing is cut off."""

    def validate(self, password, user=None):
        if len(password) < SHORTEST:
            raise ValidationError(f"Il compte moins de {SHORTEST} caractères.", code="length")
        if len(password) > LONGEST:
            raise ValidationError(f"Il compte plus de {LONGEST} caractères.", code="length")

    def get_help_text(self):
        return f"De {SHORTEST} à {LONGEST} caractères\u00a0: une phrase convient bien."


class Common:
    """The commonest ones, French and English, also doubled or dressed with some figures and signs."""

    def validate(self, password, user=None):
        if any(core in _common() for core in _cores(password)):
            raise ValidationError("Il est trop courant\u00a0: il serait essayé en premier.", code="common")

    def get_help_text(self):
        return "Ni un mot de passe courant, ni une suite de touches."


class Personal:
    def validate(self, password, user=None):
        text = plain(password)
        if any(word in text for word in personal_words(user)):
            raise ValidationError(
                "Il contient votre nom, votre identifiant, votre adresse ou le nom du service.",
                code="personal",
            )

    def get_help_text(self):
        return "Ni votre nom, ni votre identifiant, ni votre adresse e-mail, ni le nom du service."


class History:
    """The password in force and the four before it."""

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        former = user.anciens_mots_de_passe.order_by("-replaced_at", "-pk").values_list("encoded", flat=True)
        if any(verify(password, encoded)[0] for encoded in [user.password, *former]):
            raise ValidationError("Il a déjà servi récemment.", code="history")

    def get_help_text(self):
        return "Différent de vos cinq derniers mots de passe."


def personal_words(user) -> list[str]:
    """In lower case, without accents or signs."""
    texts = [settings.SITE_NAME]
    if user is not None:
        texts += [user.nom, user.prenom, user.login, user.login[1:], *re.split(r"[@.]", user.email)[:-1]]
    words = {plain(word) for text in texts for word in (text, *re.split(r"[\s'’-]+", text))}
    return sorted(word for word in words if len(word) >= SHORTEST_WORD)


def plain(text: str) -> str:
    """«N’Diaye-Été 31» → ndiayeete31."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def _cores(password: str):
    """A password without figures, signs and repetition: «Soleil!2026» → soleil, «azertyazerty» → azerty."""
    text = plain(password)
    yield text
    word = text.strip("0123456789")
    if word and len(password) - len(word) <= LONGEST_DRESSING:
        yield word
    for one in (text, word):
        if again := re.fullmatch(r"(.{1,12}?)\1+", one):
            yield again[1] if len(again[1]) > 2 else "azerty"


@cache
def _common() -> frozenset[str]:
    lines = FRENCH.read_text().split("\n")
    french = {plain(line) for line in lines if line and not line.startswith("#")}
    return frozenset(french | {plain(one) for one in CommonPasswordValidator().passwords} - {""})
