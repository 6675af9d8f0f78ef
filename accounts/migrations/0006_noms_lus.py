from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_created_by")]

    operations = [
        migrations.AddField(
            model_name="identite",
            name="nom",
            field=models.CharField(default="", max_length=100, verbose_name="nom lu"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="identite",
            name="prenom",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="prénom lu"),
            preserve_default=False,
        ),
    ]
