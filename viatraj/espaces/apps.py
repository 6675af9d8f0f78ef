from django.apps import AppConfig


class EspacesConfig(AppConfig):
    name = "viatraj.espaces"
    verbose_name = "Espaces"
