from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "viatraj.core"
    verbose_name = "Fondations"
