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

# The établissement first, as whoever closes or merges takes them; then again, in case it has moved meanwhile.
LIEU_IN_ORDER = """
CREATE OR REPLACE FUNCTION annuaire_lieu() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.niveau = 'unite' THEN
    PERFORM FROM annuaire_etablissement
      WHERE id = (SELECT etablissement_id FROM annuaire_unite WHERE id = NEW.unite_id) FOR KEY SHARE;
    SELECT etablissement_id INTO NEW.etablissement_id FROM annuaire_unite
      WHERE id = NEW.unite_id FOR KEY SHARE;
  ELSIF NEW.niveau = 'guichet' THEN
    PERFORM FROM annuaire_etablissement
      WHERE id = (SELECT etablissement_id FROM annuaire_guichet WHERE id = NEW.guichet_id) FOR KEY SHARE;
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

# The great circle, by haversine on a sphere of 6,371 km. No STRICT: PostgreSQL then inlines it.
DISTANCE = """
CREATE FUNCTION annuaire_distance_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT 12742 * asin(least(1, sqrt(
  power(sin(radians($3 - $1) / 2), 2)
  + cos(radians($1)) * cos(radians($3)) * power(sin(radians($4 - $2) / 2), 2)
)))
$$;
"""

BEFORE = [
    UnaccentExtension(),
    TrigramExtension(),
    BtreeGistExtension(),
    migrations.RunSQL(NORM_NOM),
    migrations.RunSQL(NORM_CLE),
]
AFTER = [migrations.RunSQL(LIEU)]
DISTANCES = [migrations.RunSQL(DISTANCE, "DROP FUNCTION annuaire_distance_km")]
# NULL of a row without a position: `least` passes over NULL, and said 20,015 km.
DISTANCE_OF_PLACED = """
CREATE OR REPLACE FUNCTION annuaire_distance_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8)
RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 IS NOT NULL AND $3 IS NOT NULL THEN 12742 * asin(least(1, sqrt(
  power(sin(radians($3 - $1) / 2), 2)
  + cos(radians($1)) * cos(radians($3)) * power(sin(radians($4 - $2) / 2), 2)
))) END
$$;
"""
DISTANCES_OF_PLACED = [
    migrations.RunSQL(DISTANCE_OF_PLACED, DISTANCE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
]

# The code of the living commune that a code means today, whatever it once was; NULL when nobody knows.
VIVANTE = """
CREATE FUNCTION annuaire_commune_vivante(text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(
  (SELECT CASE WHEN disparu_en IS NULL THEN code ELSE remplacee_par_id END
    FROM annuaire_commune WHERE code = $1),
  (SELECT commune_id FROM annuaire_communeancienne WHERE code = $1)
)
$$;
"""
VIVANTES = [migrations.RunSQL(VIVANTE, "DROP FUNCTION annuaire_commune_vivante")]
LOCKS_IN_ORDER = [
    migrations.RunSQL(LIEU_IN_ORDER, LIEU.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
]

# What `annuaire.fiches.completude.of_unite` asks, of one unit; a test compares both.
UNITE_COMPLETE = r"""
CREATE FUNCTION annuaire_unite_est_complete(u annuaire_unite) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT u.domaine <> '' AND u.mode <> '' AND u.age_min IS NOT NULL AND u.age_max IS NOT NULL
  AND jsonb_path_exists(u.fiche, '$.contacts[*] ? (@.fonction != "" && @.confidentialite != ""
    && (@.telephone != "" || @.email != ""))')
  AND EXISTS (
    SELECT FROM annuaire_element one
    JOIN annuaire_concept c ON c.nomenclature_id = one.nomenclature AND c.code = one.code
    WHERE one.unite_id = u.id AND one.champ = 'activites')
  AND EXISTS (
    SELECT FROM annuaire_etablissement e WHERE e.id = u.etablissement_id
    AND (u.type_offre <> '' OR e.categorie NOT IN ('209', '354', '460'))
    AND (e.adresse <> '' AND e.code_postal <> '' AND e.commune <> ''
      OR jsonb_path_exists(u.fiche, '$ ? ((@.adresse != "" || @.lieu != "") && @.code_postal != ""
        && @.commune != "")')))
$$;
"""
# Others say `complete = complete`, and the first of these triggers writes what is true: it then sees the row
# as whoever has just written it left it.
UNITES_COMPLETES = """
CREATE FUNCTION annuaire_unite_completude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.complete := annuaire_unite_est_complete(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER annuaire_unite_completude BEFORE INSERT OR UPDATE ON annuaire_unite
  FOR EACH ROW EXECUTE FUNCTION annuaire_unite_completude();

CREATE FUNCTION annuaire_element_completude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE annuaire_unite SET complete = complete
    WHERE id IN (SELECT unite_id FROM changed WHERE champ = 'activites');
  RETURN NULL;
END $$;
CREATE TRIGGER annuaire_element_added AFTER INSERT ON annuaire_element REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION annuaire_element_completude();
CREATE TRIGGER annuaire_element_taken AFTER DELETE ON annuaire_element REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION annuaire_element_completude();

CREATE FUNCTION annuaire_concept_completude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE annuaire_unite SET complete = complete WHERE id IN (
    SELECT one.unite_id FROM changed c
    JOIN annuaire_element one ON one.nomenclature = c.nomenclature_id AND one.code = c.code
    WHERE one.champ = 'activites');
  RETURN NULL;
END $$;
CREATE TRIGGER annuaire_concept_added AFTER INSERT ON annuaire_concept REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION annuaire_concept_completude();

CREATE FUNCTION annuaire_etablissement_completude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE annuaire_unite SET complete = complete WHERE etablissement_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER annuaire_etablissement_completude
  AFTER UPDATE OF adresse, code_postal, commune, categorie ON annuaire_etablissement FOR EACH ROW
  WHEN ((OLD.adresse, OLD.code_postal, OLD.commune, OLD.categorie)
    IS DISTINCT FROM (NEW.adresse, NEW.code_postal, NEW.commune, NEW.categorie))
  EXECUTE FUNCTION annuaire_etablissement_completude();
"""
COMPLETES = [
    migrations.RunSQL(UNITE_COMPLETE, "DROP FUNCTION annuaire_unite_est_complete"),
    migrations.RunSQL(
        UNITES_COMPLETES,
        """
DROP TRIGGER annuaire_unite_completude ON annuaire_unite;
DROP TRIGGER annuaire_element_added ON annuaire_element;
DROP TRIGGER annuaire_element_taken ON annuaire_element;
DROP TRIGGER annuaire_concept_added ON annuaire_concept;
DROP TRIGGER annuaire_etablissement_completude ON annuaire_etablissement;
DROP FUNCTION annuaire_unite_completude, annuaire_element_completude, annuaire_concept_completude,
  annuaire_etablissement_completude;
""",
    ),
    migrations.RunSQL("UPDATE annuaire_unite SET complete = complete", migrations.RunSQL.noop),
]
