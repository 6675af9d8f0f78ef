from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# One implementation for what is stored and searched, in SQL: Python's NFD leaves Œ, Ø, Ł… as they are.
NORM_NOM = r"""
CREATE FUNCTION norm_nom(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT btrim(regexp_replace(
    upper(public.unaccent('public.unaccent'::regdictionary, $1)), '[^A-Z0-9]+', ' ', 'g'))
$$;
"""
NORM_CLE = r"""
CREATE FUNCTION norm_cle(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(
    upper(public.unaccent('public.unaccent'::regdictionary, $1)), '[^A-Z0-9]+', '', 'g')
$$;
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(NORM_NOM, "DROP FUNCTION norm_nom(text)"),
        migrations.RunSQL(NORM_CLE, "DROP FUNCTION norm_cle(text)"),
    ]
