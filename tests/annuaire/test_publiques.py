"""The directory for everybody, without an account."""

import csv
import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from limits import parse

from accounts import limits
from annuaire import actions
from annuaire.models import Commune, Departement, Element, Etablissement, PriseEnCharge, Region
from annuaire.natures import Nature
from annuaire.reads import publiques
from annuaire.reads.publiques import Demande
from tests import factories, plans


@pytest.fixture
def ville(db):
    """A town of which the position is known, and a hamlet of which it is not."""
    region = Region.objects.create(code="Z3", nom="Région")
    departement = Departement.objects.create(code="35", nom="Ille-et-Vilaine", region=region)
    known = {"departement": departement, "population": 1_000}
    Commune.objects.create(
        code="35238",
        nom="Rennes",
        codes_postaux=["35000"],
        latitude=48.11,
        longitude=-1.68,
        position_origine="finess",
        **known,
    )
    Commune.objects.create(code="35001", nom="Acigné", codes_postaux=["35690"], **known)
    return departement


def place(nom, finess, *, nature="", at=(None, None), **known) -> Etablissement:
    etablissement = factories.EtablissementFactory(
        nom=nom, finess=finess, latitude=at[0], longitude=at[1], **known
    )
    factories.UniteFactory(etablissement=etablissement, nature=nature, nom=f"Unité {nom}")
    return etablissement


@pytest.fixture
def offre(ville):
    near = place("Clinique proche", "350000011", nature=Nature.SMR, at=(48.12, -1.68))
    far = place("Hôpital lointain", "350000029", nature=Nature.SMR, at=(48.4, -1.68))
    place("EHPAD d’Acigné", "350000037", nature=Nature.EHPAD, code_postal="35690", commune="Acigné")
    place("Fermé", "350000045", nature=Nature.SMR, at=(48.11, -1.68), closed_at=timezone.now())
    place("Sans numéro", None, nature=Nature.SMR, at=(48.11, -1.68))
    return near, far


def names(**asked) -> list[str]:
    return [one.nom for one in publiques.find(Demande(**asked)).etablissements]


def test_the_nearest_come_first_and_only_open_ones_with_a_number(offre):
    assert names(lieu="Rennes") == ["Clinique proche", "Hôpital lointain"]
    assert names(lieu="Rennes", km=20) == ["Clinique proche"]


def test_of_a_place_without_a_position_its_own_are_shown(offre):
    assert names(lieu="Acigne") == ["EHPAD d’Acigné"]
    assert names(lieu="Nulle-Part-les-Bains") == []


def test_by_name_and_by_kind(offre):
    assert names(nom="hopital") == ["Hôpital lointain"]
    assert names(nature=Nature.EHPAD) == ["EHPAD d’Acigné"]
    assert names(lieu="35000", nature=Nature.EHPAD) == []


def test_all_that_is_needed_is_asked_of_the_same_unit(offre):
    near, far = offre
    for one in offre:
        PriseEnCharge.objects.create(unite=one.unites.get(), pathologie="AVC", assuree=True)
    other = factories.UniteFactory(etablissement=near, nature=Nature.MCO)
    for unite in (other, far.unites.get()):
        Element.objects.create(
            unite=unite,
            champ="prestations",
            nomenclature="PRESTATIONS",
            code="CHAMBRE",
            origine="local",
            depuis=timezone.localdate(),
        )
    assert names(pathologie="AVC") == ["Clinique proche", "Hôpital lointain"]
    assert names(pathologie="AVC", prestation="CHAMBRE") == ["Hôpital lointain"]
    PriseEnCharge.objects.filter(unite=far.unites.get()).update(assuree=False)
    assert names(pathologie="AVC") == ["Clinique proche"]


