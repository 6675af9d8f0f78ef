import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def about(model):
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name='+',
        to=model,
    )


def sujet(name):
    return models.CheckConstraint(
        condition=models.Q(
            models.Q(('demande__isnull', False), ('dossier__isnull', True), ('notification__isnull', True)),
            models.Q(('demande__isnull', True), ('dossier__isnull', False), ('notification__isnull', True)),
            models.Q(('demande__isnull', True), ('dossier__isnull', True), ('notification__isnull', False)),
            _connector='OR',
        ),
        name=name,
        violation_error_message='Ce qui s’annonce est d’une demande, d’un dossier ou d’une notification.',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('demandes', '0013_naissances'),
        ('dossiers', '0013_de_moi'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='alerte', name='demandes_alerte_once'),
        migrations.RemoveConstraint(model_name='preference', name='demandes_preference_choix'),
        *(
            operation
            for model in ('fait', 'alerte')
            for operation in (
                migrations.AlterField(model, 'demande', about('demandes.demande')),
                migrations.AddField(model, 'dossier', about('dossiers.dossier')),
                migrations.AddField(model, 'notification', about('demandes.notification')),
            )
        ),
        migrations.AlterField(
            'fait', 'etat', models.CharField(blank=True, max_length=12, verbose_name='état')
        ),
        migrations.AlterField(
            model_name='alerte',
            name='evenement',
            field=models.CharField(choices=[('recue', 'Demande reçue'), ('reponse', 'Réponse à une demande'), ('precision', 'Précision demandée, ou donnée'), ('proposition', 'Admission proposée'), ('ailleurs', 'Patient admis ailleurs'), ('echeance', 'Rappel, échéance'), ('maj', 'Dossier mis à jour'), ('nomme', 'Dossier qui vous désigne médecin traitant'), ('cree', 'Dossier créé'), ('notifiee', 'Notification d’orientation reçue'), ('statut', 'Statut d’une notification changé'), ('impossible', 'Admission impossible, réorientation')], max_length=12, verbose_name='événement'),
        ),
        migrations.AlterField(
            model_name='preference',
            name='choix',
            field=models.CharField(default='iiiiqiqiqiqi', max_length=12, verbose_name='choix'),
        ),
        # Whoever has chosen already is told of what is new as one who has not.
        migrations.RunSQL(
            "UPDATE demandes_preference SET choix = choix || 'qiqi'",
            "UPDATE demandes_preference SET choix = left(choix, 8)",
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('choix__regex', '^[iqn]{12}$')), name='demandes_preference_choix', violation_error_code='choix', violation_error_message='Ce choix n’existe pas.'),
        ),
        migrations.AddConstraint(
            model_name='alerte',
            constraint=models.UniqueConstraint(fields=('user', 'at', 'demande', 'dossier', 'notification', 'verbe'), name='demandes_alerte_once', nulls_distinct=False, violation_error_message='Cette personne en est déjà prévenue.'),
        ),
        migrations.AddConstraint(model_name='fait', constraint=sujet('demandes_fait_sujet')),
        migrations.AddConstraint(model_name='alerte', constraint=sujet('demandes_alerte_sujet')),
        # Backwards: before the column is asked for again.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM demandes_fait WHERE demande_id IS NULL;"
            "DELETE FROM demandes_alerte WHERE demande_id IS NULL",
        ),
    ]
