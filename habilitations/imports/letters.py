"""One letter a person, once the last of her lines has been dealt with: all that a file has given her."""

from collections import defaultdict

import accounts.emails
from habilitations import emails
from habilitations.models import Habilitation
from viatraj.core.typography import long_day


def post(upload, *, since: int, now, given_up=False):
    """Of those whose lines have ended since the `since`-th; `given_up`: no other line will be written."""
    who = [told.get("compte") for told in upload.report]  # as the check named them
    done = len(upload.outcome)
    ended = set(who[done:]) if given_up else set(who[since:done]) - set(who[done:])
    lines = [told for one, told in zip(who, upload.outcome, strict=False) if one in ended]
    opened = {told["habilitation"] for told in lines if "habilitation" in told and told["nouveau"]}
    held = Habilitation.objects.filter(pk__in=[told.get("habilitation") for told in lines])
    of_people = defaultdict(list)
    for one in held.with_lieu().select_related("user").order_by("pk"):
        of_people[one.user].append(one)
    for user, habilitations in of_people.items():
        if opened.isdisjoint(one.pk for one in habilitations):
            emails.granted(user, habilitations, changement=upload.cle)
            continue
        said = [
            f"{one.le_profil}, {one.lieu}\u00a0: du {long_day(one.debut)} au {long_day(one.fin)} (inclus)"
            for one in habilitations
        ]
        accounts.emails.welcome(user, now=now, habilitations=said, changement=upload.cle)
