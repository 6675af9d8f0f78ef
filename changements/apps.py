from django.apps import AppConfig


class ChangementsConfig(AppConfig):
    name = "changements"
    verbose_name = "Changements"
