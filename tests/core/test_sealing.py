"""A change of SECRET_KEY, with the former one in SECRET_KEY_FALLBACKS, loses nothing that was sealed."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone

from authcps.models import CodeSecours, TotpDevice
from authcps.models.secours import PURPOSE
from courrier import secrets
from tests.factories import UserFactory, sign_in
from viatraj.core import sealing

KEYS = (
    "the second key which is as worthless as the first one",
    "a third key that is worth no more than those two",
)
NOW = timezone.now()


def _turn(settings, key):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    settings.SECRET_KEY = key


@pytest.mark.django_db
def test_what_was_sealed_survives_two_changes_of_key_and_is_lost_without_the_former(settings):
    user = UserFactory()
    device = TotpDevice.objects.create(
        user=user, name="totp", sealed_key=sealing.seal(PURPOSE, b"k" * 20), created_at=NOW
    )
    letter = secrets.seal("Votre code\u00a0: 482913", "<p>482913</p>")
    code = CodeSecours.draw()
    CodeSecours.objects.create(user=user, digest=CodeSecours.digest_of(user.pk, code), made_at=NOW)
    for key in KEYS:
        _turn(settings, key)
        device.refresh_from_db()
        assert device.key == b"k" * 20
        assert secrets.unseal(letter) == ("Votre code\u00a0: 482913", "<p>482913</p>")
        assert user.codes_secours.filter(digest__in=CodeSecours.digests_of(user.pk, code)).count() == 1
        assert not user.codes_secours.filter(digest__in=CodeSecours.digests_of(user.pk, "autre")).exists()
    settings.SECRET_KEY_FALLBACKS = settings.SECRET_KEY_FALLBACKS[:1]
    with pytest.raises(InvalidToken):
        _ = device.key
    with pytest.raises(InvalidToken):
        secrets.unseal(letter)


@pytest.mark.django_db
def test_a_session_survives_too(settings, client):
    sign_in(client, UserFactory())
    assert client.get("/mon-compte/").status_code == 200
    _turn(settings, KEYS[0])
    assert client.get("/mon-compte/").status_code == 200


def test_they_come_from_the_environment():
    told = "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {told}"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "viatraj.settings",
            "SECRET_KEY_FALLBACKS": ",".join(KEYS[:1]),
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(list(KEYS[:1])), done.stderr
