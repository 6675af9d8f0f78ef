"""What pages show of an account beside its own row."""

from datetime import datetime
from typing import NamedTuple

from viatraj.core import prepared

STANDING = """
    SELECT version, accepted_at, (
      SELECT count(*) FROM accounts_session
      WHERE user_id = %(user)s AND session_key <> %(session)s AND expire_date > %(now)s
    ) FROM (SELECT) AS always
    LEFT JOIN accounts_acceptationcharte ON user_id = %(user)s
    ORDER BY accepted_at DESC LIMIT 1"""


class Standing(NamedTuple):
    """The last version of the charte accepted, and when; `others`: how many other sessions are open."""

    charte: str | None
    accepted_at: datetime | None
    others: int


def standing(user, *, session: str, now: datetime) -> Standing:
    """`session`: the key of the one that asks, which is not counted."""
    (row,) = prepared.rows(STANDING, {"user": user.pk, "session": session, "now": now})
    return Standing(*row)
