from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "viatraj.core"
    verbose_name = "Fondations"

    def ready(self):
        from viatraj.core import checks  # noqa: F401, registered by being read
