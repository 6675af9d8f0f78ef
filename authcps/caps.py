"""Caps on an account's wrong codes, of all kinds together: 10 an hour, 20 a day."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Sum

from authcps.models import Code, Essai


def is_capped(user, now) -> bool:
    return (
        _wrong_codes(user, now, hours=1) >= settings.WRONG_CODES_AN_HOUR
        or _wrong_codes(user, now, hours=24) >= settings.WRONG_CODES_A_DAY
    )


def _wrong_codes(user, now, *, hours) -> int:
    codes = Code.objects.filter(user=user, sent_at__gt=now - timedelta(hours=hours))
    found = codes.aggregate(tried=Sum("tries", default=0), right=Count("used_at"))
    others = Essai.objects.filter(user=user, at__gt=now - timedelta(hours=hours), is_right=False).count()
    return found["tried"] - found["right"] + others
