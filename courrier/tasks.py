from celery import shared_task
from django.utils import timezone

from courrier import outbox


@shared_task
def purge():
    outbox.purge(now=timezone.now())
