"""What models cannot say: copies of who asks, kept true by triggers; a table kept by year."""

from django.db import migrations

from habilitations.migrations._sql import at_lieu

# Who asks, and for what orientation, is read beside the demande, without a join.
ASKED = """
CREATE FUNCTION demande_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT orientation, niveau, coordination_id, etablissement_id, unite_id, professionnel_id
    INTO NEW.orientation, NEW.par_niveau, NEW.par_coordination_id, NEW.par_etablissement_id, NEW.par_unite_id,
      NEW.par_professionnel_id
    FROM dossiers_presence WHERE dossier_id = NEW.dossier_id AND role IN ('demandeur', 'medecin');
  RETURN NEW;
END $$;
CREATE TRIGGER demande_asked BEFORE INSERT ON demandes_demande
  FOR EACH ROW EXECUTE FUNCTION demande_asked();

CREATE FUNCTION demande_asker_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE demandes_demande SET par_niveau = NEW.niveau, par_coordination_id = NEW.coordination_id,
    par_etablissement_id = NEW.etablissement_id, par_unite_id = NEW.unite_id,
    par_professionnel_id = NEW.professionnel_id
    WHERE dossier_id = NEW.dossier_id;
  RETURN NULL;
END $$;
CREATE TRIGGER demande_asker_moved
  AFTER UPDATE OF niveau, coordination_id, etablissement_id, unite_id, professionnel_id ON dossiers_presence
  FOR EACH ROW WHEN (NEW.role IN ('demandeur', 'medecin')) EXECUTE FUNCTION demande_asker_moved();
"""

# Who asks has moved, or where it is told of: the next run reckons its place again.
SOUGHT = """
CREATE FUNCTION sans_solution_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE demandes_sanssolution SET echeance_at = depuis WHERE dossier_id = NEW.dossier_id;
  RETURN NULL;
END $$;
CREATE TRIGGER sans_solution_moved
  AFTER UPDATE OF niveau, coordination_id, etablissement_id, unite_id ON dossiers_presence
  FOR EACH ROW WHEN (NEW.role IN ('demandeur', 'regulateur')) EXECUTE FUNCTION sans_solution_moved();
"""
# What was asked before is reckoned by the next run too.
KNOWN = """
INSERT INTO demandes_sanssolution (dossier_id, orientation, coordination_id, etablissement_id, unite_id, etat,
  depuis, changed_at, echeance_at)
SELECT DISTINCT ON (dossier_id) dossier_id, orientation, coalesce(par_coordination_id, coordination_id),
  par_etablissement_id, par_unite_id, 'cours', sent_at, sent_at, sent_at
FROM demandes_demande WHERE sent_at IS NOT NULL AND orientation <> 'tnd' AND etat IN ('envoyee', 'consultee',
  'etude', 'precision', 'attente', 'refusee')
ORDER BY dossier_id, sent_at;
"""

# On paper nobody asks by this service; of any other dossier somebody does.
ASKED_OR_ON_PAPER = """
CREATE OR REPLACE FUNCTION demande_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT orientation, niveau, coordination_id, etablissement_id, unite_id, professionnel_id
    INTO NEW.orientation, NEW.par_niveau, NEW.par_coordination_id, NEW.par_etablissement_id, NEW.par_unite_id,
      NEW.par_professionnel_id
    FROM dossiers_presence WHERE dossier_id = NEW.dossier_id AND role IN ('demandeur', 'medecin');
  IF NOT FOUND THEN
    SELECT orientation, '' INTO NEW.orientation, NEW.par_niveau
      FROM dossiers_dossier WHERE id = NEW.dossier_id AND origine = 'papier';
  END IF;
  RETURN NEW;
END $$;
"""

BY_YEAR = """
CREATE TABLE demandes_transition (
  demande_id bigint NOT NULL REFERENCES demandes_demande (id) DEFERRABLE INITIALLY DEFERRED,
  version integer NOT NULL CHECK (version >= 0),
  at timestamptz NOT NULL,
  verbe varchar(20) NOT NULL,
  cote varchar(10) NOT NULL,
  before varchar(12) NOT NULL,
  after varchar(12) NOT NULL,
  motif varchar(12) NOT NULL,
  texte text NOT NULL,
  lieu_key text NOT NULL,
  par_id bigint REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED,
  au_nom_de_id bigint REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED,
  quality varchar(40) NOT NULL,
  PRIMARY KEY (demande_id, version, at)
) PARTITION BY RANGE (at);
"""
YEARS = range(2026, 2046)
OF_A_YEAR = """
CREATE TABLE demandes_transition_{year} PARTITION OF demandes_transition
  FOR VALUES FROM ('{year}-01-01 00:00:00+00') TO ('{after}-01-01 00:00:00+00');
"""
OTHERWISE = "CREATE TABLE demandes_transition_autres PARTITION OF demandes_transition DEFAULT;"

AFTER = [
    at_lieu("demandes_demande"),
    migrations.RunSQL(ASKED, "DROP FUNCTION demande_asked, demande_asker_moved CASCADE"),
]
SANS_SOLUTION = [
    migrations.RunSQL(SOUGHT, "DROP FUNCTION sans_solution_moved CASCADE"),
    migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
]
PAPER = [migrations.RunSQL(ASKED_OR_ON_PAPER, migrations.RunSQL.noop)]
TRANSITIONS = [
    migrations.RunSQL(
        BY_YEAR + "".join(OF_A_YEAR.format(year=year, after=year + 1) for year in YEARS) + OTHERWISE,
        "DROP TABLE demandes_transition",
    )
]