def test_the_search_is_for_everybody_and_may_be_cached(client, offre):
    answer = client.get(reverse("annuaire:publique"), {"lieu": "rennes", "nature": "smr"})
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert "Clinique proche" in answer.text
    assert '<option value="50" selected>' in answer.text
    assert "Set-Cookie" not in answer.headers
    factories.sign_in(client, factories.UserFactory())
    assert client.get(reverse("annuaire:publique")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"nature": "clinique"}, "Choisissez une réponse de la liste"),
        ({"km": "7"}, "Choisissez une réponse de la liste"),
        ({"nom": "x" * 101}, "Au plus 100 caractères"),
        ({"pathologie": "ZZZ"}, "Choisissez une réponse de la liste"),
    ],
)
def test_what_was_forged_is_refused_at_its_field(client, offre, sent, sentence):
    answer = client.get(reverse("annuaire:publique"), sent)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_a_page_tells_what_is_public_and_nothing_of_people(client, offre):
    near, _ = offre
    unite, by = near.unites.get(), factories.as_professionnel(factories.referent_of(near))
    actions.modify(
        unite,
        values={
            "code_interne": "SECRET-12",
            "descriptif": "<b>Calme</b>",
            "contacts": [
                {"fonction": "Accueil", "telephone": "+33199001234", "confidentialite": "1"},
                {"fonction": "Cadre", "telephone": "+33199001235", "confidentialite": "2"},
            ],
        },
        version=1,
        now=timezone.now(),
        by=by,
    )
    text = client.get(reverse("annuaire:public", args=[near.finess])).text
    assert "01 99 00 12 34" in text.replace("\u202f", " ").replace("\xa0", " ")
    assert "&lt;b&gt;Calme&lt;/b&gt;" in text
    for secret in ("SECRET-12", "Cadre", "1235", by.user.nom, by.user.login):
        assert secret not in text


def test_a_closed_one_keeps_its_address_and_names_its_successor(client, offre):
    near, far = offre
    Etablissement.objects.filter(pk=near.pk).update(closed_at=timezone.now(), replaced_by=far)
    answer = client.get(reverse("annuaire:public", args=[near.finess]))
    assert "remplacé par" in answer.text
    assert reverse("annuaire:public", args=[far.finess]) in answer.text
    assert client.get(reverse("annuaire:public", args=["999999999"])).status_code == 404


def test_addresses_of_the_former_service_still_lead_here(client, offre):
    former = reverse("annuaire:former")
    answer = client.get(former, {"FINESS": "350000011"})
    assert (answer.status_code, answer["Location"]) == (301, reverse("annuaire:public", args=["350000011"]))
    assert client.get(former).status_code == 301
    assert client.get(former, {"FINESS": "<script>"}).status_code == 404


def test_open_data_in_both_forms(client, offre):
    near, _ = offre
    Etablissement.objects.filter(pk=near.pk).update(nom="=cmd()", fiche={"telephone": "+33199001234"})
    told = b"".join(client.get(reverse("annuaire:export_csv"))).decode("utf-8-sig")
    rows = {row["FINESS"]: row for row in csv.DictReader(io.StringIO(told), delimiter=";")}
    assert sorted(rows) == ["350000011", "350000029", "350000037"]
    assert rows["350000011"]["Nom"] == "'=cmd()"
    assert rows["350000011"]["Téléphone"] == "+33199001234"
    sheets = json.loads(b"".join(client.get(reverse("annuaire:export_json"))))
    assert [one["finess"] for one in sheets] == ["350000011", "350000029", "350000037"]
    assert sheets[0]["unites"][0]["nature"] == "smr"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "limit", "said"),
    [
        ("export_csv", "TAKEN_WHOLE", "limite les téléchargements"),
        ("export_json", "TAKEN_WHOLE_IN_ALL", "limite les téléchargements"),
        ("publique", "ASKED_OF_THE_DIRECTORY", "limite les recherches"),
    ],
)
def test_what_is_open_to_all_is_slowed_for_each(client, monkeypatch, name, limit, said):
    """ANN-1: nobody takes the directory away from the others by asking for it again and again."""
    monkeypatch.setattr(limits, limit, parse("1 per hour"))
    address = reverse(f"annuaire:{name}")
    first, second = (client.get(address, {"nom": "tilleuls"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 429)
    assert said in second.text
    assert "compte" not in second.text.split("<h1>")[1].split("</main>")[0]
    assert int(second["Retry-After"]) > 0
    assert "public" not in second["Cache-Control"]
    assert client.get(reverse("annuaire:publique")).status_code == 200  # the page itself is never refused


@pytest.mark.django_db
def test_names_are_looked_for_along_their_index():
    """At 35,000 établissements, a walk through all of them would take a tenth of a second."""
    rows = Etablissement.objects.named("tilleuls").order_by()
    plans.as_if_rows_were_many("seqscan")
    assert "annuaire_etab_nom" in rows.explain()
