"""Who a patient is: INS traits, their statut, a scanned Datamatrix, who may change them (DOS-3, DOS-5)."""

import json
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from dossiers import actions, policies
from dossiers.models import Dossier, Volet
from journal.models import Entry
from tests.core.saisie.test_ins import KNOWN, encoded
from tests.dossiers.factories import LISTER, READER, SECRETARIAT, DossierFactory, lend, volet_of, write
from tests.dossiers.test_views import text_of
from tests.factories import DelegationFactory, MedecinFactory, as_delegate, as_medecin, sign_in
from viatraj.core.policies import can
from viatraj.core.saisie import ins

pytestmark = pytest.mark.django_db

CREATE = "/dossiers/creer/"
PATIENT = {"nom": "Essarts", "prenom": "Marie-Ange", "date_naissance": "18/02/1957", "sexe": "F"}
PATIENT |= {"statut": "provisoire", "orientation": "sanitaire"}
QUALIFIED = {"statut": "qualifiee", "piece": "carte", "matricule": KNOWN["S1"], "oid": ins.NIR}


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def signed_in(client, medecin):
    return sign_in(client, medecin)


@pytest.mark.parametrize(
    ("born", "too_old"),
    [
        ("27/11/2019", True),
        ("28/11/2019", False),
        ("00/11/2019", False),
        ("00/10/2019", True),
        ("00/00/2019", False),
        ("00/00/2018", True),
    ],
)
class TestChildOfSeven:
    """One rule at creation and when the identity is corrected, with its sentence at the field."""

    @pytest.fixture(autouse=True)
    def that_day(self):
        with time_machine.travel("2026-11-27 12:00+01:00", tick=False):
            yield

    def test_at_creation(self, signed_in, born, too_old):
        """DOS-3."""
        sent = {**PATIENT, "orientation": "tnd", "date_naissance": born}
        self.told(signed_in.post(CREATE, sent), born, too_old)
        assert Dossier.objects.exists() is not too_old

    def test_when_the_birth_is_corrected(self, signed_in, medecin, born, too_old):
        """DOS-3."""
        dossier = DossierFactory(auteur=medecin, orientation="tnd", date_naissance=date(2022, 3, 4))
        sent = {**PATIENT, "date_naissance": born, "version": 1}
        self.told(signed_in.post(f"{dossier.get_absolute_url()}identite/", sent), born, too_old)
        assert (Dossier.objects.get().date_naissance == date(2022, 3, 4)) is too_old

    def test_of_another_orientation_it_is_nothing(self, signed_in, medecin, born, too_old):
        dossier = DossierFactory(auteur=medecin)
        sent = {**PATIENT, "date_naissance": born, "version": 1}
        assert signed_in.post(f"{dossier.get_absolute_url()}identite/", sent).status_code == 302

    def told(self, answer, born, too_old):
        assert answer.status_code == (422 if too_old else 302)
        if too_old:
            assert list(answer.context["form"].errors) == ["date_naissance"]
            assert "jusqu’à 6 ans inclus" in text_of(answer)
            assert f'value="{born}"' in answer.text


@time_machine.travel("2026-11-27 12:00+01:00", tick=False)
def test_the_name_of_a_child_who_has_turned_seven_is_still_corrected(signed_in, medecin):
    """DOS-3: his age refuses the date that is typed, not the dossier that stands."""
    dossier = DossierFactory(auteur=medecin, orientation="tnd", date_naissance=date(2019, 3, 4))
    sent = {**PATIENT, "date_naissance": "04/03/2019", "version": 1}
    assert signed_in.post(f"{dossier.get_absolute_url()}identite/", sent).status_code == 302
    assert Dossier.objects.get().nom == "Essarts"


def test_a_scan_over_a_typed_birth_is_read_first(signed_in):
    """Of a child for a platform as of anybody: nothing typed beside a Datamatrix is refused yet."""
    sent = {**PATIENT, "orientation": "tnd", "datamatrix": encoded()}
    assert signed_in.post(CREATE, sent).status_code == 200


