"""Pages of the thésaurus, of the coverage of an HAD, of a coordination (ANN-2)."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from annuaire.models import Commune, Concept, Coordination, Departement, Nomenclature, Region, Unite
from annuaire.natures import Nature
from annuaire.reads import couvertures
from journal.models import Entry
from tests import factories
from tests.habilitations.imports import text, xlsx


@pytest.fixture
def unite(db):
    region = Region.objects.create(code="Z5", nom="Région")
    departement = Departement.objects.create(code="31", nom="Haute-Garonne", region=region)
    for code, nom in (("31555", "Toulouse"), ("31483", "Saint-Gaudens")):
        Commune.objects.create(code=code, nom=nom, departement=departement)
    one = Nomenclature.objects.create(
        code="PATHOLOGIES", nom="Pathologies", version="1", sha256="0" * 64, chargee_le=timezone.now()
    )
    for rang, (code, groupe) in enumerate((("AVC", "Système nerveux"), ("BPC", "Poumon"))):
        Concept.objects.create(
            nomenclature=one, code=code, libelle=f"Patho {code}", groupe=groupe, rang=rang, depuis="1"
        )
    coordination = factories.CoordinationFactory(departement=departement)
    etablissement = factories.EtablissementFactory(coordination=coordination)
    return factories.UniteFactory(etablissement=etablissement, nature=Nature.HAD)


@pytest.fixture
def referent(client, unite):
    return factories.sign_in(client, factories.referent_of(unite.etablissement))


def test_a_group_is_answered_and_the_next_one_follows(referent, unite):
    index = referent.get(reverse("annuaire:thesaurus", args=[unite.pk]))
    assert "Système nerveux" in index.text
    here = reverse("annuaire:thesaurus_groupe", args=[unite.pk, "systeme-nerveux"])
    sent = {
        "version": 1,
        "assuree-AVC": "oui",
        "age_min-AVC": "18",
        "niveau-AVC": "courant",
        "suivant": "oui",
    }
    answer = referent.post(here, sent)
    assert answer["Location"] == reverse("annuaire:thesaurus_groupe", args=[unite.pk, "poumon"])
    said = unite.prises_en_charge.get()
    assert (said.pathologie, said.assuree, said.age_min, said.niveau) == ("AVC", True, 18, "courant")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"age_min-AVC": "18"}, "Répondez d’abord"),
        ({"assuree-AVC": "non", "niveau-AVC": "courant"}, "prise en charge"),
        ({"assuree-AVC": "oui", "age_min-AVC": "80", "age_max-AVC": "20"}, "vient après"),
        ({"assuree-AVC": "peut-être"}, "réponse de la liste"),
        ({"assuree-AVC": "oui", "age_min-AVC": "beaucoup"}, "en chiffres"),
    ],
)
def test_what_does_not_hold_stays_at_its_field(referent, unite, sent, sentence):
    here = reverse("annuaire:thesaurus_groupe", args=[unite.pk, "systeme-nerveux"])
    answer = referent.post(here, {"version": 1, **sent})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert not unite.prises_en_charge.exists()


def test_two_people_at_once_on_the_thesaurus(referent, unite):
    here = reverse("annuaire:thesaurus_groupe", args=[unite.pk, "systeme-nerveux"])
    referent.post(here, {"version": 1, "assuree-AVC": "oui"})
    answer = referent.post(here, {"version": 1, "assuree-AVC": "non"})
    assert answer.status_code == 409
    assert "Enregistré&nbsp;: prise en charge<br>Votre saisie&nbsp;: non prise en charge" in answer.text
    assert unite.prises_en_charge.get().assuree
    fresh = answer.context["form"]["version"].value()
    assert referent.post(here, {"version": fresh, "assuree-AVC": "non"}).status_code == 302
    assert not unite.prises_en_charge.get().assuree


def test_a_copy_over_newer_answers_is_refused_in_one_sentence(referent, unite):
    source = factories.UniteFactory(etablissement=unite.etablissement)
    source.prises_en_charge.create(pathologie="BPC", assuree=True)
    referent.post(
        reverse("annuaire:thesaurus_groupe", args=[unite.pk, "poumon"]), {"version": 1, "assuree-BPC": "non"}
    )
    answer = referent.post(
        reverse("annuaire:thesaurus", args=[unite.pk]), {"version": 1, "source": source.pk}
    )
    assert (answer.status_code, "relisez-le" in answer.text) == (422, True)
    assert not unite.prises_en_charge.get().assuree


def test_two_people_at_once_on_the_zones(referent, unite):
    here = reverse("annuaire:couverture", args=[unite.pk])
    referent.post(here, {"version": 1, "ajout": "31"})
    answer = referent.post(here, {"version": 1, "ajout": "Toulouse"})
    assert answer.status_code == 409
    assert "Enregistré&nbsp;: Haute-Garonne (31)<br>Votre saisie&nbsp;: Toulouse (31)" in answer.text
    assert [str(one) for one in couvertures.zones(unite)] == ["departement:31"]


def test_the_history_of_both_is_told_in_words(referent, unite):
    referent.post(
        reverse("annuaire:couverture", args=[unite.pk]), {"version": 1, "ajout": "31\nsauf Toulouse"}
    )
    group = reverse("annuaire:thesaurus_groupe", args=[unite.pk, "systeme-nerveux"])
    referent.post(
        group, {"version": 2, "assuree-AVC": "oui", "age_min-AVC": "18", "conditions-AVC": "Sur avis."}
    )
    sheet = referent.get(reverse("annuaire:unite", args=[unite.pk])).text
    for champ, told in {
        "couverture": "Haute-Garonne (31)<br>Sauf Toulouse (31)",
        "thesaurus": "Patho AVC\u00a0: prise en charge, dès 18\u00a0ans, Sur avis.",
    }.items():
        here = reverse("annuaire:history_unite", args=[unite.pk, champ])
        assert here in sheet
        answer = referent.get(here)
        assert (answer.status_code, told in answer.text) == (200, True), answer.text
        assert referent.post(here, {"version": 3, "modification": 1}).status_code == 422


def test_zones_are_added_kept_and_taken_away(referent, unite):
    here = reverse("annuaire:couverture", args=[unite.pk])
    assert referent.post(here, {"version": 1, "ajout": "31\nsauf Toulouse"}).status_code == 302
    assert [str(one) for one in couvertures.zones(unite)] == ["departement:31", "sauf commune:31555"]
    assert referent.post(here, {"version": 2, "garder": ["departement:31"]}).status_code == 302
    assert [str(one) for one in couvertures.zones(unite)] == ["departement:31"]
    answer = referent.post(here, {"version": 3, "garder": ["departement:31"], "ajout": "Nulle-Part"})
    assert (answer.status_code, "Ligne 1" in answer.text, "Nulle-Part" in answer.text) == (422, True, True)


def test_zones_are_searched_ticked_and_kept_from_one_search_to_the_next(referent, unite):
    here = reverse("annuaire:couverture", args=[unite.pk])
    sent = {"version": 1, "ajout": "Nulle-Part", "chercher": "oui"}
    answer = referent.post(here, {**sent, "zone": "toul"})
    assert (answer.status_code, "1 zone trouvée" in answer.text) == (200, True)
    assert 'value="commune:31555"' in answer.text
    assert "Nulle-Part" in answer.text
    answer = referent.post(here, {**sent, "zone": "saint-gaudens", "trouvees": "commune:31555"})
    assert re.search(r'<input[^>]* value="commune:31555"[^>]* checked', answer.text)
    assert not unite.couvertures.exists(), "a search writes nothing"
    referent.post(here, {"version": 1, "trouvees": ["commune:31555", "commune:31483"]})
    assert [str(one) for one in couvertures.zones(unite)] == ["commune:31483", "commune:31555"]


def test_inside_a_zone_that_is_covered_a_search_proposes_to_leave_out(referent, unite):
    here = reverse("annuaire:couverture", args=[unite.pk])
    referent.post(here, {"version": 1, "ajout": "31"})
    answer = referent.post(here, {"version": 2, "zone": "toulouse", "chercher": "oui"})
    assert "Sauf Toulouse (31)" in answer.text
    referent.post(here, {"version": 2, "garder": "departement:31", "trouvees": "sauf commune:31555"})
    assert [str(one) for one in couvertures.zones(unite)] == ["departement:31", "sauf commune:31555"]


def test_a_file_is_imported_whole_or_its_lines_are_told(referent, unite):
    here = reverse("annuaire:couverture", args=[unite.pk])
    answer = referent.post(here, {"version": 1, "fichier": xlsx((31555,), ("Nulle-Part",), titles=["Code"])})
    assert (answer.status_code, "Ligne 3, «\u00a0Nulle-Part\u00a0»" in answer.text) == (422, True)
    assert 'href="#id_fichier"' in answer.text
    assert not unite.couvertures.exists()
    answer = referent.post(
        here, {"version": 1, "fichier": text(("31555",), ("31555",), titles=["Code"])}, follow=True
    )
    assert "1 ligne en double" in answer.text
    assert [str(one) for one in couvertures.zones(unite)] == ["commune:31555"]


@pytest.mark.parametrize("wrong", ["commune:99999", "rien:1", "commune:", "x" * 300])
def test_a_forged_zone_changes_nothing(referent, unite, wrong):
    here = reverse("annuaire:couverture", args=[unite.pk])
    assert referent.post(here, {"version": 1, "trouvees": wrong}).status_code == 422
    assert not unite.couvertures.exists()


def test_only_an_had_has_that_page(referent, unite):
    Unite.objects.filter(pk=unite.pk).update(nature=Nature.SMR)
    assert referent.get(reverse("annuaire:couverture", args=[unite.pk])).status_code == 404


def test_a_neighbour_reaches_none_of_them(client, unite):
    factories.sign_in(client, factories.referent_of(factories.EtablissementFactory()))
    pages = [("thesaurus", unite.pk), ("couverture", unite.pk)]
    pages += [(name, unite.etablissement.coordination_id) for name in ("coordination", "territoire")]
    for name, pk in pages:
        assert client.get(reverse(f"annuaire:{name}", args=[pk])).status_code == 404
        if name != "territoire":
            assert client.post(reverse(f"annuaire:{name}", args=[pk]), {"version": 1}).status_code == 404


SAID = {
    "telephone": "01 99 00 20 10",
    "email": "aide@coordination.example",
    "adresse": "1 rue X",
    "horaires": "le matin",
    "modules": ["sanitaire"],
}


def test_a_coordination_says_how_it_is_reached_and_what_it_has_deployed(client, unite):
    coordination = unite.etablissement.coordination
    factories.sign_in(client, factories.referent_of(coordination))
    here = reverse("annuaire:coordination", args=[coordination.pk])
    assert client.post(here, {"version": 1, **SAID}).status_code == 302
    coordination.refresh_from_db()
    assert (coordination.telephone, coordination.modules) == ("+33199002010", ["sanitaire", "administration"])
    assert Entry.objects.get(event="coordination.modified").data["champs"][0] == "telephone"
    answer = client.post(here, {"version": 1, **SAID, "adresse": "2 rue Y"})
    assert (answer.status_code, "1 rue X" in answer.text, "2 rue Y" in answer.text) == (409, True, True)
    assert client.post(here, {"version": 2, **SAID, "email": "nulle part"}).status_code == 422


def test_a_referent_of_a_structure_does_not_write_for_his_coordination(referent, unite):
    here = reverse("annuaire:coordination", args=[unite.etablissement.coordination_id])
    assert referent.get(here).status_code == 404
    assert referent.post(here, {"version": 1, **SAID}).status_code == 404
    assert Coordination.objects.get(pk=unite.etablissement.coordination_id).version == 1


def test_a_coordination_finds_its_page_and_a_structure_does_not(client, referent, unite):
    coordination = unite.etablissement.coordination
    here = reverse("annuaire:coordination", args=[coordination.pk])
    index = reverse("annuaire:etablissements")
    assert here not in referent.get(index).text
    assert here in factories.sign_in(client, factories.referent_of(coordination)).get(index).text


def test_a_coordination_sees_what_no_had_reaches(client, unite):
    coordination = unite.etablissement.coordination
    factories.sign_in(client, factories.referent_of(coordination))
    unite.couvertures.create(commune_id="31555")
    text = client.get(reverse("annuaire:territoire", args=[coordination.pk])).text
    assert "dont 1 sans" in text
    assert "Saint-Gaudens" in text
