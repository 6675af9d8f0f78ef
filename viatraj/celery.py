"""The worker and the beat: `celery -A viatraj`; what runs when, in Paris time."""

import os
from datetime import timedelta

import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viatraj.settings")
app = Celery("viatraj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "seal-journal": {"task": "journal.tasks.seal", "schedule": timedelta(minutes=1)},
    "purge-messages": {"task": "courrier.tasks.purge", "schedule": crontab(minute=10, hour=3)},
    "purge-changes": {"task": "changements.tasks.purge", "schedule": crontab(minute=15, hour=3)},
    "warn-passwords": {"task": "accounts.tasks.warn_of_expiry", "schedule": crontab(minute=15, hour=6)},
    "purge-sessions": {"task": "accounts.tasks.purge_sessions", "schedule": crontab(minute=20)},
    "purge-attempts": {"task": "authcps.tasks.purge_attempts", "schedule": crontab(minute=25)},
    "expire-invitations": {"task": "delegations.tasks.expire_invitations", "schedule": crontab(minute=5)},
    "tell-endings": {"task": "delegations.tasks.tell_endings", "schedule": crontab(minute=30, hour=6)},
    "alert-expiries": {"task": "habilitations.tasks.alert_expiries", "schedule": crontab(minute=30, hour=6)},
    "tell-referents": {"task": "habilitations.tasks.tell_referents", "schedule": crontab(minute="*/15")},
    "follow-avis": {"task": "annuaire.tasks.follow_avis", "schedule": crontab(minute=50, hour=6)},
    "analyse-pieces": {"task": "dossiers.tasks.analyse_pieces", "schedule": timedelta(minutes=1)},
    "resume-imports": {"task": "habilitations.tasks.resume_imports", "schedule": timedelta(minutes=1)},
    "resume-fermetures": {"task": "annuaire.tasks.resume_fermetures", "schedule": timedelta(minutes=1)},
    "sync-ror": {"task": "annuaire.tasks.sync_ror", "schedule": crontab(minute=20, hour="7,10,13,16,19")},
    "sync-ror-whole": {
        "task": "annuaire.tasks.sync_ror",
        "schedule": crontab(minute=0, hour=1, day_of_week="sun"),
        "kwargs": {"full": True},
    },
    "resume-ror": {"task": "annuaire.tasks.resume_ror", "schedule": timedelta(minutes=1)},
    "follow-campagnes": {"task": "habilitations.tasks.follow_campagnes", "schedule": timedelta(minutes=5)},
    "remind-reviewers": {
        "task": "habilitations.tasks.remind_reviewers",
        "schedule": crontab(minute=45, hour=6),
    },
    "follow-unchanged": {"task": "dossiers.tasks.follow_unchanged", "schedule": crontab(minute=0, hour=7)},
    "follow-deadlines": {"task": "demandes.tasks.follow_deadlines", "schedule": timedelta(minutes=5)},
    "tell-alertes": {"task": "demandes.tasks.tell", "schedule": timedelta(minutes=1)},
    "purge-alertes": {"task": "demandes.tasks.purge_alertes", "schedule": crontab(minute=55, hour=3)},
    "refresh-store": {"task": "observatoire.tasks.refresh_store", "schedule": crontab(minute=30, hour=2)},
    "refresh-store-whole": {
        "task": "observatoire.tasks.refresh_store",
        "schedule": crontab(minute=0, hour=4, day_of_week="sun"),
        "kwargs": {"full": True},
    },
    "erase-pieces": {"task": "dossiers.tasks.erase_pieces", "schedule": crontab(minute=50, hour=3)},
    "purge-typed": {"task": "dossiers.tasks.purge_typed", "schedule": crontab(minute=40)},
    "resume-reports": {"task": "observatoire.tasks.resume_reports", "schedule": timedelta(minutes=1)},
    "order-due": {"task": "observatoire.tasks.order_due", "schedule": crontab(minute=5, hour="4-8")},
    "purge-reports": {"task": "observatoire.tasks.purge_reports", "schedule": crontab(minute=45)},
    "purge-imports": {"task": "habilitations.tasks.purge_imports", "schedule": crontab(minute=35, hour=3)},
}


@worker_init.connect
def warm_up(**kwargs):
    """Letters name pages: all addresses are read before the pool is forked, not within the first task."""
    django.setup()
    reverse("mon_compte")
