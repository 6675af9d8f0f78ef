"""Migrating a new database without rendering every model again for each index and each constraint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

STATE: Any = ProjectState  # two of its methods are Django's own affair


@contextmanager
def options_in_place() -> Iterator[None]:
    """Django renders a model anew, and all that refer to it, when an index or a constraint is added to its
    state: half the time of `migrate` over an empty database. The rendered one takes it as well as it is.
    """
    kept = STATE._append_option, STATE._remove_option
    STATE._append_option, STATE._remove_option = _append, _remove
    try:
        yield
    finally:
        STATE._append_option, STATE._remove_option = kept


def _append(state, app_label, model_name, option_name, obj):
    options = state.models[app_label, model_name].options
    _put(state, app_label, model_name, option_name, [*options[option_name], obj])


def _remove(state, app_label, model_name, option_name, obj_name):
    options = state.models[app_label, model_name].options
    kept = [obj for obj in options[option_name] if obj.name != obj_name]
    _put(state, app_label, model_name, option_name, kept)


def _put(state, app_label, model_name, option_name, objs):
    state.models[app_label, model_name].options[option_name] = objs
    if "apps" in vars(state):  # rendered already
        setattr(state.apps.get_model(app_label, model_name)._meta, option_name, objs)
