"""Pages of sheets: who sees which, what is greyed, two people at once, history (ANN-1, ANN-2, ANN-3)."""

import gzip
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire import actions
from annuaire.models import (
    Concept,
    Etablissement,
    Modification,
    Nomenclature,
    PriseEnCharge,
    Synchronisation,
    Unite,
)
from annuaire.natures import Nature
from annuaire.origines import OF_THE_ROR, Origine
from annuaire.reads import fiches as reads
from journal.models import Entry
from tests import factories
from tests.annuaire.fiches import OF_UNITE, fill, nomenclatures, synchronise
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db
ROR = Actor.system("ror")
LIST = "/administration/etablissements/"
OTHER = "Autre texte"


@pytest.fixture
def etablissement():
    coordination = factories.CoordinationFactory(
        region=factories.RegionFactory(operateur="Normand’e-Santé", operateur_contact="ror@ns.example")
    )
    return factories.EtablissementFactory(coordination=coordination, finess="990000017", nom="CH d’Arvigne")


@pytest.fixture
def unite(etablissement):
    return factories.UniteFactory(etablissement=etablissement, nom="SMR gériatrique", nature=Nature.SMR)


@pytest.fixture
def referent(etablissement):
    return factories.referent_of(etablissement)


@pytest.fixture
def client(referent):
    return factories.sign_in(Client(), referent)


def of(structure) -> str:
    return f"/administration/{structure.niveau}s/{structure.pk}/"


def edit(structure, rubrique) -> str:
    return f"{of(structure)}modifier/{rubrique}/"


