"""HAB-9: the revue of a perimeter, by every filter and sort; its near misses."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Guichet
from habilitations.models import Habilitation
from habilitations.reads import revue
from habilitations.reads.revue import ABOVE, Choix, NotVisible, Revue
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.expiry import URGENT_DAYS
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
URL = "/administration/habilitations/revue/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def land():
    """Two établissements of a coordination, and one of another; a unit and its neighbour in the first."""
    coordination = CoordinationFactory(nom="Haute-Lauze")
    here = EtablissementFactory(coordination=coordination, nom="CH de Saint-Aubin")
    there = EtablissementFactory(coordination=coordination, nom="Clinique des Tilleuls")
    unite, neighbour = (UniteFactory(etablissement=here, nom=nom) for nom in ("Chirurgie", "Médecine"))
    elsewhere = EtablissementFactory(nom="CH d’ailleurs")
    guichet = Guichet.objects.create(nom="Guichet", coordination=coordination, etablissement=here)
    return {
        "coordination": coordination,
        "here": here,
        "there": there,
        "unite": unite,
        "neighbour": neighbour,
        "elsewhere": elsewhere,
        "guichet": guichet,
    }


@pytest.fixture
def held(land):
    """One habilitation a place, each with a profile that may be held there."""
    profils = {"coordination": "accompagnant_medico_social", "guichet": "responsable_admissions"}
    return {
        name: HabilitationFactory(
            lieu=lieu, profil=profils.get(name, "equipe_soignante"), user__nom=name.capitalize()
        )
        for name, lieu in land.items()
    }


def found(actor, held, today, **choix):
    keys = set(Revue(actor, Choix(**choix), today=today).pks())
    return {name for name, row in held.items() if row.pk in keys}


OF_HERE = {"here", "unite", "neighbour", "guichet"}
OF_COORDINATION = {*OF_HERE, "there", "coordination"}


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("unite", {"unite"}),
        ("here", OF_HERE),
        ("there", {"there"}),
        ("coordination", OF_COORDINATION),
        ("elsewhere", {"elsewhere"}),
    ],
)
def test_the_perimeter(land, held, today, level, seen):
    actor = as_professionnel(referent_of(land[level]))
    assert found(actor, held, today) == seen


def test_a_region_and_the_country(land, held, today):
    region = land["coordination"].region
    actor = as_professionnel(referent_of(region))
    assert found(actor, held, today) == OF_COORDINATION
    national = HabilitationFactory(lieu=None, profil="administrateur_national").user
    actor = as_professionnel(national)
    ids = {"here": land["coordination"].pk, "elsewhere": land["elsewhere"].coordination_id}
    assert found(actor, held, today, coordination=str(ids["here"])) == OF_COORDINATION
    assert found(actor, held, today, coordination=str(ids["elsewhere"])) == {"elsewhere"}
    above = set(Revue(actor, Choix(coordination=ABOVE), today=today).pks())
    assert {row.niveau for row in Habilitation.objects.filter(pk__in=above)} == {"region", "national"}


def test_who_is_no_referent_of_regions_does_not_see_above(land, held, today):
    with pytest.raises(NotVisible):
        found(as_professionnel(referent_of(land["coordination"])), held, today, coordination=ABOVE)


@pytest.mark.parametrize(
    ("choix", "seen"),
    [
        ({"structure": "here"}, OF_HERE),
        ({"structure": "there"}, {"there"}),
        ({"structure": "here", "unite": "unite"}, {"unite"}),
        ({"structure": "there", "unite": "unite"}, {"there"}),  # a unit left over from another structure
        ({"unite": "unite"}, OF_COORDINATION),
        ({"profil": "responsable_admissions"}, {"guichet"}),
        ({"domaine": "sanitaire"}, OF_COORDINATION - {"coordination"}),
        # «Équipe soignante» gives something in Grand Âge too.
        ({"domaine": "grand_age"}, OF_COORDINATION - {"guichet"}),
        ({"domaine": "handicap"}, set()),
        ({"domaine": "handicap", "profil": "responsable_admissions"}, set()),
        ({"domaine": "sanitaire", "profil": "responsable_admissions"}, {"guichet"}),
    ],
)
def test_filters(land, held, today, choix, seen):
    ids = {name: str(land[value].pk) if value in land else value for name, value in choix.items()}
    actor = as_professionnel(referent_of(land["coordination"]))
    assert found(actor, held, today, **ids) == seen


@pytest.mark.parametrize(
    ("level", "choix"),
    [
        ("here", {"structure": "elsewhere"}),
        ("here", {"structure": "there"}),
        ("unite", {"structure": "here", "unite": "neighbour"}),
        ("coordination", {"structure": "elsewhere"}),
        ("here", {"coordination": "elsewhere"}),
    ],
)
def test_out_of_the_perimeter_by_a_filter(land, held, today, client, level, choix):
    """Not visible: 404, on the page and in the file."""
    ids = {name: str(land[value].pk) for name, value in choix.items()}
    if "coordination" in choix:
        ids["coordination"] = str(land[choix["coordination"]].coordination_id)
    referent = referent_of(land[level])
    with pytest.raises(NotVisible):
        found(as_professionnel(referent), held, today, **ids)
    sign_in(client, referent)
    assert client.get(URL, ids).status_code == 404
    assert client.get(f"{URL}export/", ids).status_code == 404


@pytest.mark.parametrize(
    "choix",
    [{"domaine": "chirurgie"}, {"profil": "roi"}, {"vue": "x"}, {"tri": "id"}, {"structure": "²"}],
    ids=str,
)
def test_what_does_not_exist_is_not_found(land, client, choix):
    sign_in(client, referent_of(land["here"]))
    assert client.get(URL, choix).status_code == 404


def test_a_structure_left_over_from_another_coordination_is_dropped(land, held, today):
    actor = as_professionnel(referent_of(land["here"]))
    HabilitationFactory(user=actor.user, lieu=land["elsewhere"], profil="referent_structure")
    actor = as_professionnel(actor.user)
    assert found(actor, held, today) == {*OF_HERE, "elsewhere"}
    ids = {"coordination": str(land["coordination"].pk), "structure": str(land["elsewhere"].pk)}
    assert found(actor, held, today, **ids) == OF_HERE


@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ({}, True),
        ({"future": True}, True),
        ({"over": True}, False),
        ({"revoked": True}, False),
        ({"fin": timezone.localdate()}, True),
    ],
    ids=["in force", "to come", "over", "deleted", "last day"],
)
def test_what_is_over_is_not_reviewed(land, today, known, seen):
    row = HabilitationFactory(lieu=land["here"], **known)
    actor = as_professionnel(referent_of(land["here"]))
    assert (row.pk in set(Revue(actor, Choix(), today=today).pks())) is seen


def test_views(land, today):
    """«Expirent sous un mois», «Jamais connectés», «Dormants», «Référents»: their near misses."""
    now, lieu = timezone.now(), land["here"]
    long_ago = now - timedelta(days=200)
    month = add_months(today, 1)
    rows = {
        "ends this month": HabilitationFactory(lieu=lieu, fin=month, user__last_sign_in_at=now),
        "a day later": HabilitationFactory(
            lieu=lieu, fin=month + timedelta(days=1), user__last_sign_in_at=now
        ),
        "never": HabilitationFactory(lieu=lieu, fin=month + timedelta(days=9)),
        "dormant": HabilitationFactory(
            lieu=lieu, fin=month + timedelta(days=9), user__last_sign_in_at=long_ago
        ),
    }
    referent = referent_of(lieu)
    referent.last_sign_in_at = now
    referent.save()
    referent.habilitations.update(fin=month + timedelta(days=9))
    actor = as_professionnel(referent)
    assert found(actor, rows, today, vue="mois") == {"ends this month"}
    assert found(actor, rows, today, vue="jamais") == {"never"}
    assert found(actor, rows, today, vue="dormants") == {"dormant"}
    (only,) = Revue(actor, Choix(vue="referents"), today=today).pks()
    assert Habilitation.objects.get(pk=only).user == referent


@pytest.mark.parametrize("tri", ["nom", "-nom", "profil", "-profil", "fin", "-fin"])
def test_sorts_are_total_and_pages_hold_each_row_once(land, client, tri, monkeypatch):
    monkeypatch.setattr("habilitations.views.revue.SIZE", 7)
    for number in range(23):
        HabilitationFactory(
            lieu=land["here"],
            profil=["prescripteur_medical", "equipe_soignante"][number % 2],
            user__nom="Martin" if number % 3 else "Éon",
            user__prenom="Claude",
        )
    sign_in(client, referent_of(land["here"]))
    shown = []
    for number in range(1, 5):
        page = client.get(URL, {"tri": tri, "page": number})
        shown += [row.pk for row, _ in page.context["rows"]]
    rows = {row.pk: row for row in Habilitation.objects.select_related("user")}
    assert sorted(shown) == sorted(rows)
    column = tri.removeprefix("-")
    keys = {"nom": "nom_tri", "profil": "profil", "fin": "fin"}
    values = [
        (rows[pk].domaine if column == "profil" else "", getattr(rows[pk], keys[column])) for pk in shown
    ]
    assert values == sorted(values, reverse=tri.startswith("-"))


def test_names_sort_without_accents(land, client):
    for nom in ("Éon", "Ferrand", "D’Almeida", "Dubois"):
        HabilitationFactory(lieu=land["here"], user__nom=nom)
    sign_in(client, referent_of(land["here"]))
    page = client.get(URL)
    names = [row.user.nom for row, _ in page.context["rows"] if not row.user.nom.startswith("Nom")]
    assert names == ["D’Almeida", "Dubois", "Éon", "Ferrand"]


def test_the_row_says_who_what_where_until_when(land, client, today):
    row = HabilitationFactory(
        lieu=land["unite"], fin=today + timedelta(days=URGENT_DAYS), user__nom="Arnaud", user__login="carnaud"
    )
    HabilitationFactory(lieu=land["unite"], fin=add_months(today, 1), user__nom="Zay")
    sign_in(client, referent_of(land["here"]))
    text = client.get(URL).text
    for said in ("Arnaud Camille", "carnaud", "Prescripteur médical", "Chirurgie", "CH de Saint-Aubin"):
        assert said in text
    assert f"Expire dans {URGENT_DAYS} jours" in text
    assert f"{row.fin:%d/%m/%Y}" in text
    assert "etat--erreur" in text  # red, in words too
    assert "etat--attention" in text  # orange


def test_who_may_not_manage_a_row_sees_it_without_its_verbs(land, client):
    """One's own rights are others' to prolong."""
    referent = referent_of(land["here"])
    sign_in(client, referent)
    rows = dict(client.get(URL).context["rows"])
    assert [row.user for row, may_manage in rows.items() if not may_manage] == [referent]


def test_the_page_is_for_referents_in_their_own_name(client, land):
    sign_in(client, HabilitationFactory(lieu=land["here"]).user)
    for path in (URL, f"{URL}export/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "réservée aux référents" in answer.text


@pytest.mark.parametrize("many", [2, 20])
@pytest.mark.parametrize("level", ["unite", "here", "coordination"])
def test_seven_statements_whatever_the_rows(client, land, level, many):
    """HAB-9: session, rights, the référent's own, structures, how many, the rows, the menu."""
    for number in range(many):
        lieu = [land["unite"], land["here"], land["there"]][number % 3]
        HabilitationFactory(lieu=land["unite"] if level == "unite" else lieu)
    sign_in(client, referent_of(land[level]))
    client.get(URL)
    with CaptureQueriesContext(connection) as seen:
        client.get(URL)
    assert len(seen) == 7


