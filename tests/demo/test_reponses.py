"""Invented answers are such as people may give: every form takes them."""

from datetime import date
from random import Random

import pytest

from dossiers.volets import FORMULAIRES, Contexte
from viatraj.demo import reponses

FORMS = [form for (_, _, version), form in FORMULAIRES.items() if version]
CHILD = Contexte(date(2026, 11, 27), date(2023, 5, 21))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.kind}-{form.orientation}")
def test_every_form_takes_what_is_invented_for_it(form):
    for seed in range(40):
        values = reponses.fill(form, Random(seed), CHILD, whole=True)
        assert form.read(values) == values
        assert form.missing(values) == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.kind}-{form.orientation}")
def test_what_is_only_begun_misses_something(form):
    for seed in range(40):
        assert form.missing(reponses.fill(form, Random(seed), CHILD, whole=False))
