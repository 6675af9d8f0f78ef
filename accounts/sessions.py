"""Sessions in the database: one indexed read, alive with a dead Valkey, somebody's all ended by one query."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

ENDS, MEANS = "ends", "means"
SEEN_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """`expire_date` is the idle end (30 min), never later than `ends` (8 h from the sign-in)."""

    row = None

    @classmethod
    def get_model_class(cls):
        from accounts.models import Session  # Django loads the engine before the models

        return Session

    def _get_session_from_db(self):
        self.row = super()._get_session_from_db()
        return self.row

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
