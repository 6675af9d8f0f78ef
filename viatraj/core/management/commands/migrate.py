from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from viatraj.core import roles, states


def unknown_migrations() -> list[str]:
    """Of our apps, applied to this database and not in this code: `app.name`."""
    loader = MigrationLoader(connection)
    ours = {one.label for one in apps.get_app_configs() if Path(one.path).parent == settings.BASE_DIR}
    unknown = loader.applied_migrations.keys() - loader.disk_migrations.keys()
    return sorted(f"{app}.{name}" for app, name in unknown if app in ours)


class Command(migrate.Command):
    @roles.as_owner()
    def execute(self, *args, **options):
        """Runs, checks included, as the owner, who then grants the application its rights (TRC-3)."""
        if settings.DATABASE_OWNER:
            try:
                roles.create_application()
            except roles.NoApplicationRole as error:
                raise CommandError(str(error)) from error
        if strangers := unknown_migrations():
            raise CommandError(
                f"Cette base vient d’une autre version de ViaTraj (elle a reçu {strangers[0]})\u00a0: "
                "reprenez cette version, ou effacez la base et recommencez (avec make run, le dossier var/)."
            )
        with states.options_in_place():
            said = super().execute(*args, **options)
        if settings.DATABASE_OWNER:
            roles.grant()
        return said
