from django.apps import AppConfig


class AuthcpsConfig(AppConfig):
    name = "authcps"
    verbose_name = "Connexion"
