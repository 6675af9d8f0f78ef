from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annuaire', '0014_offre'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='releve',
            name='annuaire_releve_one_at_a_time',
        ),
        migrations.RemoveConstraint(
            model_name='releve',
            name='annuaire_releve_fini',
        ),
        migrations.AddField(
            model_name='releve',
            name='demandes',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='exports demandés'),
        ),
        migrations.AddField(
            model_name='releve',
            name='expire_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='abandonné s’il n’est pas prêt'),
        ),
        migrations.AddField(
            model_name='releve',
            name='export',
            field=models.CharField(blank=True, editable=False, max_length=1000, verbose_name='adresse de l’export'),
        ),
        migrations.AddField(
            model_name='releve',
            name='garde_levee',
            field=models.BooleanField(default=False, verbose_name='garde-fous levés'),
        ),
        migrations.AddField(
            model_name='releve',
            name='regarder_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='prochain regard'),
        ),
        migrations.AddField(
            model_name='releve',
            name='regards',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='regards'),
        ),
        migrations.AlterField(
            model_name='releve',
            name='etat',
            field=models.CharField(choices=[('attente', 'En attente du ROR'), ('en_cours', 'En cours'), ('fini', 'Terminé'), ('refuse', 'Refusé')], max_length=8, verbose_name='état'),
        ),
        migrations.AddConstraint(
            model_name='releve',
            constraint=models.UniqueConstraint(condition=models.Q(('fini_le', None)), fields=('fini_le',), name='annuaire_releve_one_at_a_time', nulls_distinct=False, violation_error_message='Un autre relevé du ROR est en cours.'),
        ),
        migrations.AddConstraint(
            model_name='releve',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat__in', ['attente', 'en_cours']), ('fini_le', None)), models.Q(('etat__in', ['fini', 'refuse']), ('fini_le__isnull', False)), _connector='OR'), name='annuaire_releve_fini', violation_error_message='Un relevé terminé a une date de fin.'),
        ),
        migrations.AddConstraint(
            model_name='releve',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat', 'attente'), _negated=True), models.Q(('expire_le__isnull', False), ('regarder_le__isnull', False)), _connector='OR'), name='annuaire_releve_attente', violation_error_message='Un relevé qui attend sait jusqu’à quand.'),
        ),
    ]