class TestForms:
    def test_a_birth_without_its_day_is_kept_and_shown_so(self, signed_in):
        signed_in.post(CREATE, {**PATIENT, "date_naissance": "00/02/1957"})
        dossier = Dossier.objects.get()
        assert (dossier.date_naissance, dossier.naissance_precision) == (date(1957, 2, 1), "mois")
        assert "février 1957" in text_of(signed_in.get(dossier.get_absolute_url()))
        assert (
            'value="00/02/1957"' in signed_in.get(f"{dossier.get_absolute_url()}identite/").content.decode()
        )

    def test_a_matricule_is_kept_and_shown_when_qualified_only(self, signed_in):
        signed_in.post(CREATE, {**PATIENT, **QUALIFIED, "statut": "validee"})
        signed_in.post(CREATE, {**PATIENT, **QUALIFIED, "nom": "Ollivary"})
        kept = Dossier.objects.order_by("pk").values_list("matricule", "oid")
        assert list(kept) == [("", ""), (KNOWN["S1"], ins.NIR)]
        shown = text_of(signed_in.get(Dossier.objects.latest("pk").get_absolute_url()))
        assert "Matricule INS (NIR)" in shown
        assert "Qualifiée, carte nationale d’identité" in shown

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"sexe": ""}, "Indiquez le sexe."),
            ({"sexe": "X"}, "Choisissez le sexe dans la liste."),
            ({"prenoms": "Jeanne Marie"}, "La liste des prénoms commence par le premier prénom."),
            ({"lieu_naissance": "Rouen"}, "Un lieu de naissance s’écrit par son code INSEE"),
            ({"statut": "validee"}, "l’est sur une pièce présentée"),
            ({"piece": "carte"}, "l’est sur une pièce présentée"),
            ({"statut": "sure"}, "Choisissez le statut dans la liste."),
            ({**QUALIFIED, "matricule": ""}, "Une identité qualifiée a un matricule INS"),
            ({**QUALIFIED, "oid": ""}, "Une identité qualifiée a un matricule INS"),
            ({**QUALIFIED, "oid": ins.TESTS[0]}, "Choisissez la nature dans la liste."),
            ({**QUALIFIED, "matricule": KNOWN["S1"][:-1] + "1"}, ins.WRONG_KEY),
            ({"date_naissance": "29/02/1901"}, "Cette date n’existe pas."),
            ({"date_naissance": "00/13/1957"}, "Cette date n’existe pas."),
        ],
    )
    def test_what_is_wrong_is_told_and_the_rest_kept(self, signed_in, settings, typed, sentence):
        settings.DEMO = False
        response = signed_in.post(CREATE, {**PATIENT, **typed})
        assert response.status_code == 422
        assert sentence.replace("\u00a0", " ") in text_of(response)
        assert 'value="Essarts"' in response.content.decode()
        assert not Dossier.objects.exists()


class TestDatamatrix:
    def test_what_was_scanned_fills_the_fields_and_nothing_is_saved(self, signed_in):
        response = signed_in.post(CREATE, {"orientation": "sanitaire", "datamatrix": encoded()})
        assert response.status_code == 200
        assert not Dossier.objects.exists()
        initial = response.context["form"].initial
        assert (initial["nom"], initial["prenom"], initial["prenoms"]) == (
            "D'ESSARTS DUMAS", "MARIE-ANGE", "MARIE-ANGE JEANNE",
        )  # fmt: skip
        html = response.content.decode()
        for value in ("MARIE-ANGE JEANNE", KNOWN["S1"], "76540", "18/02/1957"):
            assert f'value="{value}"' in html

    def test_what_was_typed_otherwise_stands_beside_what_was_read(self, signed_in):
        typed = {**PATIENT, "nom": "d'Essarts Dumas", "prenom": "Marianne", "sexe": "M"}
        response = signed_in.post(CREATE, {**typed, "datamatrix": encoded(gs="")})
        shown = text_of(response)
        assert "Le lecteur ne transmet pas les séparateurs" in shown
        assert "Premier prénom de naissance : « MARIE-ANGE » est lu et placé dans le champ, « Mar" in shown
        assert "Sexe : « Féminin » est lu" in shown
        assert "« d'Essarts Dumas » était saisi" not in shown  # the same but for capitals

    def test_confirmed_it_is_a_dossier(self, signed_in):
        response = signed_in.post(CREATE, {"orientation": "sanitaire", "datamatrix": encoded()})
        form = response.context["form"]
        sent = {name: form[name].value() or "" for name in form.fields if name != "datamatrix"}
        sent |= QUALIFIED
        assert signed_in.post(CREATE, sent).status_code == 302
        dossier = Dossier.objects.get()
        assert (dossier.nom, dossier.matricule, dossier.lieu_naissance) == (
            "D'ESSARTS DUMAS",
            KNOWN["S1"],
            "76540",
        )

    def test_a_refused_one_says_why_and_asks_nothing_else(self, signed_in, settings):
        settings.DEMO = False
        sent = {"orientation": "sanitaire", "nom": "Essarts", "datamatrix": encoded(S2=ins.TESTS[0])}
        response = signed_in.post(CREATE, sent)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["datamatrix"]
        assert "identité de test" in text_of(response)
        assert 'value="Essarts"' in response.content.decode()


