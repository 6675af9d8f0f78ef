"""Constraints speak French to people; events are listed once and used."""

import ast
import re

from django.apps import apps
from django.db.models.constraints import BaseConstraint

import demandes.events
from demandes.events import OF
from journal.models import known_events
from tests.house.source import APPS, dotted, modules

OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]
CONSTRAINTS = [(model, constraint) for model in OURS for constraint in model._meta.constraints]
UNIQUE_FIELDS = [
    field
    for model in OURS
    for field in model._meta.local_fields
    if field.unique and not field.primary_key and field.editable
]


def test_every_constraint_has_a_sentence_of_its_own():
    mute = [
        one.name
        for _, one in CONSTRAINTS
        if one.violation_error_message == BaseConstraint.default_violation_error_message
    ]
    assert CONSTRAINTS
    assert mute == []


def test_the_sentences_are_sentences():
    assert [one.name for _, one in CONSTRAINTS if not _is_sentence(str(one.violation_error_message))] == []


def _is_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith((".", "\u202f?")) and "'" not in text and '"' not in text


def test_constraints_and_indexes_begin_with_their_app():
    named = [(model, one.name) for model in OURS for one in (*model._meta.constraints, *model._meta.indexes)]
    assert [name for model, name in named if not name.startswith(f"{model._meta.app_label}_")] == []


def test_codes_of_constraints_are_fields_or_words_of_a_form():
    """`submit` looks for the field of that name; a code with a space or a capital can be none."""
    codes = [one.violation_error_code for _, one in CONSTRAINTS if one.violation_error_code]
    assert [code for code in codes if not code.isidentifier()] == []


def used_events() -> set[str]:
    """First arguments of `record`, and of the private helpers that hand them on; one a verb of a demande."""
    calls = [node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    recording = [node for node in calls if dotted(node.func).lstrip("_").startswith("record") and node.args]
    constants = [one for node in recording for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
    return {one.value for one in constants} | {*OF.values()}


def test_every_recorded_event_is_listed():
    assert used_events() - known_events().keys() == set()


def test_every_listed_event_is_recorded_somewhere():
    assert known_events().keys() - used_events() == set()


def test_events_are_noun_dot_past_verb():
    assert [
        event for event in known_events() if not re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", event)
    ] == []


def test_a_bare_demande_is_kept_for_dossiers():
    """A journal cannot be renamed: what is asked of référents is a `demande_habilitation`."""
    asked_of_dossiers = {"dossiers", "demandes", "observatoire"}
    bare = [model._meta.label for model in OURS if model.__name__.lower().startswith("demande")]
    assert [label for label in bare if label.split(".")[0] not in asked_of_dossiers] == [
        "habilitations.DemandeHabilitation"
    ]
    ours = [event for event in known_events() if event.startswith("demande.")]
    assert set(ours) <= demandes.events.EVENTS.keys()
