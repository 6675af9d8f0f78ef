"""The state of a dossier, and all that lists sort by, beside where it lies (docs/adr/0053)."""

from datetime import date

from django.db import migrations, models

ETATS = [
    ("redaction", "en cours de rédaction"),
    ("complet", "complet"),
    ("recherche", "en recherche"),
    ("admis", "admis"),
    ("suspendu", "suspendu"),
    ("annule", "annulé"),
    ("archive", "archivé"),
]
A_VALIDER = ["orientation", "adressage", "medical", "soins", "autonomie"]

# Decided, or as its volets and those who receive it say.
ETAT = """
CREATE FUNCTION dossier_etat_of(dossier bigint, decision text) RETURNS text LANGUAGE sql STABLE AS $$
SELECT CASE
  WHEN decision <> '' THEN decision
  WHEN EXISTS (SELECT FROM dossiers_presence
    WHERE dossier_id = dossier AND role = 'receveur' AND admis_at IS NOT NULL) THEN 'admis'
  WHEN EXISTS (SELECT FROM dossiers_presence WHERE dossier_id = dossier AND role = 'receveur') THEN 'recherche'
  WHEN (SELECT bool_and(is_enough) FROM dossiers_volet WHERE dossier_id = dossier) THEN 'complet'
  ELSE 'redaction' END
$$;

UPDATE dossiers_dossier SET etat = dossier_etat_of(id, decision);
UPDATE dossiers_presence presence SET numero = dossier.numero::integer, etat = dossier.etat,
  patient = nom_cle || E'\\x01' || prenom_cle, date_naissance = dossier.date_naissance
  FROM dossiers_dossier dossier WHERE dossier.id = dossier_id;

SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

# Whatever is written in `etat`, this is what is kept; a change of what it follows from writes there.
# The dossier is held first: of two who complete the last two volets, the second sees both.
SAID = """
CREATE FUNCTION dossier_etat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.etat = dossier_etat_of(NEW.id, NEW.decision);
  RETURN NEW;
END $$;
CREATE TRIGGER dossier_etat BEFORE INSERT OR UPDATE OF decision, etat ON dossiers_dossier
  FOR EACH ROW EXECUTE FUNCTION dossier_etat();

CREATE FUNCTION dossier_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE dossier bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.dossier_id ELSE NEW.dossier_id END;
BEGIN
  PERFORM FROM dossiers_dossier WHERE id = dossier FOR NO KEY UPDATE;
  UPDATE dossiers_dossier SET etat = '' WHERE id = dossier AND etat <> dossier_etat_of(id, decision);
  RETURN NULL;
END $$;
CREATE TRIGGER dossier_volet_put AFTER INSERT OR DELETE ON dossiers_volet
  FOR EACH ROW EXECUTE FUNCTION dossier_moved();
CREATE TRIGGER dossier_volet_moved AFTER UPDATE ON dossiers_volet
  FOR EACH ROW WHEN (OLD.is_enough <> NEW.is_enough) EXECUTE FUNCTION dossier_moved();
CREATE TRIGGER dossier_received AFTER INSERT ON dossiers_presence
  FOR EACH ROW WHEN (NEW.role = 'receveur') EXECUTE FUNCTION dossier_moved();
CREATE TRIGGER dossier_withdrawn AFTER DELETE ON dossiers_presence
  FOR EACH ROW WHEN (OLD.role = 'receveur') EXECUTE FUNCTION dossier_moved();
CREATE TRIGGER dossier_answered AFTER UPDATE OF role, admis_at ON dossiers_presence
  FOR EACH ROW WHEN ((OLD.role, OLD.admis_at) IS DISTINCT FROM (NEW.role, NEW.admis_at))
  EXECUTE FUNCTION dossier_moved();
"""

# What lists ask of a dossier is read beside where it lies, without a join; whatever is written there.
COPIED = """
CREATE OR REPLACE FUNCTION dossier_oriented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT orientation, numero::integer, etat, nom_cle || E'\\x01' || prenom_cle, date_naissance
    INTO NEW.orientation, NEW.numero, NEW.etat, NEW.patient, NEW.date_naissance
    FROM dossiers_dossier WHERE id = NEW.dossier_id FOR NO KEY UPDATE;
  RETURN NEW;
END $$;
CREATE TRIGGER dossier_copied
  BEFORE UPDATE OF orientation, numero, etat, patient, date_naissance ON dossiers_presence
  FOR EACH ROW EXECUTE FUNCTION dossier_oriented();

CREATE FUNCTION dossier_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE dossiers_presence SET etat = '' WHERE dossier_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER dossier_changed AFTER UPDATE ON dossiers_dossier
  FOR EACH ROW WHEN ((OLD.orientation, OLD.numero, OLD.etat, OLD.nom_cle, OLD.prenom_cle, OLD.date_naissance)
    IS DISTINCT FROM (NEW.orientation, NEW.numero, NEW.etat, NEW.nom_cle, NEW.prenom_cle, NEW.date_naissance))
  EXECUTE FUNCTION dossier_changed();
"""

BEFORE = """
DROP FUNCTION dossier_etat, dossier_moved, dossier_changed, dossier_etat_of CASCADE;
DROP TRIGGER dossier_copied ON dossiers_presence;
CREATE OR REPLACE FUNCTION dossier_oriented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT orientation INTO NEW.orientation FROM dossiers_dossier WHERE id = NEW.dossier_id;
  RETURN NEW;
END $$;
"""

LEVELS = ("professionnel", "unite", "guichet", "etablissement", "coordination")
CONDITIONS = {f"dossiers_chez_{name}": (name, models.Q(**{f"{name}__isnull": False})) for name in LEVELS}
CONDITIONS["dossiers_par_coordination"] = ("coordination", models.Q(niveau="coordination"))


def copied(name, field):
    """Filled below."""
    return migrations.AddField("presence", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [
        ("annuaire", "0001_initial"),
        ("dossiers", "0009_un_etablissement_demande"),
    ]

    operations = [
        *(migrations.RemoveIndex("presence", name) for name in CONDITIONS),
        migrations.AddField(
            "dossier",
            "etat",
            models.CharField(
                choices=ETATS, default="redaction", editable=False, max_length=10, verbose_name="état"
            ),
        ),
        migrations.AddField(
            "volet",
            "is_enough",
            models.GeneratedField(
                db_persist=True,
                expression=models.Q(
                    ("validated_at__isnull", False),
                    models.Q(("complet", True), models.Q(("kind__in", A_VALIDER), _negated=True)),
                    _connector="OR",
                ),
                output_field=models.BooleanField(verbose_name="suffit à un dossier complet"),
            ),
        ),
        copied("numero", models.PositiveIntegerField(default=0, editable=False, verbose_name="numéro")),
        copied(
            "etat",
            models.CharField(choices=ETATS, default="", editable=False, max_length=10, verbose_name="état"),
        ),
        copied(
            "patient", models.TextField(db_collation="C", default="", editable=False, verbose_name="patient")
        ),
        copied(
            "date_naissance",
            models.DateField(default=date(1900, 1, 1), editable=False, verbose_name="date de naissance"),
        ),
        migrations.RunSQL(ETAT + SAID + COPIED, BEFORE),
        *(
            migrations.AddIndex(
                "presence",
                models.Index(
                    *(models.F(column) for column in (name, "role", "orientation", "etat")),
                    models.OrderBy(models.F("dossier"), descending=True),
                    name=index,
                    condition=condition,
                    include=("numero", "patient", "date_naissance"),
                ),
            )
            for index, (name, condition) in CONDITIONS.items()
        ),
    ]