def sent(answer) -> dict:
    """What the form of a page sends when nothing is touched, as a browser would."""
    found = {"version": answer.context["form"].shown_version}
    html = answer.text[answer.text.index("<main") :]
    for kind, said, text in re.findall(r"<(input|textarea|select)\b([^>]*)>(.*?)(?=<)", html, re.DOTALL):
        name = re.search(r'name="([^"]*)"', said)[1]
        value = re.search(r'value="([^"]*)"', said)
        value = unescape(value[1] if value else "")
        if re.search(r'type="(checkbox|radio)"', said):
            if " checked" in said:
                found[name] = [*found.get(name, []), value]
        elif kind == "textarea":
            found[name] = unescape(text).removeprefix("\n").replace("\n", "\r\n")
        else:
            found[name] = value
    for name, options in re.findall(r'<select[^>]*name="([\w-]+)".*?>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name not in ("csrfmiddlewaretoken", "au_nom_de")}


def post(client, url, data, **more):
    drawn_for = {"au_nom_de": client.session["_auth_user_id"]}
    return client.post(url, drawn_for | data | more)


# --- Who sees which sheet ------------------------------------------------------------------


def people(etablissement, unite) -> dict:
    beside = factories.UniteFactory(etablissement=etablissement)
    neighbour = factories.EtablissementFactory(coordination=etablissement.coordination)
    return {
        "structure": factories.referent_of(etablissement),
        "unit": factories.referent_of(unite),
        "unit beside": factories.referent_of(beside),
        "coordination": factories.referent_of(etablissement.coordination),
        "region": factories.referent_of(etablissement.coordination.region),
        "neighbour": factories.referent_of(neighbour),
        "unit next door": factories.referent_of(factories.UniteFactory(etablissement=neighbour)),
        "coordination elsewhere": factories.referent_of(factories.CoordinationFactory()),
        "prescripteur": factories.HabilitationFactory(lieu=unite).user,
        "médecin": factories.MedecinFactory(),
        "support": factories.UserFactory(is_staff=True),
        "ended": factories.HabilitationFactory(
            lieu=etablissement, profil="referent_structure", over=True
        ).user,
    }


# list, sheet, its edition, units, synchronisation, habilitations | unit’s sheet, its edition
SEEN = """
structure               200 200 200 200 200 200 | 200 200
unit                    200 200 403 200 200 200 | 200 200
unit beside             200 200 403 200 200 200 | 404 404
coordination            200 200 200 200 200 200 | 200 200
region                  200 200 200 200 200 200 | 200 200
neighbour               200 404 404 404 404 404 | 404 404
unit next door          200 404 404 404 404 404 | 404 404
coordination elsewhere  200 404 404 404 404 404 | 404 404
prescripteur            403 403 403 403 403 403 | 403 403
médecin                 403 403 403 403 403 403 | 403 403
support                 403 403 403 403 403 403 | 403 403
ended                   403 403 403 403 403 403 | 403 403
"""


def test_who_sees_which_sheet(etablissement, unite):
    """ANN-3: the structures one is référent of, and no other; by GET, and by a POST that is forged."""
    addresses = [LIST, of(etablissement), edit(etablissement, "accueil"), f"{of(etablissement)}unites/"]
    addresses += [f"{of(etablissement)}synchronisation/", f"{of(etablissement)}habilitations/"]
    addresses += [of(unite), edit(unite, "accueil")]
    rows = [re.split(r"  +| (?=\d)", line.strip(), maxsplit=1) for line in SEEN.strip().splitlines()]
    expected = {who: re.findall(r"\d{3}", statuses) for who, statuses in rows}
    found = {}
    for who, user in people(etablissement, unite).items():
        client = factories.sign_in(Client(), user)
        found[who] = [str(client.get(address).status_code) for address in addresses]
        for place, address in ((2, addresses[2]), (7, addresses[7])):
            if found[who][place] != "200":
                assert post(client, address, {"version": 1, "descriptif": "X"}).status_code in (403, 404)
                assert post(
                    client, f"{of(unite if place == 7 else etablissement)}verifier/", {}
                ).status_code in (
                    403,
                    404,
                )
    assert found == expected
    assert not Modification.objects.exists()


def test_a_referent_of_a_unit_finds_its_etablissement_and_his_unit_alone(etablissement, unite):
    """ANN-3."""
    beside = factories.UniteFactory(etablissement=etablissement, nom="Unité d’à côté")
    client = factories.sign_in(Client(), factories.referent_of(unite))
    assert etablissement.nom in client.get(LIST).text
    units = client.get(f"{of(etablissement)}unites/").text
    assert unite.nom in unescape(units)
    assert beside.nom not in unescape(units)
    assert "Modifier<span" not in client.get(of(etablissement)).text


# --- What is greyed ------------------------------------------------------------------------


def test_what_the_ror_says_is_shown_greyed_and_sent_back_untouched(client, etablissement):
    """ANN-2: readonly, never disabled; a list as text; its reason, and how to reach the operator."""
    fill(etablissement)
    synchronise(etablissement)
    page = client.get(edit(etablissement, "coordonnees"))
    text = unescape(page.text)
    assert "disabled" not in page.text
    assert OF_THE_ROR in text
    assert "Normand’e-Santé, ror@ns.example" in text
    assert re.search(r'<textarea name="adresse"[^>]* readonly', page.text)
    assert re.search(r'<input type="text" name="telephone"[^>]* readonly', page.text)
    assert 'aria-describedby="id_telephone_helptext"' in page.text
    assert not re.search(r'<textarea name="itineraire"[^>]* readonly', page.text)
    assert 'name="contacts-0-fonction"' not in page.text  # a list has no `readonly`
    assert "Accueil, 01 99 00 12 34" in text
    before = reads.values(Etablissement.objects.get(pk=etablissement.pk))
    answer = post(client, edit(etablissement, "coordonnees"), sent(page) | {"itineraire": "Ligne 4."})
    assert answer.status_code == 302
    row = Etablissement.objects.get(pk=etablissement.pk)
    assert reads.values(row) == before | {"itineraire": "Ligne 4."}


FORGED = {
    "coordonnees": [
        {"telephone": "01 99 00 99 99"},
        {"adresse": ""},
        {"contacts-0-fonction": "Autre"},
        {"code_postal": "pas un code"},
    ],
    "identite": [{"finess": "990000025"}, {"categorie": "500"}, {"fermeture": "2026-01-01"}, {"nom": OTHER}],
    "accueil": [{"accessibilite": "aucune"}, {"hebergement_famille": "non"}],
    "service": [{"synchronisation": "non_synchronise"}],
}


@pytest.mark.parametrize(("rubrique", "forged"), [(r, one) for r, all_ in FORGED.items() for one in all_])
def test_a_forged_greyed_value_is_refused_and_told(client, etablissement, rubrique, forged):
    """ANN-2: 403, nothing changes, a line in the journal."""
    fill(etablissement)
    synchronise(etablissement)
    before = reads.values(Etablissement.objects.get(pk=etablissement.pk))
    lines = Modification.objects.count()
    page = client.get(edit(etablissement, rubrique))
    also = {"descriptif": OTHER} if rubrique == "accueil" else {}
    answer = post(client, edit(etablissement, rubrique), sent(page) | also | forged)
    assert answer.status_code == 403
    row = Etablissement.objects.get(pk=etablissement.pk)
    assert reads.values(row) == before
    assert Modification.objects.count() == lines
    entry = Entry.objects.get(event="acces.refused")
    assert entry.data["ids"] == {"pk": str(etablissement.pk)}


def test_of_a_list_the_items_of_the_ror_stay_whatever_is_sent(client, etablissement, unite):
    """ANN-2: per item."""
    nomenclatures()
    synchronise(etablissement)
    actions.feed(
        unite,
        values={"ressources": ["TRE_R212:098", "TRE_R212:999"]},
        origine=Origine.ROR,
        flux="essai",
        now=timezone.now(),
        by=ROR,
    )
    page = client.get(edit(unite, "offre"))
    text = unescape(page.text)
    assert "Balnéothérapie" in text
    assert "999 (libellé inconnu)" in text
    assert 'value="TRE_R212:098"' not in page.text
    assert 'value="TRE_R212:102"' in page.text
    for wanted in (["TRE_R212:102"], []):
        page = client.get(edit(unite, "offre"))
        assert post(client, edit(unite, "offre"), sent(page) | {"ressources": wanted}).status_code == 302
        row = Unite.objects.get(pk=unite.pk)
        assert reads.values(row)["ressources"] == sorted(["TRE_R212:098", "TRE_R212:999", *wanted])
    shown = unescape(client.get(of(unite)).text)
    assert "Balnéothérapie (ROR)" in shown
    assert "999 (libellé inconnu) (ROR)" in shown


def test_alone_all_but_the_keys_is_open(client, etablissement):
    """ANN-2: not synchronised, all are."""
    fill(etablissement)
    page = client.get(edit(etablissement, "identite"))
    readonly = re.findall(r'<input[^>]*name="(\w+)"[^>]* readonly', page.text)
    assert readonly == ["finess", "idnat_struct"]
    typed = sent(page) | {"nom": "Hôpital d’Arvigne", "categorie": "355"}
    assert post(client, edit(etablissement, "identite"), typed).status_code == 302
    row = Etablissement.objects.get(pk=etablissement.pk)
    assert (row.nom, row.categorie, row.finess) == ("Hôpital d’Arvigne", "355", "990000017")


def test_every_form_sent_back_untouched_changes_nothing(client, etablissement, unite):
    """Whatever the kind of its fields, synchronised or not: no version, no line of history."""
    fill(etablissement)
    fill(unite, OF_UNITE)
    for synchronised in (False, True):
        if synchronised:
            synchronise(etablissement)
        for structure in (etablissement, unite):
            row = type(structure).objects.get(pk=structure.pk)
            before, lines = (reads.values(row), row.version), Modification.objects.count()
            for rubrique in client.get(of(structure)).context["sheet"].rubriques:
                page = client.get(edit(structure, rubrique.code))
                if page.status_code == 404:  # on pages of their own
                    continue
                answer = post(client, edit(structure, rubrique.code), sent(page))
                assert answer.status_code == 302, (rubrique.code, answer.context["form"].errors)
            row = type(structure).objects.get(pk=structure.pk)
            assert (reads.values(row), row.version) == before
            assert Modification.objects.count() == lines


# --- Bad values, two people ----------------------------------------------------------------


def test_a_bad_value_is_told_at_its_field_and_kept(client, etablissement, unite):
    url = edit(etablissement, "coordonnees")
    typed = sent(client.get(url)) | {"telephone": "https://ch.example/", "email": "accueil@ch.example"}
    answer = post(client, url, typed)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"telephone"}
    assert 'value="https://ch.example/"' in answer.text
    assert 'value="accueil@ch.example"' in answer.text
    url = edit(unite, "accueil")
    answer = post(client, url, sent(client.get(url)) | {"age_min": "60", "age_max": "18"})
    assert answer.status_code == 422
    assert "L’âge maximum vient après l’âge minimum." in answer.context["form"].errors["age_max"]
    url = edit(etablissement, "coordonnees")
    answer = post(client, url, sent(client.get(url)) | {"cog": "01999"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"cog"})
    assert not Modification.objects.exists()


