"""What the database itself refuses; what a search finds; the list and the policy are one rule."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from dossiers import perimetres, policies
from dossiers.models import TEXTE_MAX, Dossier, Volet, draw_numero
from dossiers.natures import NATURES
from tests.dossiers.factories import LISTER, DossierFactory, lend, volet_of
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin
from viatraj.core.actor import Actor, Grant, Rights
from viatraj.core.droits import Droit, Mode, Niveau, Orientation
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db

BROKEN = [
    ({"numero": "0234567"}, "dossiers_dossier_numero", "numero"),
    ({"numero": "02345678"}, "dossiers_dossier_numero", "numero"),
    ({"orientation": "ailleurs"}, "dossiers_dossier_orientation", "orientation"),
    ({"nom": ""}, "dossiers_dossier_patient_named", "nom"),
    ({"prenom": ""}, "dossiers_dossier_patient_named", "nom"),
    ({"date_naissance": date(1899, 12, 31)}, "dossiers_dossier_born_after_1900", "date_naissance"),
    (
        {"date_naissance": timezone.localdate() + timedelta(days=2)},
        "dossiers_dossier_born_before_creation",
        "date_naissance",
    ),
]


@pytest.mark.parametrize(("values", "constraint", "code"), BROKEN)
def test_a_broken_dossier_is_refused_by_the_database_and_by_the_form(values, constraint, code):
    dossier = DossierFactory()
    for name, value in values.items():
        setattr(dossier, name, value)
    with pytest.raises(ValidationError) as refused:
        dossier.validate_constraints()
    assert code in {error.code for errors in refused.value.error_dict.values() for error in errors}
    with pytest.raises(IntegrityError, match=constraint):
        dossier.save()


def test_a_new_dossier_says_that_its_patient_is_not_born():
    """The date of creation is still the database's to give when the constraint speaks."""
    unborn = timezone.localdate() + timedelta(days=2)
    medecin = MedecinFactory()
    dossier = Dossier(
        auteur=medecin,
        cree_par=medecin,
        orientation="tnd",
        nom="Courbaisse",
        prenom="Léo",
        date_naissance=unborn,
    )
    with pytest.raises(ValidationError, match="dans le futur"):
        dossier.full_clean()
    dossier.date_naissance = timezone.localdate()
    dossier.full_clean()


@pytest.mark.parametrize("name", ["numero", "cle"])
def test_numero_and_cle_serve_once(name):
    first, second = DossierFactory(), DossierFactory()
    setattr(second, name, getattr(first, name))
    with pytest.raises(IntegrityError, match=name):
        second.save()


def test_numbers_are_eight_digits_drawn_by_chance():
    drawn = {draw_numero() for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(numero) == 8 and numero.isdigit() and numero[0] != "0" for numero in drawn)
    assert Dossier(numero="12345678").numero_affiche == "1234\u00a05678"


def test_a_volet_stands_once_in_a_dossier():
    dossier = DossierFactory()
    with pytest.raises(IntegrityError, match="dossiers_volet_once"):
        Volet.objects.create(dossier=dossier, kind=Volet.Kind.ADMINISTRATIF)


def test_a_volet_holds_20_000_characters_and_not_one_more():
    volet = volet_of(DossierFactory())
    volet.texte = "é" * TEXTE_MAX
    volet.full_clean()
    volet.save()
    volet.texte += "é"
    with pytest.raises(ValidationError, match="au plus 20"):
        volet.full_clean()
    with pytest.raises(IntegrityError, match="dossiers_volet_texte_length"):
        volet.save()


def test_a_volet_of_no_kind_is_refused():
    volet = volet_of(DossierFactory())
    volet.kind = "secret"
    with pytest.raises(IntegrityError, match="dossiers_volet_kind"):
        volet.save()


def test_every_kind_of_volet_has_its_droit():
    assert set(NATURES) == set(Volet.Kind)
    assert Volet(kind="medical").droit == Droit.VOLET_MEDICAL


@pytest.mark.parametrize(
    ("nom", "prenom", "found"),
    [
        ("ndiaye", "", True),
        ("N’DIAYE", "", True),
        ("n diaye be", "", True),
        ("ndi", "marie-h", True),
        ("ndiaye", "hélène", False),
        ("diaye", "", False),
        ("%", "", False),
        ("Иванов", "", False),
    ],
)
def test_names_are_found_by_their_beginning_however_written(nom, prenom, found):
    dossier = DossierFactory(nom="N'Diaye-Béthune", prenom="Marie Hélène")
    actor = as_medecin(dossier.auteur)
    assert perimetres.patients(actor, nom, prenom, most=2) == [dossier.pk] * found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("zéph", ""), ["used", "both", "birth"]),  # by the name that was found, then the first name
        (("zéphyr", "os"), ["used", "birth"]),
        (("zéphyr", "lou"), ["used"]),  # the first name in use
        (("canari", ""), ["used"]),
        (("oscarine", ""), []),  # a first name is no name
        (("lou", ""), []),
        (("", "oscarine"), []),
    ],
)
def test_names_of_birth_and_in_use_are_sought_together(typed, found):
    """DOS-1"""
    medecin = MedecinFactory()
    known = {
        "used": {"nom": "Canari", "prenom": "Oscarine", "nom_utilise": "Zéphyr", "prenom_utilise": "Lou"},
        "birth": {"nom": "Zéphyrin", "prenom": "Oscarine"},
        "both": {"nom": "Zéphyrin", "prenom": "Barbara", "nom_utilise": "Zephyr Bel"},
    }
    made = {name: DossierFactory(auteur=medecin, **traits).pk for name, traits in known.items()}
    assert perimetres.patients(as_medecin(medecin), *typed, most=9) == [made[name] for name in found]


@pytest.mark.parametrize("name", ["nom", "nom_utilise"])
def test_a_corrected_name_is_found_at_once(name):
    dossier = DossierFactory()
    Dossier.objects.filter(pk=dossier.pk).update(**{name: "Zéphyrin"})
    assert perimetres.patients(as_medecin(dossier.auteur), "zeph", most=2) == [dossier.pk]


def test_the_list_and_the_policy_are_one_rule():
    """`within` and `cover`, over every kind of actor and of dossier."""
    medecin, other = MedecinFactory(), MedecinFactory()
    rows = [
        DossierFactory(auteur=auteur, orientation=one) for auteur in (medecin, other) for one in Orientation
    ]
    anonyme = Grant(Droit.DOSSIER_LISTE, Mode.ANONYME, "", Niveau.MEDECIN, other.pk)
    actors = [
        as_medecin(medecin),
        as_medecin(other),
        as_delegate(DelegationFactory(delegant=medecin)),
        as_delegate(lend(medecin, droits=LISTER)),
        as_delegate(lend(other, droits=LISTER, orientations=(Orientation.TND, Orientation.GRAND_AGE))),
        as_delegate(lend(medecin, droits=())),
        Actor(user=UserFactory()),
        Actor(user=UserFactory(), rights=Rights(frozenset({anonyme}))),
        Actor.anonymous("127.0.0.1"),
        Actor.system("test"),
    ]
    counts = []
    for actor in actors:
        seen = set(Dossier.objects.visible_to(actor))
        assert seen == {row for row in rows if can(policies.read, actor, row)}
        counts.append(len(seen))
    assert counts == [3, 3, 3, 1, 2, 0, 0, 0, 0, 0]
