"""What the store has counted of a month beforehand is what would be counted now (OBS-4, docs/adr/0077)."""

import random
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db.models import F

from annuaire.models import Lieu
from demandes.models import Demande
from dossiers.models import Dossier
from observatoire import actions
from observatoire.models import Cumul, FaitDemande
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, cumuls, ga_02
from tests.observatoire.mondes import NOW, PARIS, SYSTEM, Monde
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
YEAR = Cadre(Perimetre(national=True), date(2025, 11, 1), date(2026, 10, 31), NOW)


def rows(table) -> list:
    """Shares of a sum are the same to the last bit too."""
    return sorted(table.rangees, key=lambda one: repr(one.cles))


def refresh(**known):
    return actions.refresh_store(**{"full": False, "now": NOW, "by": SYSTEM} | known)


@pytest.mark.parametrize("code", cumuls.KEPT)
@pytest.mark.parametrize("seed", range(3))
def test_kept_months_are_what_would_be_counted(code, seed):
    """OBS-4: with the persons behind each figure, few as they are here."""
    Monde(seed, dossiers=25)
    refresh()
    assert Cumul.objects.filter(code=code).exists()
    kept = CATALOGUE[code].tableau(YEAR)
    Cumul.objects.all().delete()
    assert rows(CATALOGUE[code].tableau(YEAR)) == rows(kept)
    module = import_module(f"observatoire.rapports.{code.lower().replace('-', '_')}")
    assert rows(module._compute(YEAR)) == rows(kept)


def test_who_asks_at_the_instant_of_a_photograph_is_on_it():
    """OBS-4: GA-02, at the very moment of its sending."""
    Monde(1, dossiers=25)
    refresh()
    sought = FaitDemande.objects.filter(module="grand_age", recherchee__debut=F("premier_envoi_at"))
    fait = sought.order_by("pk")[0]
    at = fait.premier_envoi_at
    cadre = replace(YEAR, fin=at.astimezone(PARIS).date(), now=at)
    assert ga_02.rows(cadre).filter(pk=fait.pk).exists()


def test_what_moves_throws_its_months_away():
    """OBS-6: a late correction changes the month that it is of, and that from which it comes."""
    Monde(1, dossiers=25)
    refresh()
    refused = FaitDemande.objects.filter(etat="refusee", module="sanitaire").order_by("pk")
    fait = next(one for one in refused if _has_a_month_of_its_own(one))
    former = _month(fait.close_at.astimezone(PARIS).date())
    before = _refused(former)
    moved = fait.close_at.replace(year=2025, month=5, day=3)
    Demande.objects.filter(pk=fait.pk).update(depuis=moved)
    refresh()
    assert (_refused(former), _refused(_month(date(2025, 5, 3)))) == (before - 1, 1)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_night_leaves_is_what_would_be_counted(seed):
    """OBS-6: whatever moves, of any age, months and photographs that it touches are counted again."""
    monde = Monde(seed, dossiers=25)
    refresh()
    chance = random.Random(seed)
    for change in chance.sample(CHANGES, 5):
        change(monde, chance)
    before = _kept()
    refresh()
    night = _kept()
    refresh(full=True)
    whole = _kept()
    assert {key: night.get(key) for key in whole} == whole
    assert {*night} == {*whole}
    assert night != before


def _kept() -> dict:
    """A month of which nothing is left may be kept, or not."""
    rows = Cumul.objects.exclude(rangees=[]).values_list("code", "mois", "rangees")
    return {(code, mois): sorted(map(repr, rangees)) for code, mois, rangees in rows}


def _drawn(chance, rows):
    return chance.choice(list(rows.order_by("pk")))


def _refuse(monde, chance):
    """Long ago, or lately: steps and row."""
    demande = _drawn(chance, Demande.objects.filter(sent_at__isnull=False).exclude(etat="admis"))
    at = monde.instant(demande.sent_at)
    known = {"etat": "refusee", "motif": "place", "depuis": at, "repondue_at": at}
    Demande.objects.filter(pk=demande.pk).update(**known)
    last = demande.transitions.order_by("version").last()
    demande.transitions.create(
        version=last.version + 1,
        at=max(at, last.at),
        verbe="refuser",
        cote=last.cote,
        before=last.after,
        after="refusee",
        lieu_key=last.lieu_key,
    )