def test_a_code_that_is_not_offered_is_refused_and_one_that_is_held_stays(client, unite):
    nomenclatures()
    Concept.objects.filter(code="102").update(fin=timezone.localdate() - timedelta(days=1))
    fill(unite, {"ressources": ["TRE_R212:102"], "mode": "77"})
    url = edit(unite, "offre")
    page = client.get(url)
    assert "Hors de la nomenclature en vigueur" in page.text
    assert post(client, url, sent(page)).status_code == 302
    answer = post(client, url, sent(page) | {"ressources": ["TRE_R212:102", "TRE_R212:777"]})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"ressources"})
    page = client.get(edit(unite, "identite"))
    assert "77 (libellé inconnu)" in page.text
    assert post(client, edit(unite, "identite"), sent(page) | {"mode": "30"}).status_code == 422
    assert post(client, edit(unite, "identite"), sent(page) | {"mode": "28"}).status_code == 302
    assert Unite.objects.get(pk=unite.pk).mode == "28"


def test_two_referents_at_once_see_both_texts(client, etablissement):
    url = edit(etablissement, "accueil")
    mine = sent(client.get(url)) | {"descriptif": "Le mien."}
    other = factories.sign_in(Client(), factories.referent_of(etablissement))
    assert post(other, url, sent(other.get(url)) | {"descriptif": "Le sien."}).status_code == 302
    answer = post(client, url, mine)
    assert answer.status_code == 409
    assert answer.context["form"].differences == [("Descriptif", "Le sien.", "Le mien.")]
    assert "Le mien.</textarea>" in answer.text
    assert Etablissement.objects.get(pk=etablissement.pk).fiche["descriptif"] == "Le sien."
    assert post(client, url, sent(answer)).status_code == 302
    assert Etablissement.objects.get(pk=etablissement.pk).fiche["descriptif"] == "Le mien."


