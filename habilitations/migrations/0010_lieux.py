"""What lies at a place carries true copies of what is above it."""

from django.db import migrations

PLACED = ("habilitations_habilitation", "habilitations_demandehabilitation")
COLUMNS = "niveau, region_id, coordination_id, etablissement_id, guichet_id, unite_id"


def places(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in COLUMNS.split(", "))


CREATE = """
CREATE TRIGGER annuaire_lieu_put BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION annuaire_lieu();
CREATE TRIGGER annuaire_lieu_moved BEFORE UPDATE OF {columns} ON {table}
  FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION annuaire_lieu();
"""
DROP = """
DROP TRIGGER annuaire_lieu_moved ON {table};
DROP TRIGGER annuaire_lieu_put ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0009_mode_oui"), ("annuaire", "0004_lieux")]

    operations = [
        migrations.RunSQL(
            CREATE.format(table=table, columns=COLUMNS, old=places("OLD"), new=places("NEW")),
            DROP.format(table=table),
        )
        for table in PLACED
    ]
