from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "viatraj.demo"
    verbose_name = "Démonstration"
