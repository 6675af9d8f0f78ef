import pytest

from tests.factories import MedecinFactory


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")
