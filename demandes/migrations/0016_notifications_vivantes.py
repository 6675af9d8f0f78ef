from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annuaire', '0015_attente'),
        ('demandes', '0015_reglage_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(models.F('nom_cle'), models.F('prenom_cle'), name='demandes_decision_nom'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(models.F('mdph'), models.F('id'), condition=models.Q(('statut__in', ['39', '40', '41', '42', '72', '71', '43', '44', '45', '47', '51', '54'])), include=('statut',), name='demandes_notif_mdph_vit'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(models.F('etablissement'), models.F('id'), condition=models.Q(('statut__in', ['39', '40', '41', '42', '72', '71', '43', '44', '45', '47', '51', '54'])), include=('statut',), name='demandes_notif_etab_vit'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(models.F('unite'), models.F('id'), condition=models.Q(('statut__in', ['39', '40', '41', '42', '72', '71', '43', '44', '45', '47', '51', '54']), ('unite__isnull', False)), include=('statut',), name='demandes_notif_unite_vit'),
        ),
    ]
