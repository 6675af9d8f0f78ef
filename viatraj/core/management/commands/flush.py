from django.core.management.commands import flush

from viatraj.core import roles


class Command(flush.Command):
    handle = roles.as_owner()(flush.Command.handle)
