"""What models cannot say: the tables of others tell of which dossier something moved."""

from django.db import migrations

# The same name for what is new and what is gone: one function serves three triggers.
SOURCES = {
    "dossiers_dossier": "id",
    "dossiers_presence": "dossier_id",
    "dossiers_volet": "dossier_id",
    "dossiers_lienmedecin": "dossier_id",
    "demandes_demande": "dossier_id",
}
MOVED = """
CREATE FUNCTION observatoire_moved_{column}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO observatoire_mouvement (dossier) SELECT DISTINCT {column} FROM moved;
  RETURN NULL;
END $$;
"""
TOLD = """
CREATE TRIGGER observatoire_{event} AFTER {event} ON {table} REFERENCING {which} TABLE AS moved
  FOR EACH STATEMENT EXECUTE FUNCTION observatoire_moved_{column}();
"""
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}

AFTER = [
    migrations.RunSQL(
        "".join(MOVED.format(column=column) for column in ("id", "dossier_id"))
        + "".join(
            TOLD.format(event=event, table=table, which=which, column=column)
            for table, column in SOURCES.items()
            for event, which in EVENTS.items()
        ),
        "DROP FUNCTION observatoire_moved_id, observatoire_moved_dossier_id CASCADE",
    )
]
