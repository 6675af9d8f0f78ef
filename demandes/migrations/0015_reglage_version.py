from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('demandes', '0014_sujets'),
    ]

    operations = [
        migrations.AddField(
            model_name='reglage',
            name='version',
            field=models.PositiveIntegerField(default=1, verbose_name='version'),
        ),
    ]
