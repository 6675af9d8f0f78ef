"""What each profile gives, where, and when; `cover` and `within` agree (HAB-2, HAB-3, HAB-7)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

import habilitations.rights
from annuaire.models import Guichet, Unite
from habilitations.models import DroitPersonnalise
from habilitations.profils import AUCUN, PROFILS, RESPONSABLE_ADMISSIONS
from tests.factories import CoordinationFactory, EtablissementFactory, HabilitationFactory, UniteFactory
from viatraj.core.droits import Droit, Mode, Niveau

pytestmark = pytest.mark.django_db


@pytest.fixture
def land():
    """A unit and its neighbour in one établissement, and another of the same coordination; then elsewhere."""
    coordination = CoordinationFactory()
    here = EtablissementFactory(coordination=coordination)
    there = EtablissementFactory(coordination=coordination)
    return {
        "right": UniteFactory(etablissement=here),
        "neighbour": UniteFactory(etablissement=here),
        "other établissement": UniteFactory(etablissement=there),
        "other coordination": UniteFactory(),
    }


def lieu_of(niveau, unite):
    etablissement = unite.etablissement
    if niveau == Niveau.GUICHET:
        guichet = Guichet.objects.create(
            nom="Guichet", coordination=etablissement.coordination, etablissement=etablissement
        )
        guichet.unites.add(unite)
        return guichet
    return {
        Niveau.UNITE: unite,
        Niveau.ETABLISSEMENT: etablissement,
        Niveau.COORDINATION: etablissement.coordination,
        Niveau.REGION: etablissement.coordination.region,
        Niveau.NATIONAL: None,
    }[niveau]


REACHED = {
    Niveau.UNITE: {"right"},
    Niveau.GUICHET: {"right"},
    Niveau.ETABLISSEMENT: {"right", "neighbour"},
    Niveau.COORDINATION: {"right", "neighbour", "other établissement"},
    Niveau.REGION: {"right", "neighbour", "other établissement"},
    Niveau.NATIONAL: {"right", "neighbour", "other établissement", "other coordination"},
}
CASES = [(profil.code, niveau) for profil in PROFILS.values() for niveau in profil.niveaux]
STATES = ("in force", "over", "future", "revoked", "disabled", "locked")


@pytest.mark.parametrize(("code", "niveau"), CASES)
@pytest.mark.parametrize("state", STATES)
def test_each_profile_each_right_each_place(land, code, niveau, state):
    """HAB-7: ended yesterday, starting tomorrow: nothing. A lock closes the password door, not the rights."""
    user = held(code, lieu_of(niveau, land["right"]), state)
    rights = habilitations.rights.of_user(user, on=timezone.localdate())
    reached = REACHED[niveau] if state in ("in force", "locked") else set()
    given = {(droit.domaine, droit.droit): droit.mode for droit in PROFILS[code].at(niveau)}
    for domaine in ("", "sanitaire", "grand_age", "tnd", "handicap", "cpam"):
        for droit in Droit:
            mode = given.get((domaine, droit), given.get(("", droit), AUCUN))
            agree(rights, droit, domaine, mode, land, reached if mode != AUCUN else set())


def held(code, lieu, state):
    traits = {state: True} if state in ("over", "future", "revoked") else {}
    user = HabilitationFactory(lieu=lieu, profil=code, **traits).user
    if state in ("disabled", "locked"):
        setattr(user, f"{state}_at", timezone.now())
        user.save()
    return user


def agree(rights, droit, domaine, mode, land, reached):
    """`cover` on each unit, `within` over all of them; one step more than the mode is refused."""
    if not domaine and any(grant.domaine for grant in rights.grants if grant.droit == droit):
        return  # an empty domaine asks nothing of it
    asked = droit.modes[0] if mode == AUCUN else mode
    seen = {
        name for name, unite in land.items() if rights.cover(droit, unite.place, domaine=domaine, mode=asked)
    }
    assert seen == reached, (droit, domaine)
    if not domaine:
        found = Unite.objects.filter(rights.within(droit, mode=asked, **Unite.objects.all().columns))
        assert {name for name, unite in land.items() if unite in found} == reached
    stronger = droit.modes[droit.modes.index(asked) + 1 :]
    if reached and stronger:
        assert not rights.cover(droit, land["right"].place, domaine=domaine, mode=stronger[0])


@pytest.mark.parametrize(
    ("fin", "day", "holds"),
    [
        (date(2027, 3, 28), date(2027, 3, 28), True),  # the night summer time begins
        (date(2027, 3, 28), date(2027, 3, 29), False),
        (date(2027, 10, 31), date(2027, 10, 31), True),  # the night it ends
        (date(2027, 10, 31), date(2027, 11, 1), False),
        (date(2028, 2, 29), date(2028, 2, 29), True),
        (date(2028, 2, 29), date(2028, 3, 1), False),
    ],
)
def test_the_last_day_is_included(fin, day, holds):
    habilitation = HabilitationFactory(debut=date(2026, 1, 1), fin=fin)
    assert bool(habilitations.rights.of_user(habilitation.user, on=day)) is holds


def test_two_habilitations_add_up():
    unite = UniteFactory()
    first = HabilitationFactory(lieu=unite, profil="equipe_soignante")
    HabilitationFactory(lieu=unite.etablissement, profil="prescripteur_medical", user=first.user)
    rights = habilitations.rights.of_user(first.user, on=timezone.localdate())
    assert rights.cover(Droit.VOLET_MEDICAL, unite.place, domaine="sanitaire", mode=Mode.VALIDATION)


def test_an_exception_lowers_a_right_and_never_raises_it():
    """HAB-3: a forged mode in the table is the profile's own."""
    habilitation = HabilitationFactory(profil="equipe_soignante")
    for droit, mode in (("envoi", "oui"), ("volet_medical", "validation"), ("tableau_demandeur", "anonyme")):
        DroitPersonnalise.objects.create(
            habilitation=habilitation, domaine="sanitaire", droit=droit, mode=mode
        )
    rights = habilitations.rights.of_user(habilitation.user, on=timezone.localdate())
    place = habilitation.place
    assert rights.cover(Droit.ENVOI, place, domaine="sanitaire")
    assert not rights.cover(Droit.VOLET_MEDICAL, place, domaine="sanitaire", mode=Mode.VALIDATION)
    assert not rights.cover(Droit.TABLEAU_DEMANDEUR, place, domaine="sanitaire", mode=Mode.LECTURE)


def test_answering_is_the_dashboards_mode():
    habilitation = HabilitationFactory(lieu=UniteFactory(), profil=RESPONSABLE_ADMISSIONS.code)
    on = timezone.localdate()
    assert habilitations.rights.of_user(habilitation.user, on=on).scopes(Droit.REPONSE)
    DroitPersonnalise.objects.create(
        habilitation=habilitation, domaine="sanitaire", droit="tableau_receveur", mode="lecture"
    )
    assert not habilitations.rights.of_user(habilitation.user, on=on).scopes(Droit.REPONSE)


@pytest.mark.parametrize("many", [1, 6])
def test_a_constant_number_of_queries(many, django_assert_num_queries):
    user = HabilitationFactory().user
    for _ in range(many):
        HabilitationFactory(user=user, lieu=UniteFactory())
    with django_assert_num_queries(2):  # habilitations, exceptions
        habilitations.rights.of_user(user, on=timezone.localdate() + timedelta(days=1))
