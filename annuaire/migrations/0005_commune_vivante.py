from annuaire.migrations import _sql
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("annuaire", "0004_fermetures"),
    ]

    operations = _sql.VIVANTES
