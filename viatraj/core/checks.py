"""What `manage.py migrate` and `manage.py check --database default` refuse of the database they find."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from viatraj.core import roles

QUIET = settings.BASE_DIR / "deploy" / "postgres" / "quiet.conf"
ANTIVIRUS = ("", "tcp", "unix")
OWNED = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) AND (
    has_table_privilege(current_user, oid, %s)
    OR pg_has_role(current_user, relowner, 'MEMBER')
)
"""


@register(Tags.database)
def database(app_configs, databases=None, **kwargs) -> list[Error]:
    """TRC-3, TRC-5: as the application finds it, whoever asks."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        with as_application() as cursor:
            return [*silence(cursor), *privileges(cursor)]
    except OperationalError:
        return [Error("La base de DATABASE_URL ne répond pas.", id="core.E001")]


@register()
def files(app_configs, **kwargs) -> list[Error]:
    """Where joined files rest, and who looks at them."""
    found = []
    if settings.PIECES_S3["bucket_name"] and find_spec("storages") is None:
        hint = "pip install --require-hashes -r requirements/s3.txt"
        found.append(Error("PIECES_BUCKET demande django-storages.", hint=hint, id="core.E004"))
    if settings.ANTIVIRUS_URL.partition(":")[0] not in ANTIVIRUS:
        hint = "tcp://hôte:3310 ou unix:///run/clamav/clamd.ctl"
        found.append(Error("ANTIVIRUS_URL n’est pas une adresse de clamd.", hint=hint, id="core.E005"))
    return found


@contextmanager
def as_application() -> Iterator:
    """A cursor of the application's own, even within `roles.as_owner`."""
    application = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with application.cursor() as cursor:
            yield cursor
    finally:
        application.close()


def silence(cursor) -> list[Error]:
    """Refuses settings by which PostgreSQL's log would hold patients' names."""
    lines = QUIET.read_text().splitlines()
    wanted = dict(line.split(" = ") for line in lines if not line.startswith("#"))
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(wanted)])
    wrong = [f"{name} = {value}" for name, value in sorted(cursor) if value != wanted[name]]
    if not wrong:
        return []
    return [
        Error(
            f"Le journal de PostgreSQL garderait des noms de patients\u00a0: {', '.join(wrong)}.",
            hint="Réglez-le comme deploy/postgres/quiet.conf, dans postgresql.conf ou par ALTER ROLE.",
            id="core.E002",
        )
    ]


def privileges(cursor) -> list[Error]:
    """Refuses an application role that could change append-only tables."""
    cursor.execute(OWNED, [roles.append_only(), "UPDATE, DELETE, TRUNCATE, TRIGGER"])
    tables = sorted(name for (name,) in cursor)
    if not tables:
        return []
    return [
        Error(
            f"Le rôle de DATABASE_URL peut modifier {', '.join(tables)}.",
            hint="Donnez à DATABASE_URL un autre rôle que le propriétaire des tables, "
            "et à DATABASE_OWNER_URL celui-ci, puis lancez migrate.",
            id="core.E003",
        )
    ]
