from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from viatraj.core import roles


class Command(migrate.Command):
    @roles.as_owner()
    def execute(self, *args, **options):
        """By the owner, checks included, who then says what the application may do (TRC-3)."""
        if settings.DATABASE_OWNER:
            try:
                roles.create_application()
            except roles.NoApplicationRole as error:
                raise CommandError(str(error)) from error
        said = super().execute(*args, **options)
        if settings.DATABASE_OWNER:
            roles.grant()
        return said