def test_without_its_version_a_form_is_refused(client, etablissement):
    answer = post(client, edit(etablissement, "accueil"), {"descriptif": "Vu."})
    assert answer.status_code == 422


def test_markup_is_shown_as_it_was_typed(client, etablissement):
    url = edit(etablissement, "accueil")
    post(client, url, sent(client.get(url)) | {"descriptif": "<b>Au calme</b>"})
    assert "&lt;b&gt;Au calme&lt;/b&gt;" in client.get(of(etablissement)).text


# --- History -------------------------------------------------------------------------------


def test_the_history_of_a_field_and_the_way_back(client, referent, etablissement):
    """ANN-2: before, after, by whom or by which run; back to a former value."""
    for text in ("Un.", "Deux.", "Trois."):
        url = edit(etablissement, "accueil")
        post(client, url, sent(client.get(url)) | {"descriptif": text})
    url = f"{of(etablissement)}historique/descriptif/"
    page = client.get(url)
    assert [(one.avant, one.apres, one.may_restore) for one in page.context["changements"]] == [
        (["Deux."], ["Trois."], True),
        (["Un."], ["Deux."], True),
        ([], ["Un."], False),
    ]
    assert referent.nom_complet in unescape(page.text)
    oldest = page.context["changements"][1].row.pk
    assert post(client, url, {"modification": oldest, "version": 4}).status_code == 302
    row = Etablissement.objects.get(pk=etablissement.pk)
    assert (row.fiche["descriptif"], row.version) == ("Un.", 5)
    assert post(client, url, {"modification": oldest, "version": 4}).status_code == 302  # twice is once
    newest = page.context["changements"][0].row.pk
    assert post(client, url, {"modification": newest, "version": 4}).status_code == 409
    elsewhere = Modification.objects.create(
        etablissement=factories.EtablissementFactory(),
        champ="descriptif",
        avant="Volé.",
        origine=Origine.LOCAL,
        le=timezone.now(),
        par=referent,
    )
    assert post(client, url, {"modification": elsewhere.pk, "version": 5}).status_code == 422
    assert client.get(f"{of(etablissement)}historique/solde/").status_code == 404


