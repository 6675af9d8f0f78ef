"""What lies at a place says what becomes of it when the place closes (ANN-7)."""

from annuaire import attaches
from annuaire.models import lying


def test_every_model_at_a_place_is_registered_once():
    told = [model for one in attaches.every() for model in one.models]
    assert sorted(model._meta.label for model in told) == sorted(model._meta.label for model in lying())
