"""Completeness: the published criteria, for one sheet and by SQL for lists, with one answer (ANN-3)."""

from itertools import combinations

import pytest
from django.db.models import Q

from annuaire import fiches
from annuaire.fiches import completude as pure
from annuaire.models import Concept, Element, Etablissement, Unite
from annuaire.reads import completude
from annuaire.reads.presentation import Sheet
from tests import factories
from tests.annuaire.fiches import nomenclatures
from tests.factories import day

WHERE = {"adresse": "1 place de l’Invention", "code_postal": "99001", "commune": "Arvigne"}
CONTACT = {"fonction": "Cadre", "telephone": "+33199001234", "confidentialite": "1"}
COMPLETE = {
    "domaine": "sanitaire",
    "mode": "28",
    "age_min": 0,
    "age_max": 110,
    "activites": ["TRE_R211:001"],
    "contacts": [CONTACT],
    **WHERE,
}
KNOWN = {"TRE_R211:001"}


def gauge(values, above=None, known=KNOWN):
    return pure.of_unite(values, etablissement=above or {}, connues=known)


def test_a_complete_unit_meets_seven_criteria_and_eight_at_home():
    assert (gauge(COMPLETE).remplis, gauge(COMPLETE).total) == (7, 7)
    for categorie in ("209", "354", "460"):
        at_home = gauge(COMPLETE, {"categorie": categorie})
        assert (at_home.remplis, at_home.total) == (7, 8)
        assert at_home.manquants[0].champs == ("type_offre",)
        assert not gauge(COMPLETE | {"type_offre": "28"}, {"categorie": categorie}).manquants
    assert gauge(COMPLETE, {"categorie": "355"}).total == 7


NEAR_MISSES = {
    "no domaine": {"domaine": None},
    "no mode": {"mode": None},
    "no lowest age": {"age_min": None},
    "no highest age": {"age_max": None},
    "no activité": {"activites": []},
    "an activité of which nothing is known": {"activites": ["TRE_R211:999"]},
    "no contact": {"contacts": None},
    "a contact without function": {"contacts": [CONTACT | {"fonction": ""}]},
    "a contact whom nothing reaches": {"contacts": [CONTACT | {"telephone": ""}]},
    "a contact shown to nobody knows whom": {"contacts": [{**CONTACT, "confidentialite": ""}]},
    "no street": {"adresse": None},
    "no postcode": {"code_postal": None},
    "no town": {"commune": None},
}
AS_GOOD = {
    "a place without a street": {"adresse": None, "lieu": "Pavillon Sud"},
    "reached by e-mail": {"contacts": [CONTACT | {"telephone": "", "email": "a@ch.example"}]},
    "one good contact among bad ones": {"contacts": [{"fonction": "Accueil"}, CONTACT]},
    "one known activité among others": {"activites": ["TRE_R211:999", "TRE_R211:001"]},
}


@pytest.mark.parametrize("change", [*NEAR_MISSES, *AS_GOOD])
def test_a_near_miss(change):
    lacking = gauge(COMPLETE | (NEAR_MISSES | AS_GOOD)[change]).manquants
    assert len(lacking) == (1 if change in NEAR_MISSES else 0)


def test_the_address_of_the_etablissement_is_that_of_its_units():
    bare = {code: value for code, value in COMPLETE.items() if code not in WHERE}
    assert gauge(bare).manquants[0].champs == pure.ADRESSE
    assert not gauge(bare, WHERE).manquants
    assert "adresse" not in gauge(bare, WHERE).champs


def put(unite, values):
    """Written as they are kept, whatever a form would say."""
    columns = {"domaine", "mode", "age_min", "age_max", "type_offre"}
    for code, value in values.items():
        if code in columns:
            setattr(unite, code, value if value is not None or code.startswith("age") else "")
        elif code != "activites" and value is not None:
            unite.fiche[code] = value
    unite.save()
    for valeur in values.get("activites") or ():
        nomenclature, _, code = valeur.partition(":")
        known = {"nomenclature": nomenclature, "code": code, "origine": "local", "depuis": day("2026-01-01")}
        Element.objects.create(unite=unite, champ="activites", **known)