def test_what_is_greyed_has_a_history_and_no_way_back(client, etablissement):
    fill(etablissement, {"telephone": "+33199001111"})
    synchronise(etablissement)
    actions.feed(
        etablissement,
        values={"telephone": "+33199002222"},
        origine=Origine.ROR,
        flux="ror-2026-11-28",
        now=timezone.now(),
        by=ROR,
    )
    url = f"{of(etablissement)}historique/telephone/"
    page = client.get(url)
    assert "ROR (ror-2026-11-28)" in page.text
    assert [one.may_restore for one in page.context["changements"]] == [False, False]
    row = Modification.objects.get(flux="ror-2026-11-28")
    version = Etablissement.objects.get(pk=etablissement.pk).version
    assert post(client, url, {"modification": row.pk, "version": version}).status_code == 403


def test_back_to_a_former_list_keeps_the_items_of_the_ror(client, etablissement, unite):
    nomenclatures()
    fill(unite, {"ressources": ["RESSOURCES:A1"]})
    fill(unite, {"ressources": ["TRE_R212:102"]})
    synchronise(etablissement)
    unite = Unite.objects.get(pk=unite.pk)
    actions.feed(
        unite,
        values={"ressources": ["TRE_R212:098"]},
        origine=Origine.ROR,
        flux="x",
        now=timezone.now(),
        by=ROR,
    )
    url = f"{of(unite)}historique/ressources/"
    back = next(one for one in client.get(url).context["changements"] if one.avant == ["Salle d’éveil"])
    version = Unite.objects.get(pk=unite.pk).version
    assert post(client, url, {"modification": back.row.pk, "version": version}).status_code == 302
    assert reads.values(Unite.objects.get(pk=unite.pk))["ressources"] == ["RESSOURCES:A1", "TRE_R212:098"]


def test_what_nobody_changed_for_a_year_says_so(client, etablissement):
    fill(etablissement, {"descriptif": "Au calme."}, now=timezone.now() - timedelta(days=400))
    fill(etablissement, {"itineraire": "Ligne 4."})
    text = client.get(of(etablissement)).text
    assert text.count("inchangé depuis plus d’un an") == 1
    history = client.get(f"{of(etablissement)}historique/descriptif/").text
    assert "Personne ne l’a changée depuis plus d’un an." in history


