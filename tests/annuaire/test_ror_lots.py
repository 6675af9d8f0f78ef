"""Many établissements in one transaction of a run: rows of one at a time, by fewer statements (ANN-7)."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from annuaire import actions
from annuaire.actions import lots, releves
from annuaire.models import (
    Arrivage,
    AvisFermeture,
    Ecart,
    Element,
    Etablissement,
    Modification,
    Offre,
    SiteRor,
    Synchronisation,
    Unite,
)
from annuaire.origines import Origine
from journal.models import Entry
from tests.annuaire.ror_resources import Held, coded, contact, eg, ej, lieu, offre
from tests.annuaire.test_ror_sync import BY, CLOSED, NOW, enter, sync
from tests.factories import EtablissementFactory, UniteFactory, as_professionnel, referent_of

pytestmark = pytest.mark.django_db
FED, FINESS_SAID, APART, FREE, ASTRAY, CLOSING, LEAVING, ARRIVING, UNKNOWN = (
    f"99000{number}" for number in range(3000, 3009)
)
ALL = (FED, FINESS_SAID, APART, FREE, ASTRAY, CLOSING, LEAVING, ARRIVING, UNKNOWN)
SYNCHRONISED = (FED, FINESS_SAID, ASTRAY, CLOSING, LEAVING)
AGES = [{"url": "ageRange", "valueRange": {"low": {"value": 90}, "high": {"value": 60}}}]


def said(word, *, of=lambda finess, n: {}, at=lambda finess: finess):
    """Two offers an établissement; `of`: what one of them says besides, `at`: where the second one is."""
    found = [ej()]
    for finess in ALL:
        found.append(eg(finess, name=f"CH {finess}{word}"))
        for n in (1, 2):
            cle = f"{finess}/{n}"
            told = {"nom": f"Unité {cle}{word}", "lits": 20} | of(finess, n)
            found += [offre(cle, at(finess) if n == 2 else finess, **told), lieu(cle, lits=20 + len(word))]
    return found


def later(finess, n):
    if finess == CLOSING and n == 1:
        return {"notAvailable": CLOSED}
    if finess == FED:
        items = [coded("TRE_R211", "015", "Soins de suite"), coded("TRE_R211", "001")]
        return {"specialty": items, "extension": [contact()]}
    return {}


@pytest.fixture
def town():
    """Of each kind one; all but two of the units joined where they are to be."""
    for finess in ALL[:-1]:
        here = EtablissementFactory(finess=finess, nom=f"Ancien {finess}")
        for n in (1, 2):
            UniteFactory(etablissement=here, nom=f"Unité {finess}/{n}")
    sync(*said(""))
    for finess in SYNCHRONISED:
        enter(Etablissement.objects.get(finess=finess))
    apart = Etablissement.objects.get(finess=APART)
    enter(apart)
    actions.leave_ror(apart, now=NOW, by=as_professionnel(referent_of(apart)))
    Etablissement.objects.filter(finess=ASTRAY).update(synchronisation=Synchronisation.ERREUR)
    known = Etablissement.objects.get(finess=FINESS_SAID)
    known.origines["nom"] = [Origine.FINESS, "2026-01-01"]
    known.save()
    own = {"champ": "activites", "nomenclature": "TRE_R211", "origine": Origine.LOCAL}
    unite = Unite.objects.get(cle_offre=f"{FED}/1")
    Element.objects.create(unite=unite, code="999", depuis=date(2026, 1, 1), **own)


def rows():
    """All that a run writes, without keys and moments."""
    structures = "fiche origines version nom textes_source".split()
    place = ("etablissement__finess", "unite__cle_offre")
    tables = {
        Etablissement: ("finess", *structures, "synchronisation", "synchronise_le", "adresse", "commune"),
        Unite: ("nom", *structures[:3], "cle_offre", "nature", "type_offre", "closed_at", "complete"),
        SiteRor: ("finess", "nom", "valeurs", "libelles", "empreinte", "absences", "erreur"),
        Offre: ("cle", "site__finess", "nom", "valeurs", "libelles", "empreinte", "fermee_le", "absences"),
        Element: (*place, "champ", "nomenclature", "code", "libelle", "origine", "depuis"),
        Modification: (*place, "champ", "avant", "apres", "origine", "le", "par", "flux"),
        Ecart: ("etablissement__finess", "champ", "dit"),
        AvisFermeture: (*place, "suite", "flux"),
        Arrivage: ("finess", "etat", "bilan", "raisons"),
        Entry: ("event", "object_id", "label", "data__champs", "data__bilan", "data__etat", "concerns"),
    }
    found = {}
    for model, names in tables.items():
        about = model.objects
        if model is Entry:
            about = about.exclude(event__in=["ror.received", "ror.finished"])
        found[model.__name__] = sorted(map(repr, about.order_by("pk").values_list(*names)))
    return found


def outcome(resources, monkeypatch, *, alone):
    """What a run leaves; undone. `alone`: each établissement in a transaction of its own."""
    asked, before = [], transaction.savepoint()
    with monkeypatch.context() as patched:
        if alone:
            patched.setattr(releves, "write_many", lambda *args, **kwargs: 0)
        one = releves.write_next
        patched.setattr(releves, "write_next", lambda *args, **kw: asked.append(1) or one(*args, **kw))
        releve = sync(*resources, full=True, accept_loss=True)
    assert releve.etat == "fini"
    found = rows() | {"bilan": {word: releve.bilan.get(word) for word in ("champs", "natures")}}
    transaction.savepoint_rollback(before)
    return found, len(asked) - 1


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param(lambda: said(" neuf", of=later), id="renamed, closed, other items"),
        pytest.param(
            lambda: said("", at=lambda finess: ARRIVING if finess == LEAVING else finess), id="moved"
        ),
        pytest.param(lambda: [one for one in said(" neuf") if f"{FED}-1" not in one["id"]], id="absent"),
        pytest.param(lambda: [one for one in said(" neuf") if FREE not in one["id"]], id="site absent"),
    ],
)
def test_many_at_once_leave_the_rows_of_one_at_a_time(town, monkeypatch, resources):
    """ANN-7: sheets, items, histories, gaps with FINESS, journal, states."""
    together, left = outcome(resources(), monkeypatch, alone=False)
    apart, one_by_one = outcome(resources(), monkeypatch, alone=True)
    for table, told in apart.items():
        assert together[table] == told, table
    assert left == 1 <= one_by_one  # where something closes, moves, or is absent


def test_what_a_run_has_changed_is_in_the_history(town):
    releve = sync(*said(" neuf", of=later))
    assert releve.bilan["champs"] > 10
    unite = Unite.objects.get(cle_offre=f"{FED}/1")
    assert unite.nom == f"Unité {FED}/1 neuf"
    codes = {one.code: one.origine for one in unite.elements.filter(champ="activites")}
    assert codes == {"001": "ror", "015": "ror", "999": "local"}
    assert list(Ecart.objects.filter(etablissement__finess=FINESS_SAID).values_list("champ", "dit")) == [
        ("nom", f"CH {FINESS_SAID}")
    ]
    assert Etablissement.objects.get(finess=ASTRAY).synchronisation == Synchronisation.ACTIVE
    assert Etablissement.objects.get(finess=APART).nom == f"CH {APART}"


def test_statements_do_not_grow_with_how_many_are_fed(town):
    counts = []
    for word, finess in ((" un", (FED,)), (" deux", (FED, CLOSING, LEAVING))):
        names = [f"{kind}{one}" for kind in ("eg", "hs", "l") for one in finess]
        told = [one for one in said(word) if one["id"].startswith(("ej", *names))]
        releve = actions.receive(Held(told, at=NOW), depuis=NOW, now=NOW, by=BY)
        with CaptureQueriesContext(connection) as asked:
            assert actions.write_many(releve, now=NOW, by=BY)
        assert releve.arrivages.filter(etat="fait").count() == len(finess)
        assert Unite.objects.filter(nom__endswith=word).count() == 2 * len(finess)
        counts.append(len(asked))
        actions.proceed_ror(now=NOW, by=BY)
    assert counts[0] == counts[1]


def test_one_that_is_wrong_does_not_keep_the_others(town):
    """Refused by the database in the midst of a lot: each alone, and that one says why."""

    def wrong(finess, n):
        patient = {"url": "https://x/ror-healthcareservice-patient-type", "extension": AGES}
        return {"extension": [patient]} if (finess, n) == (FED, 1) else {}

    sync(*said(" neuf", of=wrong))
    assert list(Arrivage.objects.filter(etat="refuse").values_list("finess", flat=True)) == [FED]
    assert "âge maximum" in SiteRor.objects.get(finess=FED).erreur
    assert Etablissement.objects.get(finess=FED).synchronisation == Synchronisation.ERREUR
    assert Unite.objects.get(cle_offre=f"{FED}/2").nom == f"Unité {FED}/2"
    assert Unite.objects.get(cle_offre=f"{ASTRAY}/1").nom == f"Unité {ASTRAY}/1 neuf"


def test_a_lot_is_of_a_bounded_size(town, monkeypatch):
    monkeypatch.setattr(lots, "SLICE", 2)
    releve = actions.receive(Held(said(" neuf")), depuis=None, now=NOW, by=BY)
    assert actions.write_many(releve, now=NOW, by=BY)
    assert releve.arrivages.filter(etat="fait").count() == 2
