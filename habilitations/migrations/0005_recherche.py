"""Accounts are found by name whatever accents and spaces; `norm_cle` is the directory's, above accounts."""

from django.db import migrations

CREATE = """
CREATE INDEX habilitations_compte_nom ON accounts_user
  (norm_cle(nom) text_pattern_ops, norm_cle(prenom) text_pattern_ops);
CREATE INDEX habilitations_compte_prenom ON accounts_user (norm_cle(prenom) text_pattern_ops);
"""
DROP = "DROP INDEX habilitations_compte_nom, habilitations_compte_prenom"


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0004_imports_demandes"), ("accounts", "0003_referents")]

    operations = [migrations.RunSQL(CREATE, DROP)]
