from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "viatraj.site"
    verbose_name = "Pages ouvertes à tous"
