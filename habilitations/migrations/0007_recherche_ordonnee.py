"""The index of names in the order of its keys: a search walks it and stops at fifty."""

from django.db import migrations

CREATE = """
CREATE INDEX habilitations_compte_nom ON accounts_user
  (norm_cle(nom) COLLATE "C", norm_cle(prenom) COLLATE "C", id);
CREATE INDEX habilitations_compte_prenom ON accounts_user (norm_cle(prenom) COLLATE "C");
"""
FORMER = """
CREATE INDEX habilitations_compte_nom ON accounts_user
  (norm_cle(nom) text_pattern_ops, norm_cle(prenom) text_pattern_ops);
CREATE INDEX habilitations_compte_prenom ON accounts_user (norm_cle(prenom) text_pattern_ops);
"""
DROP = "DROP INDEX habilitations_compte_nom, habilitations_compte_prenom;"


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0006_national_size")]

    operations = [migrations.RunSQL(DROP + CREATE, DROP + FORMER)]
