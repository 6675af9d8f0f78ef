"""Sessions in the database: one indexed read, without Valkey (docs/adr/0030)."""

from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends import db
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from viatraj.core import prepared

ENDS, MEANS = "ends", "means"
# Session and account in one query, since every page needs both.
SESSION_AND_USER = """
    SELECT {columns} FROM accounts_session s
    LEFT JOIN accounts_user u ON u.id = s.user_id AND u.disabled_at IS NULL
    WHERE s.session_key = %(key)s AND s.expire_date > %(now)s"""
SEEN_EVERY = timedelta(minutes=1)
_beside: dict[str, str] = {}


def read_beside(name: str, sql: str) -> None:
    """One value more, that every page shows: an app above says at start-up how it is read of session `s`."""
    _beside[name] = sql
    _statement.cache_clear()


class SessionStore(db.SessionStore):
    """`expire_date` is the idle end (30 min), never later than `ends` (8 h from the sign-in)."""

    row = None
    user = None  # the account read with the session; to be trusted only through `proved_user`
    beside: dict = {}  # what else was read with it, by its name

    @classmethod
    def get_model_class(cls):
        from accounts.models import Session  # Django loads the engine before the models

        return Session

    def _get_session_from_db(self):
        now, (sql, sessions, users) = timezone.now(), _statement()
        found = prepared.rows(sql, {"key": self.session_key, "now": now})
        if not found:
            self.row = self._session_key = None
            return None
        (values,) = found
        self.row = self.model.from_db("default", sessions, values[: len(sessions)])
        last = len(sessions) + len(users)
        self.beside = dict(zip(_beside, values[last:], strict=True))
        if values[len(sessions)] is not None:
            self.user = get_user_model().from_db("default", users, values[len(sessions) : last])
        return self.row

    def proved_user(self):
        """The session's account, if it passes the checks that Django makes; else None, and Django decides."""
        proof = self.get(HASH_SESSION_KEY, "")  # reads the session
        user = self.user
        believed = (
            user is not None
            and self.get(SESSION_KEY) == str(user.pk)
            and self.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(proof, user.get_session_auth_hash())
        )
        return user if believed else None

    def begin(self, means: str, *, now: datetime) -> None:
        """From here on the session belongs to somebody who has proved who he is."""
        self[MEANS] = means
        self[ENDS] = (now + settings.SESSION_LIFETIME).isoformat()

    def create_model_instance(self, data):
        now = timezone.now()
        ends = datetime.fromisoformat(data[ENDS]) if ENDS in data else now + settings.SESSION_LIFETIME
        return self.model(
            session_key=self._get_or_create_session_key(),
            session_data=self.encode(data),
            expire_date=min(now + settings.SESSION_IDLE, ends),
            user_id=data.get(SESSION_KEY),
            means=data.get(MEANS, ""),
            last_seen=now,
            ends=ends,
        )

    def touch(self, now: datetime) -> None:
        """Somebody is there: push the idle end, once a minute at most."""
        if self.row and self.row.ends and now - (self.row.last_seen or now) >= SEEN_EVERY:
            self.row.last_seen, self.row.expire_date = now, min(now + settings.SESSION_IDLE, self.row.ends)
            self.model.objects.filter(pk=self.row.pk).update(
                last_seen=self.row.last_seen, expire_date=self.row.expire_date
            )

    def seconds_left(self, now: datetime) -> int:
        """Until its idle end as the server will apply it, or its end after 8 hours."""
        if self.row is None:
            return int(settings.SESSION_IDLE.total_seconds())
        return max(0, int((self.row.expire_date - now).total_seconds()))


@cache
def _statement() -> tuple[str, list[str], list[str]]:
    """The SQL, and the fields of both models in the order of its columns; the first of each is never null."""
    sessions, users = (
        [field.attname for field in model._meta.concrete_fields]
        for model in (SessionStore.get_model_class(), get_user_model())
    )
    columns = ", ".join(
        [f"s.{name}" for name in sessions] + [f"u.{name}" for name in users] + list(_beside.values())
    )
    return SESSION_AND_USER.format(columns=columns), sessions, users
