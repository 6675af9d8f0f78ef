from django.db import migrations

# Whoever writes: a dossier that takes another version has been modified.
MODIFIED = """
CREATE OR REPLACE FUNCTION dossier_modified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.modified_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER dossier_modified BEFORE UPDATE OF version ON dossiers_dossier
  FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION dossier_modified();
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_presences")]

    operations = [
        migrations.RunSQL(MODIFIED, "DROP TRIGGER dossier_modified ON dossiers_dossier"),
    ]
