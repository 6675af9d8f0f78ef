"""The usual way, for the bench to compare with: one Celery task and one SMTP connection a mail, no outbox."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viatraj.settings")
app = Celery("tests.courrier.celery_way")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(task_default_queue="bench-courrier", beat_schedule={})


@app.task
def send(to, subject, text, html):
    from django.core.mail import EmailMultiAlternatives

    letter = EmailMultiAlternatives(subject, text, to=[to])
    letter.attach_alternative(html, "text/html")
    letter.send()
