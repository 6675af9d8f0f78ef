from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("habilitations", "0015_demande_told_at")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="outcome",
            field=models.JSONField(default=list, editable=False, verbose_name="lignes traitées"),
        ),
    ]