def test_what_has_a_page_of_its_own_is_counted(client, etablissement, unite):
    """The thésaurus of every unit, the coverage of an HAD alone."""
    for code, assuree in (("A1", True), ("A2", True), ("A3", False)):
        PriseEnCharge.objects.create(unite=unite, pathologie=code, assuree=assuree)
    had = factories.UniteFactory(etablissement=etablissement, nature=Nature.HAD)
    text = unescape(client.get(of(unite)).text)
    assert "2 pathologies prises en charge" in text
    assert "Couverture géographique" not in text
    text = unescape(client.get(of(had)).text)
    assert "Thésaurus des pathologies" in text
    assert "Couverture géographique" in text
    assert client.get(f"{of(unite)}historique/thesaurus/").status_code == 200


# --- Verified, closed, synchronised --------------------------------------------------------


def test_verified_in_one_click(client, referent, etablissement):
    assert "n’a jamais été vérifiée" in client.get(of(etablissement)).text
    assert post(client, f"{of(etablissement)}verifier/", {}).status_code == 302
    said = f"Fiche vérifiée le {timezone.localdate():%d/%m/%Y} par {referent.nom_complet}."
    assert said in unescape(client.get(of(etablissement)).text)


def test_a_closed_sheet_stays_and_names_its_successor(client, etablissement, unite):
    heir = factories.EtablissementFactory(nom="CH de Beauchamp")
    Etablissement.objects.filter(pk=etablissement.pk).update(closed_at=timezone.now(), replaced_by=heir)
    text = unescape(client.get(of(etablissement)).text)
    assert "Structure fermée" in text
    assert "CH de Beauchamp" in text
    assert "Modifier<span" not in text
    for structure in (etablissement, unite):
        url = edit(structure, "accueil")
        assert client.get(url).status_code == 403
        assert post(client, url, {"version": 1, "descriptif": "X"}).status_code == 403
        assert post(client, f"{of(structure)}verifier/", {}).status_code == 403
    assert etablissement.nom not in unescape(client.get(LIST).text)


@pytest.mark.parametrize("etat", Synchronisation)
def test_the_state_has_its_word_and_its_icon(client, etablissement, etat):
    """ANN-1: a state icon with its word, and the operator of the region."""
    Etablissement.objects.filter(pk=etablissement.pk).update(
        synchronisation=etat, synchronise_le=timezone.now()
    )
    text = unescape(client.get(f"{of(etablissement)}synchronisation/").text)
    chip = re.search(r'<span class="etat[^>]*><svg.*?</svg>([^<]+)</span>', text)
    assert chip[1] == etat.label
    assert "Normand’e-Santé" in text
    assert etat.label in unescape(client.get(LIST).text)


def test_the_freshness_of_what_directories_said(client, etablissement, unite):
    """ANN-1."""
    now, finess = timezone.now() - timedelta(days=30), Actor.system("finess")
    actions.feed(
        etablissement,
        values={"telephone": "+33199001111"},
        origine=Origine.FINESS,
        flux="x",
        now=now,
        by=finess,
    )
    page = client.get(f"{of(etablissement)}synchronisation/")
    assert [(one.origine, one.champs, one.jour) for one in page.context["flux"]] == [
        ("ror", 0, None),
        ("finess", 1, timezone.localdate(now)),
    ]


def test_the_people_of_a_structure_are_those_of_the_revue(etablissement, unite):
    """ANN-6: the tab is composed above the directory; it shows whom one administers, no more."""
    beside = factories.UniteFactory(etablissement=etablissement)
    here, there = (
        factories.HabilitationFactory(lieu=unite).user,
        factories.HabilitationFactory(lieu=beside).user,
    )
    text = (
        factories.sign_in(Client(), factories.referent_of(unite))
        .get(f"{of(etablissement)}habilitations/")
        .text
    )
    assert here.login in text
    assert there.login not in text
    whole = factories.sign_in(Client(), factories.referent_of(etablissement))
    text = whole.get(f"{of(etablissement)}habilitations/").text
    assert here.login in text
    assert there.login in text
    revue = unescape(re.search(r'href="(/administration/habilitations/revue/\?[^"]+)"', text)[1])
    assert there.login in whole.get(revue).text


