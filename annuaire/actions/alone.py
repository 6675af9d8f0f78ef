"""One run of a kind at a time."""

from django.db import connection

IMPORT = "Un autre import de l’annuaire est en cours\u00a0: attendez qu’il finisse."


def alone(lock: int, refused: type[Exception], said: str = IMPORT) -> None:
    """Until the end of the transaction; `refused` with this sentence while another goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise refused(said)
