import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delegations", "0004_national_size")]

    operations = [
        migrations.AddField(
            model_name="delegation",
            name="invited_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                verbose_name="dernière invitation le",
            ),
        ),
    ]
