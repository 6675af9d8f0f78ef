"""Of whose structures somebody may order figures (OBS-7)."""

import pytest
from django.utils import timezone

from habilitations.profils import (
    ADMINISTRATEUR_NATIONAL,
    CONSEILLER_PRADO,
    ESMS_STATISTIQUES,
    PCO_GESTIONNAIRE,
    PCO_SECRETARIAT,
    PRESCRIPTEUR_MEDICAL,
    REGULATEUR_GA,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from observatoire import perimetres
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE
from tests.demandes.factories import guichet_of
from tests.dossiers.factories import professionnel
from tests.factories import UniteFactory, as_professionnel, referent_of
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db


def asked(actor, code):
    return perimetres.of(actor, CATALOGUE[code], timezone.localdate())


def may(actor) -> set[str]:
    return {code for code in CATALOGUE if asked(actor, code)}


GA, SAN_OWN = {"GA-01", "GA-02", "GA-03"}, {f"SAN-0{n}" for n in range(1, 8)}
OWN = SAN_OWN | GA | {"PH-01", "PH-02", "TND-01", "TND-02"}
EVERY = set(CATALOGUE)
TERRITORY = EVERY - {"SAN-01", "SAN-02", "SAN-03", "GA-01", "PH-01", "TND-02"}


@pytest.mark.parametrize(
    ("profil", "modes", "codes"),
    [
        (PRESCRIPTEUR_MEDICAL, {}, set()),
        (PRESCRIPTEUR_MEDICAL, {"statistiques": "oui"}, SAN_OWN),
        (RESPONSABLE_ADMISSIONS, {}, set()),
        (RESPONSABLE_ADMISSIONS, {"statistiques": "oui"}, SAN_OWN),
        (RESPONSABLE_ADMISSIONS_GA, {}, set()),
        (RESPONSABLE_ADMISSIONS_GA, {"statistiques": "oui"}, GA),
        (PCO_GESTIONNAIRE, {}, {"TND-01", "TND-02"}),
        (PCO_GESTIONNAIRE, {"statistiques": "aucun"}, set()),
        (PCO_SECRETARIAT, {}, set()),
        (ESMS_STATISTIQUES, {}, {"PH-01", "PH-02"}),
        (CONSEILLER_PRADO, {}, {"SAN-09"}),
        (REGULATEUR_GA, {}, {"GA-02", "GA-03", "GA-04"}),
    ],
)
def test_what_each_profile_may_order(profil, modes, codes):
    """OBS-1, OBS-7: by domaine, at the levels that a report knows."""
    unite = UniteFactory()
    places = {"etablissement": unite.etablissement, "coordination": unite.etablissement.coordination}
    lieu = unite if "unite" in [one.value for one in profil.niveaux] else places[profil.niveaux[0].value]
    assert may(professionnel(profil, lieu, **modes)) == codes


def test_what_referents_may_order():
    """OBS-1: lines of persons in one’s own structures, figures of a territory."""
    unite = UniteFactory()
    etablissement = unite.etablissement
    assert may(as_professionnel(referent_of(unite))) == OWN
    assert may(as_professionnel(referent_of(etablissement))) == OWN | {"DEP-01", "DEP-02"}
    assert may(as_professionnel(referent_of(etablissement.coordination))) == TERRITORY
    assert may(as_professionnel(referent_of(etablissement.coordination.region))) == TERRITORY
    assert may(as_professionnel(referent_of(None, ADMINISTRATEUR_NATIONAL))) == TERRITORY
    assert may(Actor.anonymous("127.0.0.1")) == set()


def test_a_guichet_counts_as_its_units():
    """OBS-7: and as nothing more."""
    unite, autre = UniteFactory(), UniteFactory()
    actor = professionnel(RESPONSABLE_ADMISSIONS, guichet_of(unite), statistiques="oui")
    found = asked(actor, "SAN-03")
    assert found == Perimetre(unites=(unite.pk,))
    assert found.propre
    assert autre.pk not in found.unites
    assert found.libelles == [f"{unite.nom}, {unite.etablissement.nom}"]


def test_a_territory_is_never_ones_own():
    """OBS-7: figures are masked as soon as one of them is a territory’s."""
    assert Perimetre(unites=(1,), etablissements=(2,)).propre
    for one in ({"coordinations": (1,)}, {"regions": (1,)}, {"national": True}):
        mixed = Perimetre(unites=(1,), **one)
        assert not mixed.propre
        assert mixed.only("unite").propre
    assert not Perimetre()
    assert not Perimetre().propre
    assert Perimetre(national=True).libelles == ["France entière"]


def test_a_disabled_account_has_none():
    """OBS-7."""
    user = referent_of(UniteFactory())
    actor = as_professionnel(user)
    user.disabled_at = timezone.now()
    assert asked(actor, "SAN-03") is None
