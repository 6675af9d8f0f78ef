"""What models cannot say: triggers that keep copies true, indexes on what lies below, a planner's hint."""

from django.db import migrations

# `nom_tri` follows the account's name: accounts stand below and cannot tell.
NOM_TRI = """
CREATE FUNCTION habilitation_nom_tri() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT left(norm_nom(nom || ' ' || prenom), 210) INTO NEW.nom_tri FROM accounts_user WHERE id = NEW.user_id;
  RETURN NEW;
END $$;
CREATE TRIGGER habilitation_nom_tri BEFORE INSERT OR UPDATE OF nom_tri, user_id ON habilitations_habilitation
  FOR EACH ROW EXECUTE FUNCTION habilitation_nom_tri();

CREATE FUNCTION compte_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE habilitations_habilitation SET nom_tri = '' WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER compte_renamed AFTER UPDATE OF nom, prenom ON accounts_user
  FOR EACH ROW WHEN (OLD.nom <> NEW.nom OR OLD.prenom <> NEW.prenom) EXECUTE FUNCTION compte_renamed();
"""

# Accounts are found by name whatever accents and spaces, in the order of the keys: a search walks the index
# and stops at fifty. `norm_cle` is the directory's, above accounts.
RECHERCHE = """
CREATE INDEX habilitations_compte_nom ON accounts_user
  (norm_cle(nom) COLLATE "C", norm_cle(prenom) COLLATE "C", id);
CREATE INDEX habilitations_compte_prenom ON accounts_user (norm_cle(prenom) COLLATE "C");
"""

# A profile settles its home domaine: told, the planner counts both filters once.
PROFIL = """
CREATE STATISTICS habilitations_profil (dependencies, mcv) ON domaine, profil FROM habilitations_habilitation;
"""

# What lies at a place carries true copies of what is above it.
PLACED = ("habilitations_habilitation", "habilitations_demandehabilitation")
COLUMNS = "niveau, region_id, coordination_id, etablissement_id, guichet_id, unite_id"


def places(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in COLUMNS.split(", "))


LIEUX = """
CREATE TRIGGER annuaire_lieu_put BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION annuaire_lieu();
CREATE TRIGGER annuaire_lieu_moved BEFORE UPDATE OF {columns} ON {table}
  FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION annuaire_lieu();
"""

# A right is used on a day when the journal notes it: a line of it, whoever writes it.
# SKIP LOCKED: whoever changes the habilitation meanwhile is not waited for, the next line will do.
USED_ON = """
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

# Of the lines of all campaigns, the last that stands decided. The habilitation is held first: of two who
# decide at once, the second reads what the first has written.
REVIEWED_ON = """
CREATE FUNCTION habilitation_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM habilitations_habilitation WHERE id = NEW.habilitation_id FOR NO KEY UPDATE;
  UPDATE habilitations_habilitation h SET reviewed_on = said.day
  FROM (SELECT max((decided_at AT TIME ZONE 'Europe/Paris')::date) AS day FROM habilitations_examen
    WHERE habilitation_id = NEW.habilitation_id) said
  WHERE h.id = NEW.habilitation_id AND h.reviewed_on IS DISTINCT FROM said.day;
  RETURN NULL;
END $$;
CREATE TRIGGER habilitation_reviewed_first AFTER INSERT ON habilitations_examen
  FOR EACH ROW WHEN (NEW.decided_at IS NOT NULL) EXECUTE FUNCTION habilitation_reviewed();
CREATE TRIGGER habilitation_reviewed AFTER UPDATE OF decided_at ON habilitations_examen
  FOR EACH ROW WHEN (OLD.decided_at IS DISTINCT FROM NEW.decided_at) EXECUTE FUNCTION habilitation_reviewed();
"""
# Those decided before the column was there.
REVIEWED_BEFORE = """
UPDATE habilitations_habilitation h SET reviewed_on = said.day
FROM (SELECT habilitation_id, max((decided_at AT TIME ZONE 'Europe/Paris')::date) AS day
  FROM habilitations_examen WHERE decided_at IS NOT NULL GROUP BY habilitation_id) said
WHERE h.id = said.habilitation_id;
"""


def at_lieu(table: str):
    """The triggers of a table of what lies at a place; they go with it."""
    made = LIEUX.format(table=table, columns=COLUMNS, old=places("OLD"), new=places("NEW"))
    return migrations.RunSQL(made, migrations.RunSQL.noop)


NEEDS = [("annuaire", "0001_initial"), ("journal", "0001_initial")]
AFTER = [
    *(migrations.RunSQL(sql) for sql in (NOM_TRI, RECHERCHE, PROFIL, USED_ON)),
    *map(at_lieu, PLACED),
]
