"""`migrate` over an empty database: what is rendered again, and what not (docs/adr/0054)."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from viatraj.core.states import options_in_place

INDEX = models.Index(fields=["nom"], name="x_nom")
CHECK = models.CheckConstraint(condition=~models.Q(nom=""), name="x_named")
FIELDS = [("id", models.BigAutoField(primary_key=True)), ("nom", models.TextField())]
OPERATIONS = (
    migrations.AddIndex("X", INDEX),
    migrations.AddConstraint("X", CHECK),
    migrations.RemoveIndex("X", "x_nom"),
    migrations.RemoveConstraint("X", "x_named"),
)


@pytest.fixture
def rendered(monkeypatch):
    """A state with a rendered model; and how many times models were rendered since."""
    state, times = ProjectState(), []
    migrations.CreateModel("X", FIELDS).state_forwards("accounts", state)
    _ = state.apps
    reload = ProjectState.reload_model
    monkeypatch.setattr(
        ProjectState, "reload_model", lambda *args, **kwargs: times.append(1) or reload(*args, **kwargs)
    )
    return state, times


def names(state) -> tuple[list[str], list[str]]:
    """As the rendered model has them, and as its state."""
    meta, options = state.apps.get_model("accounts", "x")._meta, state.models["accounts", "x"].options
    return tuple(
        [one.name for one in (*indexes, *constraints)]
        for indexes, constraints in (
            (meta.indexes, meta.constraints),
            (options["indexes"], options["constraints"]),
        )
    )


def test_options_are_changed_without_rendering_again(rendered):
    state, times = rendered
    with options_in_place():
        for operation, after in zip(
            OPERATIONS, (["x_nom"], ["x_nom", "x_named"], ["x_named"], []), strict=True
        ):
            operation.state_forwards("accounts", state)
            assert names(state) == (after, after)
    assert not times


def test_outside_django_does_as_it_does(rendered):
    state, times = rendered
    for operation in OPERATIONS:
        operation.state_forwards("accounts", state)
    assert len(times) == len(OPERATIONS)
    assert names(state) == ([], [])
