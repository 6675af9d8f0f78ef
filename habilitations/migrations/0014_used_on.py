"""A right is used on a day when the journal notes it: a line of it, whoever writes it."""

from django.db import migrations

# SKIP LOCKED: whoever changes the habilitation meanwhile is not waited for, the next line will do.
CREATE = """
CREATE FUNCTION habilitation_used() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE today date := (NEW.at AT TIME ZONE 'Europe/Paris')::date;
BEGIN
  UPDATE habilitations_habilitation SET used_on = today WHERE id IN (
    SELECT id FROM habilitations_habilitation
    WHERE id = NEW.habilitation_id AND (used_on IS NULL OR used_on < today)
    FOR NO KEY UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;
CREATE TRIGGER habilitation_used AFTER INSERT ON journal_entry
  FOR EACH ROW WHEN (NEW.habilitation_id IS NOT NULL) EXECUTE FUNCTION habilitation_used();
"""
DROP = """
DROP TRIGGER habilitation_used ON journal_entry;
DROP FUNCTION habilitation_used();
"""


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0013_usages"), ("journal", "0004_usages")]

    operations = [migrations.RunSQL(CREATE, DROP)]