def test_many_structures_are_found_by_a_part_of_their_name(client, land, monkeypatch):
    monkeypatch.setattr(revue, "LISTED", 3)
    for nom in ("EHPAD Les Glycines", "Hôpital d’Autan", "Clinique du Parc"):
        EtablissementFactory(coordination=land["coordination"], nom=nom)
    sign_in(client, referent_of(land["coordination"]))
    page = client.get(URL)
    assert 'name="nom"' in page.text
    assert "EHPAD Les Glycines" not in page.text
    page = client.get(URL, {"nom": "dautan"})
    assert "Hôpital d’Autan" in page.text
    assert "EHPAD Les Glycines" not in page.text


def test_units_are_asked_for_once_the_structure_is(client, land):
    sign_in(client, referent_of(land["here"]))
    assert "Selon la structure" in client.get(URL).text
    page = client.get(URL, {"structure": land["here"].pk})
    assert [unite.nom for unite in page.context["revue"].unites] == ["Chirurgie", "Médecine"]


# --- What a row leads to, and back --------------------------------------------------------


def test_the_tick(client, land):
    row = HabilitationFactory(lieu=land["here"])
    sign_in(client, referent_of(land["here"]))
    back = urlencode({"retour": "vue=mois&tri=-fin"})
    path = f"/administration/habilitations/{row.pk}/e-mails/?{back}"
    answer = client.post(path, {"emails": "on"})
    assert answer.url == f"{URL}?vue=mois&tri=-fin"
    row.refresh_from_db()
    assert row.emails
    client.post(path, {"emails": "off"})
    row.refresh_from_db()
    assert not row.emails