# --- The list, its size, its cost ----------------------------------------------------------


def test_the_list_is_searched_and_filtered(etablissement):
    coordination = etablissement.coordination
    client = factories.sign_in(Client(), factories.referent_of(coordination))
    fill(etablissement)
    synchronise(etablissement)
    other = factories.EtablissementFactory(coordination=coordination, nom="Clinique Élan", finess="990000025")
    checked = timezone.now() - timedelta(days=500)
    Etablissement.objects.filter(pk=other.pk).update(
        verifiee_le=checked, verifiee_par=factories.UserFactory()
    )
    for query, expected in {
        "": {etablissement, other},
        "q=elan": {other},
        "q=99 00 00 017": {etablissement},
        "q=rien": set(),
        "etat=active": {etablissement},
        "fiche=oui": {etablissement},
        "fiche=non": {other},
        "verifiee=jamais": {etablissement},
        "verifiee=ancienne": {other},
        "verifiee=recente": set(),
        "etat=zzz&page=99": {etablissement, other},
    }.items():
        page = client.get(f"{LIST}?{query}")
        assert {one.etablissement for one in page.context["page_obj"].object_list} == expected, query


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_pages_cost_the_same_whatever_there_is(etablissement, unite):
    nomenclatures()
    client = factories.sign_in(Client(), factories.referent_of(etablissement.coordination))
    addresses = [LIST, f"{LIST}?fiche=non", of(etablissement), f"{of(etablissement)}unites/", of(unite)]
    addresses += [f"{of(etablissement)}synchronisation/", f"{of(etablissement)}habilitations/"]
    addresses += [edit(unite, "offre"), f"{of(unite)}historique/ressources/"]
    fill(unite, {"ressources": ["TRE_R212:098"]})
    few = {one: queries(client, one) for one in addresses}
    for n in range(10):
        beside = factories.EtablissementFactory(coordination=etablissement.coordination)
        factories.UniteFactory(etablissement=beside)
        factories.HabilitationFactory(lieu=factories.UniteFactory(etablissement=etablissement))
        fill(unite, {"ressources": ["TRE_R212:098", "TRE_R212:102", f"TRE_R212:{500 + n}"]})
    fill(unite, OF_UNITE)
    assert {one: queries(client, one) for one in addresses} == few


def test_the_form_of_a_complete_unit_is_light(client, unite):
    """15 kB compressed, with all the terms that are shipped, and two hundred more."""
    actions.load_nomenclatures(now=timezone.now(), by=Actor.system("nomenclatures"))
    rows = Nomenclature.objects.in_bulk()
    words = "chirurgie rééducation adulte enfant obésité cardiologie surveillance thérapie".split()
    for n in range(200):
        code = ("TRE_R211", "TRE_R212", "TRE_R210")[n % 3]
        label = " ".join(words[(n * k + n // 3) % len(words)] for k in (1, 3, 5, 2)) + f" niveau {n}"
        Concept.objects.create(nomenclature=rows[code], code=f"T{n:03}", libelle=label, rang=n, depuis="1")
    held = {
        one: list(rows[one].concepts.values_list("code", flat=True)[:20]) for one in ("TRE_R211", "TRE_R212")
    }
    fill(
        unite,
        OF_UNITE
        | {"activites": [f"TRE_R211:{code}" for code in held["TRE_R211"]]}
        | {"ressources": [f"TRE_R212:{code}" for code in held["TRE_R212"]]},
    )
    weights = {
        one.code: len(gzip.compress(client.get(edit(unite, one.code)).content, compresslevel=6))
        for one in client.get(of(unite)).context["sheet"].rubriques
    }
    assert {code: weight for code, weight in weights.items() if weight > 15_000} == {}
