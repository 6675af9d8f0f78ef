"""All tables as they are, to be compared before an act and after its undoing (COM-11)."""

from django.apps import apps

from tests.house.source import APPS

# What an undoing adds to, on purpose: the story, the letters, itself.
TOLD = ("journal", "courrier", "changements")
# What the next night reads again, whoever moved it.
QUEUES = ("observatoire_mouvement",)
# Of rows: they go on; `used_on` is written by the journal.
GOES_ON = ("version", "used_on")


def dump() -> dict[str, list[dict]]:
    ours = [one for one in apps.get_models(include_auto_created=True) if one._meta.app_label in APPS]
    return {
        model._meta.db_table: sorted(
            (_told(row) for row in model._base_manager.values()), key=lambda row: str(sorted(row.items()))
        )
        for model in ours
        if model._meta.app_label not in TOLD and model._meta.db_table not in QUEUES
    }


def _told(row) -> dict:
    return {name: value for name, value in row.items() if name not in GOES_ON}
