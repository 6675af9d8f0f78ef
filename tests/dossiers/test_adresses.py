"""Where a patient was born and lives, checked against the territory (DOS-3)."""

import pytest
from django.core.exceptions import ValidationError

from dossiers import volets
from dossiers.models import Dossier
from dossiers.reads import adresses
from dossiers.volets import Fautes
from tests.annuaire import territoires
from tests.dossiers.factories import DossierFactory, volet_of, write
from tests.dossiers.test_identites import CREATE, PATIENT
from tests.dossiers.test_views import text_of
from tests.factories import MedecinFactory, as_medecin, sign_in

pytestmark = pytest.mark.django_db
LYON, ROUEN = "69123", "76540"
SAINT_AUBIN = ("02671", "21541")  # of one name
UNKNOWN = "Aucune commune n’a ce code INSEE"


@pytest.fixture
def territoire():
    territoires.some(LYON, ROUEN, *SAINT_AUBIN, "2A004", "97411", "98818", "76217")


@pytest.mark.usefixtures("territoire")
class TestOfAnAddress:
    @pytest.mark.parametrize(
        ("typed", "settled"),
        [
            ({"ville": "rouen"}, {"ville": "rouen", "commune": ROUEN}),
            ({"ville": "Rouen", "code_postal": "76100"}, {"commune": ROUEN, "code_postal": "76100"}),
            ({"ville": "Lyon 3e"}, {"commune": LYON}),
            ({"commune": "21541"}, {"ville": "Saint-Aubin", "code_postal": "21190"}),
            ({"commune": ROUEN}, {"ville": "Rouen", "code_postal": None}),  # it has three: which one?
            ({"commune": "69383"}, {"commune": LYON, "ville": "Lyon"}),
            ({"commune": ROUEN, "ville": "ROUEN CEDEX 2", "code_postal": "76037"}, {"commune": ROUEN}),
            ({"commune": ROUEN, "ville": "Le Mesnil"}, {"commune": ROUEN, "ville": "Le Mesnil"}),
            ({"ville": "Saint-Aubin"}, {"commune": None}),
            ({"ville": "Saint-Aubin", "code_postal": "21190"}, {"commune": "21541"}),
            ({"ville": "Nulle part"}, {"commune": None}),
            ({"ville": "Rouen", "code_postal": "69003"}, {"commune": None}),  # two places: neither is chosen
            ({"ville": "Rouen Cedex", "code_postal": "76037"}, {"commune": ROUEN}),
            ({"code_postal": "76000"}, {"commune": None, "ville": None}),
            ({}, {"commune": None, "ville": None}),
        ],
    )
    def test_what_follows_from_what_was_typed(self, typed, settled):
        found = adresses.settled(typed)
        assert {name: found.get(name) for name in settled} == settled
        assert {name: found[name] for name in typed if name != "commune"} == {
            name: value for name, value in typed.items() if name != "commune"
        }

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"commune": "76999"}, UNKNOWN),
            ({"commune": ROUEN, "ville": "Lyon"}, "celui de Rouen (76), et non de Lyon"),
        ],
    )
    def test_a_code_that_is_wrong(self, typed, sentence):
        with pytest.raises(Fautes) as refused:
            adresses.settled(typed)
        assert sentence in refused.value.faults["commune"]

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"code_postal": "76000"}, "76"),
            ({"code_postal": "76037"}, "76"),  # of a CEDEX
            ({"code_postal": "20090"}, "2A"),
            ({"code_postal": "20167"}, "2A"),
            ({"code_postal": "97400"}, "974"),
            ({"code_postal": "98800"}, "988"),
            ({"code_postal": "00100"}, ""),
            ({"commune": "2A004", "code_postal": "76000"}, "2A"),
            ({"commune": "20004"}, "2A"),
            ({"commune": "99109"}, ""),
            ({}, ""),
        ],
    )
    def test_the_departement_of_an_address(self, values, code):
        assert adresses.departement(values) == code

    def test_a_volet_keeps_what_follows(self):
        medecin = MedecinFactory()
        volet = volet_of(DossierFactory(auteur=medecin))
        write(volet, by=as_medecin(medecin), ville="Dieppe")
        volet.refresh_from_db()
        assert volet.values["commune"] == "76217"
        assert Dossier.objects.get().departement == "76"
        with pytest.raises(ValidationError) as refused:
            write(volet, by=as_medecin(medecin), commune="76999")
        assert UNKNOWN in refused.value.message_dict["commune"][0]