@pytest.mark.django_db
def test_lists_ask_the_same_rule_in_sql():
    """Every near miss, alone and in pairs, under three établissements: with an address, without, at home."""
    nomenclatures()
    above = [
        factories.EtablissementFactory(),
        factories.EtablissementFactory(**WHERE),
        factories.EtablissementFactory(**WHERE, categorie="460"),
    ]
    changes = [{}, *NEAR_MISSES.values(), *AS_GOOD.values(), {"type_offre": "28"}]
    changes += [one | other for one, other in combinations(changes[1::3], 2)]
    for etablissement in above:
        for change in changes:
            put(factories.UniteFactory(etablissement=etablissement), COMPLETE | change)
    rows = Unite.objects.select_related("etablissement")
    by_python = {one.pk for one in rows if not Sheet(one, today=day("2026-11-29")).jauge.manquants}
    assert completude.complete_among([one.pk for one in rows]) == by_python
    assert 3 < len(by_python) < len(rows) - 3


@pytest.mark.django_db
def test_what_is_kept_follows_all_that_it_is_made_of():
    """ANN-3: an activité, its nomenclature, the address above, another établissement: none is forgotten."""
    nomenclatures()
    here = factories.EtablissementFactory(**WHERE)
    unite = factories.UniteFactory(etablissement=here)
    put(unite, {code: value for code, value in COMPLETE.items() if code not in WHERE})

    def is_complete() -> bool:
        return Unite.objects.get(pk=unite.pk).complete

    assert is_complete()
    activite = unite.elements.get()
    unite.elements.all().delete()
    assert not is_complete()
    activite.code = "777"
    Element.objects.bulk_create([activite])
    assert not is_complete()
    Concept.objects.create(nomenclature_id="TRE_R211", code="777", libelle="Nouvelle", depuis="20261129")
    assert is_complete()
    Etablissement.objects.filter(pk=here.pk).update(adresse="")
    assert not is_complete()
    Etablissement.objects.filter(pk=here.pk).update(adresse="1 place de l’Invention", categorie="460")
    assert not is_complete()
    Unite.objects.filter(pk=unite.pk).update(etablissement=factories.EtablissementFactory(**WHERE))
    assert is_complete()
    unite.refresh_from_db()
    unite.complete, unite.mode = True, ""
    unite.save()
    assert not is_complete()


@pytest.mark.django_db
def test_an_etablissement_is_complete_with_all_its_open_units():
    nomenclatures()
    full = WHERE | {"categorie": "355", "fiche": {"telephone": "+33199001234"}}
    alone = factories.EtablissementFactory(**full)
    for missing in ("categorie", "adresse", "code_postal", "commune"):
        factories.EtablissementFactory(**(full | {missing: ""}))
    factories.EtablissementFactory(**(full | {"fiche": {}}))
    well, badly, closed = factories.EtablissementFactory.create_batch(3, **full)
    for one in (well, badly, closed):
        put(factories.UniteFactory(etablissement=one), COMPLETE)
    factories.UniteFactory(etablissement=badly)
    gone = factories.UniteFactory(etablissement=closed)
    Unite.objects.filter(pk=gone.pk).update(closed_at="2026-01-01T00:00:00Z")
    found = set(Etablissement.objects.filter(completude.complets()))
    assert found == {alone, well, closed}
    own = {one for one in Etablissement.objects.all() if not completude.jauge(one).manquants}
    assert own == {alone, well, badly, closed}
    every = Etablissement.objects.values_list("pk", flat=True)
    assert completude.of_units(every, within=Q()) == {
        well.pk: (1, 1),
        badly.pk: (2, 1),
        closed.pk: (1, 1),
    }


def test_what_counts_is_a_field_of_the_sheet():
    for niveau, jauge in (("etablissement", pure.of_etablissement({})), ("unite", gauge({}))):
        assert jauge.champs <= {one.code for one in fiches.donnees(niveau)}
