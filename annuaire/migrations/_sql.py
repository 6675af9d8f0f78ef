"""What models cannot say: extensions, and functions that indexes, generated columns and triggers call."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# One implementation for what is stored and searched, in SQL: Python's NFD leaves Œ, Ø, Ł… as they are.
# In plpgsql because PostgreSQL does not inline it either way, and a SQL function costs three times as much.
NORM = """
CREATE FUNCTION {name}(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  IF $1 ~ '^[A-Z0-9]*$' THEN
    RETURN $1;
  END IF;
  RETURN {expression};
END $$;
"""
WORDS = (
    "regexp_replace(upper(public.unaccent('public.unaccent'::regdictionary, $1)), '[^A-Z0-9]+', '{}', 'g')"
)
NORM_NOM = NORM.format(name="norm_nom", expression=f"btrim({WORDS.format(' ')})")
NORM_CLE = NORM.format(name="norm_cle", expression=WORDS.format(""))

# KEY SHARE: a structure that is being moved is waited for, and read where it has gone.
LIEU = """
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

BEFORE = [
    UnaccentExtension(),
    TrigramExtension(),
    BtreeGistExtension(),
    migrations.RunSQL(NORM_NOM),
    migrations.RunSQL(NORM_CLE),
]
AFTER = [migrations.RunSQL(LIEU)]
