"""The fields of sheets, whose they are, and how they are written (ANN-2, ANN-3)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire import actions, fiches
from annuaire.fiches import Regle
from annuaire.models import Concept, Etablissement, Modification, Nomenclature, Synchronisation
from annuaire.origines import OF_THE_ROR, Origine, greyed, overwrites
from annuaire.reads import exports, publiques
from annuaire.reads import fiches as reads
from journal.models import Entry
from tests import factories
from tests.annuaire.fiches import join
from tests.house.source import ROOT
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

LINES = [*range(1, 17), *range(20, 39)]
ROR = Actor.system("ror")
EVERY = [(niveau, donnee) for niveau in fiches.RUBRIQUES for donnee in fiches.donnees(niveau)]


def table() -> dict[int, str]:
    """Of docs/fiche.md: number of the row → what becomes of it when it is synchronised."""
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs/fiche.md").read_text(), re.MULTILINE)
    return {int(number): said.replace("*", "").strip() for number, said in rows}


class Sheet:
    def __init__(self, *, is_synchronised):
        self.is_synchronised = is_synchronised


SYNCHRONISED, ALONE = Sheet(is_synchronised=True), Sheet(is_synchronised=False)


def test_the_table_has_its_35_rows():
    assert sorted(table()) == LINES


def test_every_row_is_a_field_and_every_field_a_row():
    assert {donnee.ligne for _, donnee in EVERY} == set(LINES)
    of_units = {donnee.ligne for niveau, donnee in EVERY if niveau == Niveau.UNITE}
    assert of_units == set(range(20, 39))


def test_codes_are_unique_in_a_sheet():
    for niveau in fiches.RUBRIQUES:
        codes = [donnee.code for donnee in fiches.donnees(niveau)]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("niveau", "donnee"), EVERY, ids=lambda one: getattr(one, "code", one))
def test_a_field_is_greyed_as_its_row_says(niveau, donnee):
    said = table()[donnee.ligne]
    by_item = {origin: bool(greyed(SYNCHRONISED, donnee, origin)) for origin in ("", *Origine.values)}
    if "per item" in said or "as above" in said:
        assert by_item == {"": False, "ror": True, "finess": False, "local": False}
    else:
        always = said.startswith(("G", "read-only"))
        assert set(by_item.values()) == {always}


@pytest.mark.parametrize(("niveau", "donnee"), EVERY, ids=lambda one: getattr(one, "code", one))
def test_alone_everything_is_open_but_keys_and_verbs(niveau, donnee):
    closed = donnee.regle in (Regle.CLE, Regle.VERBE)
    assert {bool(greyed(ALONE, donnee, origin)) for origin in ("", *Origine.values)} == {closed}


def test_who_writes_over_what():
    """feeder × synchronised × origin of the value that stands."""
    nom = fiches.donnee(Niveau.ETABLISSEMENT, "nom")
    descriptif = fiches.donnee(Niveau.ETABLISSEMENT, "descriptif")
    written = {
        (new, sheet.is_synchronised, old): overwrites(new, old, sheet, nom)
        for new in ("ror", "finess")
        for sheet in (SYNCHRONISED, ALONE)
        for old in ("", "ror", "finess", "local")
    }
    assert {key for key, value in written.items() if value} == {
        *(("ror", True, old) for old in ("", "ror", "finess", "local")),
        ("finess", False, ""),
        ("finess", False, "finess"),
    }
    assert not any(overwrites("ror", old, SYNCHRONISED, descriptif) for old in ("", "ror", "local"))


@pytest.fixture
def etablissement(db):
    return factories.EtablissementFactory(finess="990000017")


@pytest.fixture
def unite(etablissement):
    return factories.UniteFactory(etablissement=etablissement)


@pytest.fixture
def referent(etablissement):
    return referent_at(etablissement)


def referent_at(lieu):
    return factories.as_professionnel(factories.referent_of(lieu))


def synchronise(etablissement, now):
    Etablissement.objects.filter(pk=etablissement.pk).update(
        synchronisation=Synchronisation.ACTIVE, synchronise_le=now
    )
    join(etablissement)
    etablissement.refresh_from_db()


def test_a_value_is_written_with_its_origin_and_its_history(etablissement, referent):
    now = timezone.now()
    row = actions.modify(
        etablissement,
        values={"descriptif": "Au calme.", "nom": "Hôpital d’Arvigne", "telephone": "+33199001234"},
        version=1,
        now=now,
        by=referent,
    )
    today = timezone.localdate(now).isoformat()
    assert (row.nom, row.version) == ("Hôpital d’Arvigne", 2)
    assert row.origines == {code: ["local", today] for code in ("descriptif", "nom", "telephone")}
    assert row.fiche == {"descriptif": "Au calme.", "telephone": "+33199001234"}
    told = Modification.objects.of(row).order_by("champ")
    assert [(one.champ, one.avant, one.apres, one.par) for one in told] == [
        ("descriptif", None, "Au calme.", referent.user),
        ("nom", etablissement.nom, "Hôpital d’Arvigne", referent.user),
        ("telephone", None, "+33199001234", referent.user),
    ]
    entry = Entry.objects.get(event="fiche.modified")
    assert (entry.data["champs"], entry.etablissement_id) == (["descriptif", "nom", "telephone"], row.pk)


def test_items_come_and_go_each_with_its_origin(unite, referent):
    now = timezone.now()
    row = actions.modify(
        unite, values={"ressources": ["TRE_R212:098", "TRE_R212:102"]}, version=1, now=now, by=referent
    )
    actions.modify(row, values={"ressources": ["TRE_R212:102"]}, version=2, now=now, by=referent)
    unite.refresh_from_db()
    assert reads.values(unite)["ressources"] == ["TRE_R212:102"]
    assert [one.origine for one in unite.elements.all()] == ["local"]


def test_a_forged_greyed_value_changes_nothing(etablissement, referent):
    now = timezone.now()
    synchronise(etablissement, now)
    with pytest.raises(Denied, match=OF_THE_ROR):
        actions.modify(
            etablissement, values={"descriptif": "Vu.", "nom": "Autre"}, version=1, now=now, by=referent
        )
    etablissement.refresh_from_db()
    assert (etablissement.version, etablissement.fiche) == (1, {})
    row = actions.modify(
        etablissement,
        values={"descriptif": "Vu.", "nom": etablissement.nom},
        version=1,
        now=now,
        by=referent,
    )
    assert row.fiche == {"descriptif": "Vu."}


def test_of_a_list_only_what_the_ror_said_is_greyed(etablissement, unite, referent):
    now = timezone.now()
    synchronise(etablissement, now)
    actions.feed(
        unite, values={"ressources": ["TRE_R212:098"]}, origine=Origine.ROR, flux="essai", now=now, by=ROR
    )
    unite.refresh_from_db()
    both = ["RESSOURCES:A1", "TRE_R212:098"]
    row = actions.modify(unite, values={"ressources": both}, version=2, now=now, by=referent)
    with pytest.raises(Denied):
        actions.modify(row, values={"ressources": ["RESSOURCES:A1"]}, version=3, now=now, by=referent)
    actions.feed(row, values={"ressources": None}, origine=Origine.ROR, flux="essai", now=now, by=ROR)
    unite.refresh_from_db()
    assert reads.values(unite)["ressources"] == ["RESSOURCES:A1"]


def test_finess_completes_and_never_writes_over_a_person(etablissement, referent):
    now, finess = timezone.now(), Actor.system("finess")
    actions.modify(etablissement, values={"telephone": "+33199001234"}, version=1, now=now, by=referent)
    etablissement.refresh_from_db()
    said = {"telephone": "+33199009999", "categorie": "355"}
    for expected in (["categorie"], []):
        assert (
            actions.feed(
                etablissement, values=said, origine=Origine.FINESS, flux="2026-05", now=now, by=finess
            )
            == expected
        )
        etablissement.refresh_from_db()
    assert (etablissement.categorie, etablissement.fiche["telephone"]) == ("355", "+33199001234")


def test_two_people_at_once(etablissement, referent):
    now = timezone.now()
    actions.modify(etablissement, values={"descriptif": "Un."}, version=1, now=now, by=referent)
    with pytest.raises(Stale) as refusal:
        actions.modify(etablissement, values={"descriptif": "Deux."}, version=1, now=now, by=referent)
    assert refusal.value.fresh.fiche == {"descriptif": "Un."}
    assert actions.modify(etablissement, values={"descriptif": "Un."}, version=1, now=now, by=referent)


def test_who_may(etablissement, unite, referent):
    """Right role at the right place, right role elsewhere, a level below, a process, somebody acting."""
    now, elsewhere = timezone.now(), factories.EtablissementFactory()
    of_unit = referent_at(unite)
    for actor, structure, may in [
        (referent, etablissement, True),
        (referent, unite, True),
        (of_unit, unite, True),
        (of_unit, etablissement, False),
        (of_unit, factories.UniteFactory(etablissement=etablissement), False),
        (referent_at(elsewhere), etablissement, False),
        (referent_at(etablissement.coordination), etablissement, True),
        (referent_at(elsewhere.coordination), etablissement, False),
        (ROR, etablissement, False),
    ]:
        if may:
            assert actions.verify(structure, now=now, by=actor).verifiee_par == actor.user
        else:
            with pytest.raises(Denied):
                actions.verify(structure, now=now, by=actor)


def test_a_closed_sheet_is_no_longer_written(etablissement, referent):
    now = timezone.now()
    Etablissement.objects.filter(pk=etablissement.pk).update(closed_at=now - timedelta(days=1))
    with pytest.raises(Denied, match="fermée"):
        actions.modify(etablissement, values={"descriptif": "Vu."}, version=1, now=now, by=referent)


def test_a_day_of_a_sheet_is_that_of_paris(etablissement, referent):
    """A closing begins at midnight there, which is the day before in Greenwich."""
    midnight = datetime(2026, 6, 30, 22, tzinfo=UTC)
    seen = {"verifiee_le": midnight, "verifiee_par": referent.user}
    Etablissement.objects.filter(pk=etablissement.pk).update(**seen, finess="990000999")
    assert [one["verifiee_le"] for one in exports.sheets()] == ["2026-07-01"]
    etablissement.closed_at = midnight
    assert reads.values(etablissement)["fermeture"] == "2026-07-01"


@pytest.mark.parametrize("code", ["thesaurus", "couverture"])
def test_what_has_rows_of_its_own_is_not_written_through_the_sheet(unite, referent, code):
    """ANN-2: it would stand in two places."""
    with pytest.raises(ValidationError, match="n’a pas ce champ"):
        actions.modify(unite, values={code: ["x"]}, version=1, now=timezone.now(), by=referent)


def test_an_unknown_field_is_refused(etablissement, referent):
    with pytest.raises(ValidationError, match="n’a pas ce champ"):
        actions.modify(etablissement, values={"solde": 3}, version=1, now=timezone.now(), by=referent)


def test_codes_are_said_in_words_and_an_unknown_one_is_shown_as_such(unite, referent):
    noms = Nomenclature.objects.create(
        code="TRE_R212", nom="Équipement", version="1", sha256="0" * 64, chargee_le=timezone.now()
    )
    Concept.objects.create(nomenclature=noms, code="098", libelle="Balnéothérapie", depuis="1")
    row = actions.modify(
        unite,
        values={"ressources": ["TRE_R212:098", "TRE_R212:999"], "mode": "28"},
        version=1,
        now=timezone.now(),
        by=referent,
    )
    (told,) = publiques.in_words([row])
    said = {donnee.code: lines for donnee, lines in told}
    assert said["ressources"][0] == "Balnéothérapie"
    assert "libellé inconnu" in said["ressources"][1]
    assert "libellé inconnu" in said["mode"][0]


def test_the_public_is_told_only_what_is_free(etablissement, unite, referent):
    contacts = [
        {"fonction": "Accueil", "telephone": "+33199001234", "confidentialite": "1"},
        {"fonction": "Cadre", "telephone": "+33199001235", "confidentialite": "2"},
        {"fonction": "Astreinte", "telephone": "+33199001236"},
    ]
    row = actions.modify(
        unite,
        values={"contacts": contacts, "code_interne": "U12", "descriptif": "Au calme."},
        version=1,
        now=timezone.now(),
        by=referent,
    )
    told = reads.public_values(row)
    assert told == {"nom": unite.nom, "contacts": contacts[:1], "descriptif": "Au calme."}
