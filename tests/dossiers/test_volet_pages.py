"""The pages of a volet: read, filled without script, refused at the field (DOS-3, DOS-4)."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dossiers import volets
from dossiers.models import ContactsUnite, Presence, Role, Volet
from dossiers.natures import Kind, of_orientation
from dossiers.volets.aggir import VARIABLES
from dossiers.volets.formulaires import Formulaire, Section
from journal.models import Entry
from tests.dossiers.factories import (
    ADRESSAGE_SENT,
    LISTER,
    MEDICAL,
    MEDICAL_REMPLI,
    READER,
    SECRETARIAT,
    DossierFactory,
    edit_path,
    lend,
    sent,
    volet_of,
    write,
)
from tests.dossiers.test_views import text_of
from tests.factories import (
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_medecin,
    sign_in,
)
from viatraj.core.champs import Choix, Texte
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db
CARE = "Plaie en voie de cicatrisation."


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def signed_in(client, medecin):
    return sign_in(client, medecin)


@pytest.fixture
def dossier(medecin):
    return DossierFactory(auteur=medecin, numero="12345678")


def read_path(dossier, kind) -> str:
    return edit_path(dossier, kind).removesuffix("modifier/")


def value_of(html, name) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


@pytest.mark.parametrize("orientation", Orientation)
def test_help_is_of_the_dossier_s_orientation(signed_in, medecin, orientation):
    """DOC-1: one fiche, not the three."""
    dossier = DossierFactory(auteur=medecin, orientation=orientation)
    fiche = f"gerer-un-dossier-{orientation.value.replace('_', '-')}"
    pieces = f"{dossier.get_absolute_url()}pieces/"
    for path in (read_path(dossier, "administratif"), edit_path(dossier, "administratif"), pieces):
        help_line = signed_in.get(path).text.partition('class="comment-faire"')[2].partition("</aside>")[0]
        assert re.findall(r"documentation/([\w-]+)", help_line) == [fiche], path


def test_every_form_is_drawn_and_takes_an_empty_sending(signed_in, medecin):
    """All kinds of all orientations; each field has a label, each page its stamp."""
    for orientation in Orientation:
        dossier = DossierFactory(auteur=medecin, orientation=orientation)
        for kind in of_orientation(orientation):
            Volet.objects.get_or_create(dossier=dossier, kind=kind)
            html = signed_in.get(edit_path(dossier, kind)).text
            form = volets.current(kind, orientation)
            assert [code for code in form.champs if f'id="id_{code}' not in html] == [], kind
            ids = re.findall(r'\bid="([^"]+)"', html)
            assert len(ids) == len(set(ids)), kind
            assert value_of(html, "timbre")
            answer = signed_in.post(edit_path(dossier, kind), sent())
            assert (answer.status_code, answer.url) == (302, read_path(dossier, kind))


class TestWriting:
    def test_a_draft_is_saved_then_read(self, signed_in, dossier):
        typed = sent(
            histoire="Chute.\r\nÀ domicile.", antecedents=["renal"], appui="partiel", chirurgie="2026-11-02"
        )
        typed |= {
            "traitements-0-produit": "Paracétamol",
            "traitements-0-voie": "orale",
            "traitements-2-dose": "1 g",
        }
        shown = text_of(signed_in.post(edit_path(dossier, "medical"), typed, follow=True))
        for words in (
            "Le volet médical est enregistré.",
            "Chute. À domicile.",
            "Antécédents Rénaux",
            "Appui Partiel",
            "Date de l’intervention 02/11/2026",
            "Paracétamol, Orale 1 g",
            "Complété",
        ):
            assert words in shown
        assert volet_of(dossier, "medical").contenu["traitements"] == [
            {"produit": "Paracétamol", "voie": "orale"},
            {"dose": "1 g"},
        ]

    def test_what_was_saved_is_in_the_fields(self, signed_in, medecin, dossier):
        told = {"poids": 72.5, "taille": 170, "comportement": ["cris"], "sonde": "oui", "escarre": "2"}
        write(Volet.objects.create(dossier=dossier, kind=Kind.SOINS), by=as_medecin(medecin), **told)
        html = signed_in.get(edit_path(dossier, "soins")).text
        assert value_of(html, "poids") == "72,5"
        assert re.search(r'value="cris"[^>]*checked', html)
        assert re.search(r'name="sonde" value="oui"[^>]*checked', html)
        assert '<option value="2" selected>Stade 2' in html
        assert value_of(html, "version") == "2"

    def test_saving_goes_on_to_the_next_section(self, signed_in, dossier):
        answer = signed_in.post(edit_path(dossier, "medical"), sent(suite="etat"))
        assert answer.url == f"{edit_path(dossier, 'medical')}#s-etat"
        forged = signed_in.post(edit_path(dossier, "medical"), sent(suite="//ailleurs.example"))
        assert forged.url == read_path(dossier, "medical")

    def test_the_medecin_validates(self, signed_in, dossier):
        shown = text_of(
            signed_in.post(edit_path(dossier, "medical"), sent(histoire=CARE, valider="oui"), follow=True)
        )
        assert "Le volet médical est enregistré et validé." in shown
        assert "Validé par le Dr Christine Leclercq, le" in shown
        again = text_of(
            signed_in.post(edit_path(dossier, "medical"), sent(histoire="Autre.", version=2), follow=True)
        )
        assert "il est de nouveau à valider" in again
        assert "À revalider" in text_of(signed_in.get(dossier.get_absolute_url()))

    def test_what_is_wanted_is_listed_with_links(self, signed_in, dossier):
        """When validating, and where it is read; never when saving."""
        answer = signed_in.post(
            edit_path(dossier, "medical"), sent(dialyse="oui", appui="total", valider="oui")
        )
        assert answer.status_code == 422
        answer = signed_in.post(edit_path(dossier, "medical"), sent(dialyse="oui", valider="oui"))
        assert answer.status_code == 422
        for field, label in (("histoire", "histoire de la maladie"), ("dialyse_jours_0", "jours de dialyse")):
            assert f'<a href="#id_{field}">À renseigner\u00a0: {label}.</a>' in answer.text
            assert f'id="id_{field}"' in answer.text
        assert re.search(r'name="dialyse" value="oui"[^>]*checked', answer.text), "what was typed is kept"
        assert volet_of(dossier, "medical").contenu == {}
        signed_in.post(edit_path(dossier, "medical"), sent(dialyse="oui"))
        missing = signed_in.get(read_path(dossier, "medical")).text
        assert f'href="{edit_path(dossier, "medical")}#id_histoire">Histoire de la maladie</a>' in missing

    def test_an_assistant_fills_in_his_name_and_does_not_validate(self, client, medecin, dossier):
        lent = lend(medecin, droits=MEDICAL)
        sign_in(client, lent.delegataire, acting=lent)
        typed = sent(histoire=CARE, au_nom_de=medecin.pk)
        assert client.post(edit_path(dossier, "medical"), typed).status_code == 302
        assert 'name="valider"' not in client.get(edit_path(dossier, "medical")).text
        refused = client.post(edit_path(dossier, "medical"), typed | {"version": 2, "valider": "oui"})
        assert refused.status_code == 403
        told = Entry.objects.get(event="volet.updated").sentence
        assert (
            told
            == "L’assistant(e) Sonia Petit a modifié le volet médical au nom du médecin Christine Leclercq"
        )

    def test_a_confrere_validates_in_the_name_of_the_medecin(self, client, medecin, dossier):
        lent = DelegationFactory(delegant=medecin)
        sign_in(client, lent.delegataire, acting=lent)
        typed = sent(histoire=CARE, valider="oui", au_nom_de=medecin.pk)
        shown = text_of(client.post(edit_path(dossier, "medical"), typed, follow=True))
        assert "au nom du Dr Christine Leclercq, le" in shown

    def test_a_child_of_seven_is_told_at_once(self, signed_in, medecin):
        old = timezone.localdate().year - 8
        patient = {
            "nom": "Essarts",
            "prenom": "Zoé",
            "sexe": "F",
            "statut": "provisoire",
            "orientation": "tnd",
        }
        answer = signed_in.post("/dossiers/creer/", patient | {"date_naissance": f"05/01/{old}"})
        assert answer.status_code == 422
        assert "jusqu’à 6\u00a0ans inclus" in answer.text
        young = patient | {"date_naissance": f"00/00/{old + 1}"}
        assert signed_in.post("/dossiers/creer/", young).status_code == 302, "it may be six still"
        dossier = DossierFactory(auteur=medecin, orientation="tnd")
        refused = signed_in.post(edit_path(dossier, "adressage"), sent(**ADRESSAGE_SENT, valider="oui"))
        assert refused.status_code == 422
        assert "jusqu’à 6\u00a0ans inclus" in refused.text


class TestBadInput:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"appui": "forged"}, "Choisissez une réponse de la liste."),
            ({"antecedents": ["renal", "forged"]}, "Choisissez une réponse de la liste."),
            ({"dialyse": "peut-être"}, "Choisissez une réponse de la liste."),
            ({"histoire": "a" * 20_001}, "20\u202f001 caractères, pour 20\u202f000 au plus."),
            ({"chirurgie": "31/02/2026"}, "Cette date n’existe pas."),
            ({"chirurgie": "29/02/1901"}, "Cette date n’existe pas."),
            ({f"traitements-{n}-produit": "X" for n in range(21)}, "Au plus 20 lignes."),
            ({"traitements-3-voie": "forged"}, "Ligne 1, voie"),
            ({"formulaire": "99"}, "Cette version du formulaire n’existe pas"),
            ({"formulaire": "zut"}, "Cette version du formulaire n’existe pas"),
            ({"version": ""}, "rouvrez la page du volet"),
            ({"version": "zut"}, "rouvrez la page du volet"),
            ({"version": "9" * 30}, "rouvrez la page du volet"),
        ],
    )
    def test_a_sentence_at_the_field_and_the_answers_kept(self, signed_in, dossier, typed, sentence):
        """And it is a reading (DOS-5)."""
        answer = signed_in.post(edit_path(dossier, "medical"), sent(consignes="À garder.") | typed)
        assert answer.status_code == 422
        assert sentence in unescape(answer.text)
        assert ">\nÀ garder.</textarea>" in answer.text
        assert volet_of(dossier, "medical").etat == "vide"
        assert [entry.event for entry in Entry.objects.all()] == ["dossier.read"]

    def test_twenty_thousand_characters_with_many_lines_are_taken(self, signed_in, dossier):
        """The browser sends two characters for each new line, and counts one."""
        longest = "ab\n" * 6_666 + "ab"
        typed = sent(histoire=longest.replace("\n", "\r\n"))
        assert signed_in.post(edit_path(dossier, "medical"), typed).status_code == 302
        assert volet_of(dossier, "medical").contenu["histoire"] == longest

    @pytest.mark.parametrize("kind", ["autonomie", "adressage", "secret", "medical%00"])
    def test_a_volet_that_is_not_of_this_dossier(self, signed_in, dossier, kind):
        """Not even when a row of that kind is there."""
        if kind == "autonomie":
            Volet.objects.create(dossier=dossier, kind=kind)
        for path in (read_path(dossier, kind), edit_path(dossier, kind)):
            assert signed_in.get(path).status_code in (400, 404)

    def test_an_empty_post_is_refused(self, signed_in, dossier):
        answer = signed_in.post(edit_path(dossier, "medical"), "{}", content_type="application/json")
        assert answer.status_code == 422

    def test_the_form_has_changed_meanwhile(self, signed_in, dossier, monkeypatch):
        """Another version while somebody types: his answers are kept, the one without field is shown."""
        choix = Choix("appui", "Appui", options=(("complet", "Complet"), ("autre", "Autre")))
        section = Section("tout", "Tout", (Texte("histoire", "Histoire", required=True), choix))
        nouveau = Formulaire(Kind.MEDICAL, Orientation.SANITAIRE, 2, (section,), par="Médecin")
        monkeypatch.setitem(volets.FORMULAIRES, ("medical", "sanitaire", 2), nouveau)
        typed = sent(histoire=CARE, appui="partiel", consignes="Sans appui.")
        answer = signed_in.post(edit_path(dossier, "medical"), typed)
        assert answer.status_code == 422
        assert "Ce formulaire a changé depuis que vous l’avez ouvert." in answer.text
        assert f">\n{CARE}</textarea>" in answer.text
        assert "Consignes Sans appui." in text_of(answer)
        assert value_of(answer.text, "formulaire") == "2"
        again = typed | {"formulaire": "2", "appui": "autre"}
        assert signed_in.post(edit_path(dossier, "medical"), again).status_code == 302

    def test_answers_of_a_former_version_stay_readable_and_are_taken_over(
        self, signed_in, medecin, dossier, monkeypatch
    ):
        written = {"histoire": CARE, "appui": "partiel"}
        write(volet_of(dossier, "medical"), by=as_medecin(medecin), **written)
        choix = Choix("appui", "Appui", options=(("autre", "Autre"),))
        section = Section("tout", "Tout", (Texte("histoire", "Histoire"), choix))
        nouveau = Formulaire(Kind.MEDICAL, Orientation.SANITAIRE, 2, (section,), par="Médecin")
        monkeypatch.setitem(volets.FORMULAIRES, ("medical", "sanitaire", 2), nouveau)
        assert "Appui Partiel" in text_of(signed_in.get(read_path(dossier, "medical")))
        html = signed_in.get(edit_path(dossier, "medical"))
        assert f">\n{CARE}</textarea>" in html.text
        assert "Saisi dans la version précédente" in html.text
        assert "Appui Partiel" in text_of(html)


class TestTogether:
    def test_the_second_sees_both_texts_field_by_field(self, signed_in, dossier):
        path = edit_path(dossier, "medical")
        signed_in.post(path, sent(histoire="Vit seule.", appui="complet"))
        answer = signed_in.post(
            path, sent(histoire="Vit avec sa fille.", appui="complet", antecedents=["renal"])
        )
        assert answer.status_code == 409
        shown = text_of(answer)
        assert "Histoire de la maladie Enregistré : Vit seule. Votre saisie : Vit avec sa fille." in shown
        assert "Antécédents Enregistré : (aucune réponse) Votre saisie : Rénaux" in shown
        assert "Appui Enregistré" not in shown, "what agrees is not repeated"
        version = value_of(answer.text, "version")
        again = sent(histoire="Vit avec sa fille.", version=version)
        assert signed_in.post(path, again).status_code == 302
        assert volet_of(dossier, "medical").contenu == {"histoire": "Vit avec sa fille."}

    def test_a_refused_answer_does_not_take_the_version_of_another(self, signed_in, dossier):
        """Refused for a date, then corrected: what somebody else wrote meanwhile is still shown."""
        path = edit_path(dossier, "medical")
        signed_in.post(path, sent(histoire="Écrit entre-temps."))
        refused = signed_in.post(path, sent(histoire="Autre.", chirurgie="zut"))
        assert refused.status_code == 422
        assert value_of(refused.text, "version") == "1"


class TestModes:
    """What each mode shows of a volet (DOS-4)."""

    def test_who_may_not_read_it(self, client, medecin, dossier):
        lent = lend(medecin, droits=LISTER)
        sign_in(client, lent.delegataire, acting=lent)
        for path in (read_path(dossier, "medical"), edit_path(dossier, "medical")):
            assert client.get(path).status_code == 403
        page = client.get(dossier.get_absolute_url())
        assert "Vous n’avez pas accès à ce volet." in page.text
        assert read_path(dossier, "medical") not in page.text

    def test_who_may_read_it_only(self, client, medecin, dossier):
        lent = lend(medecin, droits=READER)
        write(volet_of(dossier), by=as_medecin(medecin), caisse="Caisse du Nord")
        sign_in(client, lent.delegataire, acting=lent)
        page = client.get(read_path(dossier, "administratif"))
        assert "Caisse du Nord" in page.text
        assert "modifier/" not in page.text
        refused = client.post(edit_path(dossier, "administratif"), sent(caisse="X", au_nom_de=medecin.pk))
        assert refused.status_code == 403
        assert "Caisse du Nord" not in refused.text

    def test_a_secretary_writes_one_and_does_not_read_the_other(self, client, medecin, dossier):
        lent = lend(medecin, droits=SECRETARIAT)
        sign_in(client, lent.delegataire, acting=lent)
        assert client.get(edit_path(dossier, "administratif")).status_code == 200
        assert client.get(read_path(dossier, "medical")).status_code == 403

    def test_in_mode_anonyme_codes_and_no_name(self, client):
        """The whole page: no name, no free text, no contact, no date of the person."""
        unite = UniteFactory()
        dossier = DossierFactory(auteur=None, lieu=unite, nom="Zyxwvut", prenom="Prudence")
        presence = Presence.objects.get(dossier=dossier, role=Role.DEMANDEUR)
        assert presence.unite_id == unite.pk
        contenu = {
            "histoire": "Monsieur Zyxwvut est tombé.",
            "antecedents": ["renal"],
            "chirurgie": "2026-11-02",
            "traitements": [{"produit": "Prudencine", "voie": "orale"}],
        }
        Volet.objects.filter(dossier=dossier, kind="medical").update(contenu=contenu, formulaire=1)
        user = HabilitationFactory(lieu=unite).user
        user.habilitations.get().droits.create(domaine="sanitaire", droit="tableau_demandeur", mode="anonyme")
        page = sign_in(client, user).get(read_path(dossier, "medical"))
        shown = text_of(page)
        assert "Antécédents Rénaux" in shown
        assert "Date de l’intervention 02/11/2026" in shown
        assert "Orale" in shown
        assert [one for one in ("Zyxwvut", "Prudenc", "tombé", "1957") if one in page.text] == []


class TestAutonomie:
    @pytest.mark.parametrize(
        ("stated", "shown"), [("", "GIR 1"), ("1", "GIR 1"), ("3", "est 1 , le GIR indiqué")]
    )
    def test_the_gir_stands_on_the_page(self, signed_in, medecin, stated, shown):
        dossier = DossierFactory(auteur=medecin, orientation="grand_age")
        Volet.objects.create(dossier=dossier, kind=Kind.AUTONOMIE)
        typed = sent(
            **dict.fromkeys(VARIABLES, "C"), gir_declare=stated, evaluation="2026-01-05", valider="oui"
        )
        page = text_of(signed_in.post(edit_path(dossier, "autonomie"), typed, follow=True))
        assert shown in page
        assert "est enregistré et validé" in page


def test_the_contacts_of_the_unit_are_offered(client):
    unite = UniteFactory()
    dossier = DossierFactory(auteur=None, lieu=unite)
    Volet.objects.create(dossier=dossier, kind=Kind.SERVICE)
    contacts = [{"role": "cadre", "nom": "Morel", "telephone": "+33199001234"}]
    ContactsUnite.objects.create(unite=unite, contacts=contacts)
    html = sign_in(client, HabilitationFactory(lieu=unite).user).get(edit_path(dossier, "service")).text
    assert "ceux du dernier dossier de l’unité" in html
    assert value_of(html, "contacts-0-nom") == "Morel"
    assert value_of(html, "contacts-0-telephone") == "01 99 00 12 34"


def test_a_text_of_before_the_forms_is_read_beside_them(signed_in, medecin):
    dossier = DossierFactory(auteur=medecin, medical=CARE)
    assert CARE in signed_in.get(read_path(dossier, "medical")).text
    assert CARE in signed_in.get(edit_path(dossier, "medical")).text, "to be taken over"
    write(volet_of(dossier, "medical"), by=as_medecin(medecin), **MEDICAL_REMPLI)
    shown = text_of(signed_in.get(read_path(dossier, "medical")))
    assert f"Texte saisi avant ce formulaire {CARE}" in shown


def test_no_answer_is_in_a_list_a_search_or_a_history(signed_in, dossier):
    signed_in.post(edit_path(dossier, "medical"), sent(histoire="Zorglub"))
    for path in ("/dossiers/", f"{dossier.get_absolute_url()}historique/", dossier.get_absolute_url()):
        assert "Zorglub" not in signed_in.get(path).text


def test_queries_of_a_volet_do_not_grow_with_its_answers(signed_in, medecin, dossier):
    def count(path) -> int:
        signed_in.get(path)
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(path)
        return len(captured)

    paths = (read_path(dossier, "medical"), edit_path(dossier, "medical"))
    few = [count(path) for path in paths]
    traitements = [{"produit": f"Produit {n}"} for n in range(20)]
    write(volet_of(dossier, "medical"), by=as_medecin(medecin), **MEDICAL_REMPLI, traitements=traitements)
    assert [count(path) for path in paths] == few
    assert max(few) <= 12


def test_queries_of_a_dossier_with_its_six_volets(signed_in, medecin, dossier):
    """DOS-3."""
    for kind in of_orientation("sanitaire"):
        Volet.objects.get_or_create(dossier=dossier, kind=kind)
    signed_in.get(dossier.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        signed_in.get(dossier.get_absolute_url())
    assert len(captured) <= 12