def _never_send(monde, chance):
    """Chosen alone, after all."""
    demande = _drawn(chance, Demande.objects.filter(sent_at__isnull=False).exclude(etat="admis"))
    nothing = dict.fromkeys(("sent_at", "opened_at", "opened_by", "repondue_at", "date_proposee"))
    known = {"etat": "selectionnee", "motif": "", "avant": "", "valable_jusqu": None}
    Demande.objects.filter(pk=demande.pk).update(**nothing, **known)


def _move(monde, chance):
    unite = Lieu.of(chance.choice([one for units in monde.receveuses.values() for one in units]))
    demande = _drawn(chance, Demande.objects.all())
    Demande.objects.filter(pk=demande.pk).update(**unite.columns)


def _decide(monde, chance):
    dossier = _drawn(chance, Dossier.objects.filter(decision=""))
    decided = {"decision": "annule", "motif": "deces", "decided_by": monde.user}
    Dossier.objects.filter(pk=dossier.pk).update(**decided, decided_at=monde.instant(dossier.created_at))


def _describe(monde, chance):
    dossier = _drawn(chance, Dossier.objects.all())
    known = {"departement": "31", "types": ["had"], "sexe": "I", "gir": 2}
    if dossier.orientation != "grand_age":
        known.pop("gir")
    Dossier.objects.filter(pk=dossier.pk).update(**known)


def _begin_earlier(monde, chance):
    dossier = _drawn(chance, Dossier.objects.all())
    Dossier.objects.filter(pk=dossier.pk).update(created_at=dossier.created_at - timedelta(days=70))


def _become_another(monde, chance):
    dossier = _drawn(chance, Dossier.objects.all())
    Dossier.objects.filter(pk=dossier.pk).update(**chance.choice(monde.personnes))


CHANGES = [_refuse, _refuse, _never_send, _move, _decide, _describe, _begin_earlier, _become_another]


def _has_a_month_of_its_own(fait) -> bool:
    """Nothing else of its dossier would throw the month of its refusal away."""
    others = [fait.cree_at]
    for one in FaitDemande.objects.filter(dossier=fait.dossier):
        others += [one.envoyee_at, one.close_at if one.pk != fait.pk else None]
        assert one.date_admission is None or one.pk != fait.pk
    return f"{fait.close_at:%Y-%m}" not in {f"{at:%Y-%m}" for at in others if at}


def _month(day):
    first = day.replace(day=1)
    return replace(YEAR, debut=first, fin=add_months(first, 1) - timedelta(days=1))


def _refused(cadre) -> int:
    return sum(one.valeurs[0] for one in CATALOGUE["SAN-04"].tableau(cadre).rangees)


def test_parts_of_months_and_criteria_are_counted_at_once():
    """OBS-3: only whole months of the country, as they are, are kept."""
    Monde(2, dossiers=25)
    refresh()
    Cumul.objects.update(rangees=[])
    whole = CATALOGUE["SAN-05"].tableau(YEAR)
    assert whole.rangees == ()
    for other in (
        replace(YEAR, debut=date(2025, 11, 2)),
        replace(YEAR, fin=date(2026, 10, 30)),
        replace(YEAR, criteres={"type": ("had", "smr_geriatrie", "smr_neurologie")}),
        replace(
            YEAR, perimetre=Perimetre(regions=tuple({one.region_id for one in FaitDemande.objects.all()}))
        ),
    ):
        assert CATALOGUE["SAN-05"].tableau(other).rangees


@pytest.mark.parametrize("code", cumuls.KEPT)
def test_what_is_kept_is_one_question(code, django_assert_num_queries):
    """OBS-4: a year of the country reads its twelve months, and counts nothing."""
    Cumul.objects.bulk_create(
        Cumul(code=code, mois=mois, rangees=[]) for mois in cumuls.months(YEAR.debut, YEAR.fin)
    )
    with django_assert_num_queries(1):
        assert CATALOGUE[code].tableau(YEAR).rangees == ()


@pytest.mark.parametrize("code", cumuls.KEPT)
def test_what_is_not_kept_is_one_question_too(code, django_assert_num_queries):
    """OBS-4: counts, persons, quantiles and characteristics are of one reading of the facts."""
    with django_assert_num_queries(1):
        cumuls.KEPT[code].compute(YEAR)
