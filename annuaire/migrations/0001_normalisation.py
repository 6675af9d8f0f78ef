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


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(NORM_NOM, "DROP FUNCTION norm_nom(text)"),
        migrations.RunSQL(NORM_CLE, "DROP FUNCTION norm_cle(text)"),
    ]
