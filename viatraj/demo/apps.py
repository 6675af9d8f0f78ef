from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "viatraj.demo"
    verbose_name = "Démonstration"

    def ready(self):
        from viatraj.demo import home
        from viatraj.espaces import demonstration

        demonstration.show(people=home.people, strangers=home.strangers)