@pytest.mark.usefixtures("territoire")
class TestOfAnAddressInDoubt:
    """DOS-3: said where it was typed, by a choice; kept without a code only by who has read it."""

    @pytest.fixture
    def volet(self):
        return volet_of(DossierFactory(auteur=MedecinFactory()))

    @pytest.fixture
    def send(self, client, volet):
        sign_in(client, volet.dossier.auteur)
        url = f"{volet.dossier.get_absolute_url()}volets/{volet.kind}/modifier/"

        def send(**typed):
            form = volets.current(volet.kind, volet.dossier.orientation)
            return client.post(url, {"formulaire": form.version, "version": volet.version, **typed})

        return send

    @pytest.mark.parametrize(
        ("typed", "why", "offered"),
        [
            ({"ville": "Saint-Aubin"}, "Plusieurs communes", ["02671", "21541", ""]),
            ({"ville": "Rouen", "code_postal": "69003"}, "n’a ce code postal", [ROUEN, ""]),
        ],
    )
    def test_is_asked_about_once(self, volet, send, typed, why, offered):
        answer = send(**typed)
        form = answer.context["form"]
        assert answer.status_code == 422
        assert why in form.errors["commune"][0]
        assert [code for code, _ in form.fields["commune"].widget.choices] == offered
        assert form["ville"].value() == typed["ville"]
        assert send(**typed, doute="Dieppe").status_code == 422  # of another address
        assert send(**typed, doute=form.doute).status_code == 302
        volet.refresh_from_db()
        assert volet.values == typed

    def test_the_one_that_is_chosen_is_kept(self, volet, send):
        assert 'type="radio" name="commune" value="21541"' in send(ville="Saint-Aubin").text
        assert send(ville="Saint-Aubin", doute="Saint-Aubin", commune="21541").status_code == 302
        volet.refresh_from_db()
        assert volet.values == {"ville": "Saint-Aubin", "commune": "21541", "code_postal": "21190"}

    @pytest.mark.parametrize("ville", ["Rouen", "Nulle part"])
    def test_no_doubt_asks_nothing(self, volet, send, ville):
        assert send(ville=ville).status_code == 302

    @pytest.mark.parametrize(
        "typed", [{"ville": "Saint\0Aubin"}, {"code_postal": "21\0"}, {"code_postal": "2"}]
    )
    def test_what_cannot_be_read_is_told_at_its_field(self, volet, send, typed):
        assert send(**{"ville": "Saint-Aubin", **typed}).status_code in (400, 422)

    def test_a_kept_doubt_is_shown_again(self, client, volet, send):
        send(ville="Saint-Aubin", doute="Saint-Aubin")
        shown = client.get(f"{volet.dossier.get_absolute_url()}volets/{volet.kind}/modifier/")
        assert not shown.context["form"].errors
        assert 'type="radio" name="commune" value="02671"' in shown.text
        assert 'name="doute" value="Saint-Aubin"' in shown.text


def test_before_the_territory_is_loaded_nothing_is_known_to_be_wrong():
    assert adresses.settled({"commune": "76999", "ville": "Rouen"}) == {"commune": "76999", "ville": "Rouen"}
    assert adresses.departement({"commune": "76999", "code_postal": "76000"}) == ""


@pytest.mark.usefixtures("territoire")
class TestOfABirth:
    @pytest.fixture
    def signed_in(self, client):
        return sign_in(client, MedecinFactory())

    @pytest.mark.parametrize(
        ("typed", "more", "kept", "shown"),
        [
            ("76540", {}, "76540", "Rouen (76540)"),
            ("Rouen", {}, "76540", "Rouen (76540)"),
            ("dieppe (76)", {}, "76217", "Dieppe (76217)"),
            ("saint aubin 21190", {}, "21541", "Saint-Aubin (21541)"),
            ("69383", {}, "69383", "Lyon 3e Arrondissement (69383)"),  # a birth keeps the code of its day
            ("99352", {}, "99352", "99352"),
            ("91352", {"statut": "recuperee", "piece": ""}, "91352", "91352"),  # as INSi gives it
            ("", {}, "", None),
        ],
    )
    def test_kept_and_shown(self, signed_in, typed, more, kept, shown):
        answer = signed_in.post(CREATE, {**PATIENT, "lieu_naissance": typed, **more}, follow=True)
        assert Dossier.objects.get().lieu_naissance == kept
        text = text_of(answer)
        assert f"Lieu de naissance {shown}" in text if shown else "Lieu de naissance" not in text

    def test_one_of_several_of_a_name_is_chosen_where_it_was_typed(self, signed_in):
        """DOS-3: what was typed stays; each is told by its code postal and its département."""
        sent = {**PATIENT, "lieu_naissance": "saint aubin", "nom": ""}
        answer = signed_in.post(CREATE, sent)
        offered = dict(answer.context["form"]["lieu_parmi"].field.choices)
        assert offered == {
            "02671": "Saint-Aubin (02300, Aisne)",
            "21541": "Saint-Aubin (21190, Côte-d’Or)",
        }
        assert answer.context["form"]["lieu_naissance"].value() == "saint aubin"
        assert 'name="lieu_parmi" value="21541"' in answer.text
        signed_in.post(CREATE, {**sent, "nom": PATIENT["nom"], "lieu_parmi": "21541"})
        assert Dossier.objects.get().lieu_naissance == "21541"

    @pytest.mark.parametrize(
        ("typed", "more", "sentence"),
        [
            ("76999", {}, UNKNOWN),
            ("91352", {}, UNKNOWN),
            ("Saint-Aubin", {}, "Plusieurs communes portent ce nom : choisissez la bonne."),
            ("Saint-Aubin", {"lieu_parmi": ROUEN}, "Plusieurs communes portent ce nom"),
            ("Nulle part", {}, "Aucune commune de ce nom"),
            ("Nulle part", {"statut": "recuperee"}, "Aucune commune de ce nom"),
            ("x" * 101, {}, "Aucune commune de ce nom"),
            ("\0", {}, ""),
        ],
    )
    def test_a_place_that_says_nothing(self, signed_in, typed, more, sentence):
        answer = signed_in.post(CREATE, {**PATIENT, "lieu_naissance": typed, **more})
        assert answer.status_code in (400, 422)
        assert sentence in text_of(answer)
        assert not Dossier.objects.exists()