@pytest.mark.parametrize("level", ["there", "elsewhere", "neighbour"])
def test_the_tick_of_a_neighbour_is_not_found(client, land, level):
    row = HabilitationFactory(lieu=land["unite"])
    sign_in(client, referent_of(land[level]))
    assert client.post(f"/administration/habilitations/{row.pk}/e-mails/").status_code == 404


@pytest.mark.parametrize("verb", ["fin", "supprimer"])
def test_one_comes_back_to_the_revue_as_it_was(client, land, today, verb):
    row = HabilitationFactory(lieu=land["here"])
    sign_in(client, referent_of(land["here"]))
    path = f"/administration/habilitations/{row.pk}/{verb}/?{urlencode({'retour': 'tri=fin&page=2'})}"
    assert f'href="{URL}?tri=fin&amp;page=2"' in client.get(path).text
    answer = client.post(path, {"duree": "12", "version": row.version})
    assert answer.url == f"{URL}?tri=fin&page=2"


@pytest.mark.parametrize("retour", ["//evil.example", "https://evil.example/?a=1", "\r\nX: 1", "a" * 500])
def test_the_way_back_never_leaves_the_site(client, land, retour):
    row = HabilitationFactory(lieu=land["here"])
    sign_in(client, referent_of(land["here"]))
    path = f"/administration/habilitations/{row.pk}/supprimer/?{urlencode({'retour': retour})}"
    assert client.post(path).url.startswith(f"{URL}?")


def test_a_stale_end_shows_both(client, land, today):
    """Two référents prolong the same row: the second sees what the first has written, and what he typed."""
    row = HabilitationFactory(lieu=land["here"])
    sign_in(client, referent_of(land["here"]))
    path = f"/administration/habilitations/{row.pk}/fin/?retour="
    first, second = today + timedelta(days=100), today + timedelta(days=200)
    client.post(path, {"fin": first, "version": row.version})
    answer = client.post(path, {"fin": second, "version": row.version})
    assert answer.status_code == 409
    assert "Ce qui est enregistré à présent" in answer.text
    assert second.isoformat() in answer.text
    row.refresh_from_db()
    assert row.fin == first
    answer = client.post(path, {"fin": second, "version": row.version})
    row.refresh_from_db()
    assert (answer.status_code, row.fin) == (302, second)


def test_the_address_of_a_revue_names_nobody():
    """Filters live in the address: places and codes only (no name is asked for)."""
    assert {"domaine", "coordination", "nom", "structure", "unite", "profil", "vue", "tri"} == {
        *Choix.__dataclass_fields__
    }
