from django.db import migrations

from annuaire.migrations._sql import LOCKS_IN_ORDER


class Migration(migrations.Migration):

    dependencies = [
        ('annuaire', '0006_flux'),
    ]

    operations = LOCKS_IN_ORDER
