from celery import shared_task

from journal import seals


@shared_task
def seal():
    seals.seal()