class TestChanging:
    def test_who_writes_the_volet_administratif_changes_the_identity(self, medecin):
        """Near misses: who only reads it, who lists, another médecin."""
        dossier, other = DossierFactory(auteur=medecin), MedecinFactory()
        confrere, stranger = DelegationFactory(delegant=medecin), DelegationFactory(delegant=other)
        may = {
            "médecin": as_medecin(medecin),
            "confrère": as_delegate(confrere),
            "secretary": as_delegate(lend(medecin, droits=SECRETARIAT)),
            "reader": as_delegate(lend(medecin, droits=READER)),
            "lister": as_delegate(lend(medecin, droits=LISTER)),
            "other médecin": as_medecin(other),
            "confrère of another": as_delegate(stranger),
        }
        able = [name for name, actor in may.items() if can(policies.edit_identite, actor, dossier)]
        assert able == ["médecin", "confrère", "secretary"]

    def test_validated_volets_are_to_be_validated_again(self, signed_in, medecin):
        dossier = DossierFactory(auteur=medecin, volet="Vit seule.", medical="Diabète.")
        medical = volet_of(dossier, Volet.Kind.MEDICAL)
        write(medical, by=as_medecin(medecin), valider=True, histoire="Diabète.")
        url = f"{dossier.get_absolute_url()}identite/"
        response = signed_in.post(url, {**PATIENT, "version": 1}, follow=True)
        assert "À valider de nouveau : volet médical." in text_of(response)
        medical = volet_of(dossier, Volet.Kind.MEDICAL)
        assert (medical.validated_at, medical.etat) == (None, "a_revalider")

    def test_the_journal_names_fields_and_never_values(self, signed_in, medecin):
        dossier = DossierFactory(auteur=medecin)
        signed_in.post(f"{dossier.get_absolute_url()}identite/", {**PATIENT, **QUALIFIED, "version": 1})
        entry = Entry.objects.get(event="identite.updated")
        assert "nom de naissance" in entry.data["champs"]
        written = json.dumps(list(Entry.objects.values("data")), ensure_ascii=False, default=str)
        assert not [value for value in ("Essarts", "Garricou", KNOWN["S1"], "1957") if value in written]

    def test_saved_unchanged_it_changes_nothing(self, medecin):
        dossier = DossierFactory(auteur=medecin, sexe="M")
        assert (
            actions.edit_identite(
                dossier, version=1, now=timezone.now(), nom=dossier.nom, by=as_medecin(medecin)
            )
            == []
        )
        assert Dossier.objects.get().version == 1

    def test_two_at_once_the_second_reads_what_the_first_wrote(self, signed_in, medecin):
        dossier = DossierFactory(auteur=medecin)
        url = f"{dossier.get_absolute_url()}identite/"
        assert signed_in.post(url, {**PATIENT, "version": 1}).status_code == 302
        response = signed_in.post(url, {**PATIENT, "nom": "Dumas", "version": 1})
        assert response.status_code == 409
        assert "Essarts Marie-Ange" in text_of(response)
        assert 'value="Dumas"' in response.content.decode()
        assert signed_in.post(url, {**PATIENT, "nom": "Dumas", "version": 2}).status_code == 302

    def test_a_search_finds_the_name_in_use_too(self, medecin):
        dossier = DossierFactory(auteur=medecin, nom_utilise="Léon-Dumas", prenom_utilise="Zoé")
        DossierFactory(nom_utilise="Léon-Dumas")
        for nom, prenom in (("leondu", ""), ("garri", "zo"), ("Léon", "mich")):
            assert list(actions.search(nom=nom, prenom=prenom, by=as_medecin(medecin))) == [dossier.pk]
