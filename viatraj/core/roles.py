"""Two roles over one database (TRC-3): the owner makes and alters tables, the application uses their rows.

The application (`DATABASE_URL`) can alter, empty or disable nothing, and of the models marked `append_only`
it may only add rows and read them. The owner (`DATABASE_OWNER_URL`) is known to the commands that migrate or
load a whole table, never to the processes that serve pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql


class NoApplicationRole(Exception):
    """The role of DATABASE_URL does not exist, and the owner may not create it."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Within, this thread's connection is the owner's; no change in a transaction, or without an owner."""
    if not settings.DATABASE_OWNER or connection.in_atomic_block:
        yield
        return
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **settings.DATABASE_OWNER, "NAME": before["NAME"]}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def application() -> str:
    """The role of DATABASE_URL."""
    return connections.settings[DEFAULT_DB_ALIAS]["USER"]


def create_application() -> None:
    """The owner makes the application's role when it is missing. Raises NoApplicationRole when he may not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreaterole OR rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
            " FROM pg_roles WHERE rolname = current_user",
            [application()],
        )
        may_create, exists = cursor.fetchone()
        if exists:
            return
        if not may_create:
            raise NoApplicationRole(
                f"Le rôle «\u00a0{application()}\u00a0» de DATABASE_URL n’existe pas dans PostgreSQL, "
                "et celui de DATABASE_OWNER_URL n’a pas le droit de le créer (CREATEROLE)."
            )
        _create(cursor)


def _create(cursor):
    """The password leaves already hashed: no log could hold it."""
    name, password = application(), connections.settings[DEFAULT_DB_ALIAS]["PASSWORD"]
    statement = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name))
    if password:
        hashed = connection.connection.pgconn.encrypt_password(password.encode(), name.encode()).decode()
        statement = sql.SQL("{} PASSWORD {}").format(statement, sql.Literal(hashed))
    cursor.execute(statement)


def grant() -> None:
    """What the application may do, said anew after each migration."""
    role, schema = sql.Identifier(application()), sql.Identifier("public")
    there = set(connection.introspection.table_names())  # fewer than of today, after a step backwards
    tables = [*there.intersection(append_only()), *partitions()]
    kept = sql.SQL(", ").join(map(sql.Identifier, tables))
    migrations = sql.Identifier(MigrationRecorder.Migration._meta.db_table)
    statements = (
        "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "REVOKE UPDATE, DELETE ON {kept} FROM {role}",
        "REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role}",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(
                sql.SQL(statement).format(role=role, schema=schema, kept=kept, migrations=migrations)
            )


def append_only() -> list[str]:
    """Tables of the models that are added to, never changed."""
    return [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]


def partitions() -> list[str]:
    """Of these, those that are kept by year: whoever may not change a table may not change a part of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid"
            " JOIN pg_class whole ON whole.oid = inhparent"
            " WHERE part.relispartition AND whole.relname = ANY(%s) ORDER BY part.relname",
            [append_only()],
        )
        return [name for (name,) in cursor.fetchall()]
