from datetime import UTC, datetime, timedelta

import redis
from django.core.management.base import BaseCommand, CommandError

from viatraj import logs


class Command(BaseCommand):
    help = (
        "Compte les pannes de chaque jour (UTC), par type et par endroit ; le détail est dans les journaux."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=7, help=f"jours, {logs.KEPT_DAYS} au plus")

    def handle(self, *, days, **options):
        today = datetime.now(UTC).date()
        try:
            told = {day: logs.counts(day) for n in range(days) if (day := today - timedelta(days=n))}
        except redis.RedisError as error:
            raise CommandError("Valkey ne répond pas\u00a0: les pannes ne sont comptées que là.") from error
        for day, counts in told.items():
            for what, times in sorted(counts.items(), key=lambda one: -one[1]):
                self.stdout.write(f"{day:%d/%m/%Y}  {times:>5}  {what}")
        if not any(told.values()):
            self.stdout.write("Aucune panne.")
