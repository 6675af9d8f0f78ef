"""A row that lies at a place copies what is above it from the directory, whoever writes it."""

from django.db import migrations

# KEY SHARE: a structure that is being moved is waited for, and read where it has gone.
CREATE = """
CREATE FUNCTION annuaire_lieu() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.niveau = 'unite' THEN
    SELECT etablissement_id INTO NEW.etablissement_id FROM annuaire_unite
      WHERE id = NEW.unite_id FOR KEY SHARE;
  ELSIF NEW.niveau = 'guichet' THEN
    SELECT etablissement_id, coordination_id INTO NEW.etablissement_id, NEW.coordination_id
      FROM annuaire_guichet WHERE id = NEW.guichet_id FOR KEY SHARE;
  END IF;
  IF NEW.niveau IN ('unite', 'etablissement', 'guichet') AND NEW.etablissement_id IS NOT NULL THEN
    SELECT coordination_id INTO NEW.coordination_id FROM annuaire_etablissement
      WHERE id = NEW.etablissement_id FOR KEY SHARE;
  END IF;
  IF NEW.niveau IN ('unite', 'etablissement', 'guichet', 'coordination') THEN
    SELECT region_id INTO NEW.region_id FROM annuaire_coordination WHERE id = NEW.coordination_id;
  END IF;
  RETURN NEW;
END $$;
"""
DROP = "DROP FUNCTION annuaire_lieu();"


class Migration(migrations.Migration):
    dependencies = [("annuaire", "0003_structures")]

    operations = [migrations.RunSQL(CREATE, DROP)]
