"""Truth tables, with the near misses: right person, wrong dossier, wrong orientation, too small a right."""

import pytest

from dossiers import policies
from tests.dossiers.factories import LISTER, MEDICAL, READER, DossierFactory, lend, volet_of
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier():
    return DossierFactory(auteur=MedecinFactory(nom="Leclercq", prenom="Christine"))


@pytest.fixture
def actors(dossier):
    medecin, other = dossier.auteur, MedecinFactory()
    confrere = DelegationFactory(delegant=medecin)
    return {
        "médecin": as_medecin(medecin),
        "other médecin": as_medecin(other),
        "confrère acting": as_delegate(confrere),
        "confrère in his own name": as_medecin(confrere.delegataire),
        "médecin acting for another": as_delegate(DelegationFactory(delegant=other, delegataire=medecin)),
        "secretary": as_delegate(lend(medecin)),
        "secretary of another": as_delegate(lend(other)),
        "secretary elsewhere": as_delegate(lend(medecin, orientations=(Orientation.TND,))),
        "reader": as_delegate(lend(medecin, droits=READER)),
        "medical assistant": as_delegate(lend(medecin, droits=MEDICAL)),
        "lister": as_delegate(lend(medecin, droits=LISTER)),
        "lent nothing": as_delegate(lend(medecin, droits=())),
        "professional": Actor(user=UserFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
        "system": Actor.system("test"),
    }


WHOLE = {"médecin", "confrère acting"}
ON_ROW = [
    ("read", WHOLE | {"secretary", "reader", "lister", "medical assistant"}),
    ("read_volet", WHOLE | {"secretary", "reader"}),
    ("edit_volet", WHOLE | {"secretary"}),
    ("validate_volet", set()),
]
ON_MEDICAL = [
    ("read_volet", WHOLE | {"medical assistant"}),
    ("edit_volet", WHOLE | {"medical assistant"}),
    ("validate_volet", WHOLE),
]
OWN_SPACE = WHOLE | {"other médecin", "confrère in his own name", "médecin acting for another"}
SECRETARIES = {"secretary", "secretary of another"}
LISTERS = {"reader", "lister", "medical assistant"}
IN_SPACE = [
    ("index", Orientation.SANITAIRE, OWN_SPACE | SECRETARIES | LISTERS),
    ("index", Orientation.TND, OWN_SPACE | {"secretary elsewhere"}),
    ("index", "", OWN_SPACE | SECRETARIES | LISTERS | {"secretary elsewhere"}),
    ("index", "ailleurs", set()),
    ("create", Orientation.SANITAIRE, OWN_SPACE | SECRETARIES),
    ("create", Orientation.TND, OWN_SPACE | {"secretary elsewhere"}),
    ("create", Orientation.GRAND_AGE, OWN_SPACE),
    ("create", "", OWN_SPACE | SECRETARIES | {"secretary elsewhere"}),
    ("create", "ailleurs", set()),
]


@pytest.mark.parametrize(("verb", "allowed"), ON_ROW)
def test_who_may_on_a_dossier(verb, allowed, actors, dossier):
    row = dossier if verb == "read" else volet_of(dossier)
    assert {name for name, actor in actors.items() if can(getattr(policies, verb), actor, row)} == allowed


@pytest.mark.parametrize(("verb", "allowed"), ON_MEDICAL)
def test_who_may_on_the_medical_volet(verb, allowed, actors, dossier):
    row = volet_of(dossier, "medical")
    assert {name for name, actor in actors.items() if can(getattr(policies, verb), actor, row)} == allowed


@pytest.mark.parametrize(("verb", "orientation", "allowed"), IN_SPACE)
def test_who_may_in_a_space(verb, orientation, allowed, actors):
    rule = getattr(policies, verb)
    assert {name for name, actor in actors.items() if can(rule, actor, orientation)} == allowed


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "reader",
            "Le Dr Christine Leclercq ne vous a pas délégué le droit "
            "«\u00a0Volet administratif (écriture)\u00a0» pour l’orientation "
            "«\u00a0SMR, HAD, Soins Palliatifs\u00a0».",
        ),
        ("other médecin", "Ce dossier n’est pas de ceux de votre espace."),
        ("médecin acting for another", "Ce dossier n’est pas de ceux du médecin pour qui vous agissez."),
        (
            "professional",
            "Les dossiers sont réservés aux médecins libéraux, aux personnes à qui ils ont délégué leurs "
            "droits et aux professionnels habilités.",
        ),
    ],
)
def test_a_refusal_says_why(name, reason, actors, dossier):
    with pytest.raises(Denied) as denied:
        policies.edit_volet(actors[name], volet_of(dossier))
    assert str(denied.value) == reason
