"""The names in use beside where a dossier lies: a search by name reads there alone (docs/adr/0053)."""

from django.db import migrations, models

# Of birth, in use, as searches compare them. What separates them sorts before any letter.
PATIENT = """
CREATE FUNCTION dossier_patient(nom text, prenom text, nom_utilise text, prenom_utilise text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT nom || E'\\x01' || prenom || CASE WHEN nom_utilise = '' AND prenom_utilise = '' THEN ''
  ELSE E'\\x02' || nom_utilise || E'\\x03' || prenom_utilise END
$$;
"""

COPIED = """
CREATE OR REPLACE FUNCTION dossier_oriented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT orientation, numero::integer, etat, {patient}, date_naissance
    INTO NEW.orientation, NEW.numero, NEW.etat, NEW.patient, NEW.date_naissance
    FROM dossiers_dossier WHERE id = NEW.dossier_id FOR NO KEY UPDATE;
  RETURN NEW;
END $$;
DROP TRIGGER dossier_changed ON dossiers_dossier;
CREATE TRIGGER dossier_changed AFTER UPDATE ON dossiers_dossier
  FOR EACH ROW WHEN ((OLD.orientation, OLD.numero, OLD.etat, OLD.date_naissance, {old})
    IS DISTINCT FROM (NEW.orientation, NEW.numero, NEW.etat, NEW.date_naissance, {new}))
  EXECUTE FUNCTION dossier_changed();
UPDATE dossiers_presence SET etat = '' WHERE dossier_id IN (
  SELECT id FROM dossiers_dossier WHERE nom_utilise_cle <> '' OR prenom_utilise_cle <> '');

SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


def copied(patient: str, *names: str) -> str:
    """The trigger writes it again in what is there."""
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return COPIED.format(patient=patient, old=old, new=new)


OF_BIRTH = ("nom_cle", "prenom_cle")
NAMES = (*OF_BIRTH, "nom_utilise_cle", "prenom_utilise_cle")
FORWARD = PATIENT + copied(f"dossier_patient({', '.join(NAMES)})", *NAMES)
BACK = copied("nom_cle || E'\\x01' || prenom_cle", *OF_BIRTH) + "DROP FUNCTION dossier_patient;"


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0011_deces_sans_reponse")]

    operations = [
        migrations.RunSQL(FORWARD, BACK),
        migrations.RemoveIndex("dossier", "dossiers_patient"),
        migrations.RemoveIndex("dossier", "dossiers_patient_utilise"),
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["nom_cle", "prenom_cle", "date_naissance"], name="dossiers_patient"),
        ),
    ]
