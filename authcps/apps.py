from django.apps import AppConfig


class AuthcpsConfig(AppConfig):
    name = "authcps"
    verbose_name = "Connexion"

    def ready(self):
        from authcps import checks  # noqa: F401, registered by being read
