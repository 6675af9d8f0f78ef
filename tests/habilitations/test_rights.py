"""What each profile gives, where, and when; `cover` and `within` agree (HAB-2, HAB-3, HAB-7)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

import habilitations.rights
from annuaire.models import Guichet, Unite
from habilitations.models import DroitPersonnalise, Habilitation
from habilitations.profils import AUCUN, PROFILS, RESPONSABLE_ADMISSIONS
from tests.factories import CoordinationFactory, EtablissementFactory, HabilitationFactory, UniteFactory
from viatraj.core.droits import FERMES, Droit, Mode, Niveau

pytestmark = pytest.mark.django_db


@pytest.fixture
def land():
    """A unit and its neighbour in one établissement, and another of the same coordination; then elsewhere.

    The first one has a guichet, where things wait to be handed out; so has the neighbour.
    """
    coordination = CoordinationFactory()
    here = EtablissementFactory(coordination=coordination)
    there = EtablissementFactory(coordination=coordination)
    right, neighbour = UniteFactory(etablissement=here), UniteFactory(etablissement=here)
    return {
        "right": right,
        "neighbour": neighbour,
        "other établissement": UniteFactory(etablissement=there),
        "other coordination": UniteFactory(),
        "guichet": guichet_of(right),
        "other guichet": guichet_of(neighbour),
    }


def guichet_of(unite):
    here = unite.etablissement
    guichet = Guichet.objects.create(nom="Guichet", coordination=here.coordination, etablissement=here)
    guichet.unites.add(unite)
    return guichet


def lieu_of(niveau, land):
    unite = land["right"]
    etablissement = unite.etablissement
    return {
        Niveau.GUICHET: land["guichet"],
        Niveau.UNITE: unite,
        Niveau.ETABLISSEMENT: etablissement,
        Niveau.COORDINATION: etablissement.coordination,
        Niveau.REGION: etablissement.coordination.region,
        Niveau.NATIONAL: None,
    }[niveau]


REACHED = {
    Niveau.UNITE: {"right"},
    Niveau.GUICHET: {"right", "guichet"},
    Niveau.ETABLISSEMENT: {"right", "neighbour", "guichet", "other guichet"},
    Niveau.COORDINATION: {"right", "neighbour", "guichet", "other guichet", "other établissement"},
    Niveau.REGION: {"right", "neighbour", "guichet", "other guichet", "other établissement"},
    Niveau.NATIONAL: {
        "right",
        "neighbour",
        "guichet",
        "other guichet",
        "other établissement",
        "other coordination",
    },
}
CASES = [(profil.code, niveau) for profil in PROFILS.values() for niveau in profil.niveaux]
ENDED = ("over", "future", "revoked", "disabled")


@pytest.mark.parametrize(("code", "niveau"), CASES)
def test_each_profile_each_right_each_place(land, code, niveau):
    user = held(code, lieu_of(niveau, land), "in force")
    rights = habilitations.rights.of_user(user, on=timezone.localdate())
    every = [droit for droit in PROFILS[code].at(niveau) if droit.droit not in FERMES]
    given = {(droit.domaine, droit.droit): droit.mode for droit in every}
    for domaine in ("", "sanitaire", "grand_age", "tnd", "handicap", "cpam"):
        for droit in Droit:
            mode = given.get((domaine, droit), given.get(("", droit), AUCUN))
            agree(rights, droit, domaine, mode, land, REACHED[niveau] if mode != AUCUN else set())


@pytest.mark.parametrize("state", [*ENDED, "locked"])
def test_no_profile_gives_anything_but_in_force(land, state):
    """HAB-7: ended yesterday, starting tomorrow: nothing. A lock closes the password door, not the rights."""
    on = timezone.localdate()
    users = {case: held(case[0], lieu_of(case[1], land), state) for case in CASES}
    giving = [case for case, user in users.items() if habilitations.rights.of_user(user, on=on).grants]
    # One profile’s board is not there yet.
    opening = [case for case in CASES if case[0] != "accompagnant_dua"]
    assert giving == (opening if state == "locked" else [])


def held(code, lieu, state):
    traits = {state: True} if state in ("over", "future", "revoked") else {}
    user = HabilitationFactory(lieu=lieu, profil=code, **traits).user
    if state in ("disabled", "locked"):
        setattr(user, f"{state}_at", timezone.now())
        user.save()
    return user


def agree(rights, droit, domaine, mode, land, reached):
    """`cover` on each place, `within` over all of them, `scopes` by level; one step more is refused."""
    if not domaine and any(grant.domaine for grant in rights.grants if grant.droit == droit):
        return  # an empty domaine asks nothing of it
    asked = droit.modes[0] if mode == AUCUN else mode
    places = {name: row.place for name, row in land.items()}
    seen = {name for name, place in places.items() if rights.cover(droit, place, domaine=domaine, mode=asked)}
    assert seen == reached, (droit, domaine)
    scopes = rights.scopes(droit, mode=asked, domaine=domaine)
    by_level = {
        name
        for name, place in places.items()
        if any(getattr(place, level, None) in ids or None in ids for level, ids in scopes.items())
    }
    assert by_level == reached, (droit, domaine)
    if not domaine:
        found = [
            *Unite.objects.filter(rights.within(droit, mode=asked, **Unite.objects.all().columns)),
            *Guichet.objects.filter(rights.within(droit, mode=asked, **Guichet.objects.all().columns)),
        ]
        assert {name for name, row in land.items() if row in found} == reached
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
    """HAB-7."""
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
    with django_assert_num_queries(1):
        habilitations.rights.of_user(user, on=timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    "code", [RESPONSABLE_ADMISSIONS.code, "referent_structure", "administrateur_national"]
)
def test_what_waits_at_a_guichet_is_a_row_like_another(land, code):
    """`cover` and `within` over rows that lie there: reached by the guichet, not by its units' people."""
    waiting = {name: HabilitationFactory(lieu=land[name]) for name in ("guichet", "other guichet", "right")}
    niveau = PROFILS[code].niveaux[-1]
    droit = Droit.REPONSE if niveau == Niveau.GUICHET else Droit.HABILITATION
    user = HabilitationFactory(profil=code, lieu=lieu_of(niveau, land)).user
    rights = habilitations.rights.of_user(user, on=timezone.localdate())
    rows = Habilitation.objects.filter(pk__in=[one.pk for one in waiting.values()])
    found = set(rows.filter(rights.within(droit, domaine="domaine", **rows.columns)))
    seen = {one for one in rows if rights.cover(droit, one.place, domaine=one.domaine)}
    assert found == seen == {waiting[name] for name in REACHED[niveau] & waiting.keys()}


def test_a_units_own_people_do_not_see_what_waits_at_its_guichet(land):
    user = HabilitationFactory(profil=RESPONSABLE_ADMISSIONS.code, lieu=land["right"]).user
    rights = habilitations.rights.of_user(user, on=timezone.localdate())
    assert rights.cover(Droit.REPONSE, land["right"].place, domaine="sanitaire")
    assert not rights.cover(Droit.REPONSE, land["guichet"].place, domaine="sanitaire")
