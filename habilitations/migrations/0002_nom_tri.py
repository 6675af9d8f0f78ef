"""`nom_tri` follows the account's name: accounts stand below and cannot tell."""

from django.db import migrations

CREATE = """
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
DROP = """
DROP TRIGGER compte_renamed ON accounts_user;
DROP FUNCTION compte_renamed();
DROP TRIGGER habilitation_nom_tri ON habilitations_habilitation;
DROP FUNCTION habilitation_nom_tri();
"""


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0001_initial"), ("annuaire", "0003_structures")]

    operations = [migrations.RunSQL(CREATE, DROP)]
