"""A volet filled and validated: its states, what lists read, what the journal is told (DOS-3, DOS-5)."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from dossiers import actions, volets
from dossiers.models import ContactsUnite, Dossier, Volet
from dossiers.natures import Kind
from dossiers.reads.contacts import remembered
from dossiers.volets.aggir import VARIABLES
from journal.models import Entry
from tests.annuaire import territoires
from tests.dossiers.factories import (
    ADRESSAGE,
    MEDICAL,
    MEDICAL_REMPLI,
    ORIENTATION_REMPLIE,
    READER,
    DossierFactory,
    lend,
    volet_of,
    write,
)
from tests.factories import (
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
)
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
CARE = "Plaie en voie de cicatrisation."


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


def a_volet(medecin, kind=Kind.MEDICAL, orientation="sanitaire", **known) -> Volet:
    dossier = DossierFactory(auteur=medecin, orientation=orientation, **known)
    volet, _ = Volet.objects.get_or_create(dossier=dossier, kind=kind)
    return volet


def events() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("event", flat=True))


def etat(volet) -> str:
    return Volet.objects.get(pk=volet.pk).etat


class TestEtats:
    def test_the_whole_way(self, medecin):
        volet, by = a_volet(medecin), as_medecin(medecin)
        assert etat(volet) == "vide"
        write(volet, by=by, antecedents=["renal"])
        assert etat(volet) == "en_cours"
        write(volet, by=by, **MEDICAL_REMPLI)
        assert etat(volet) == "complete"
        write(volet, by=by, valider=True, **MEDICAL_REMPLI)
        assert etat(volet) == "valide"
        write(volet, by=by, histoire="Chute au travail.")
        assert etat(volet) == "a_revalider"
        write(volet, by=by, valider=True, histoire="Chute au travail.")
        assert etat(volet) == "valide"

    def test_emptied_again_it_is_empty(self, medecin):
        volet, by = a_volet(medecin), as_medecin(medecin)
        write(volet, by=by, antecedents=["renal"])
        write(volet, by=by)
        assert etat(volet) == "vide"

    def test_the_same_answers_change_nothing(self, medecin):
        volet, by = a_volet(medecin), as_medecin(medecin)
        write(volet, by=by, valider=True, **MEDICAL_REMPLI)
        write(volet, by=by, version=1, **MEDICAL_REMPLI)
        assert etat(volet) == "valide"
        assert events() == ["volet.updated", "volet.validated"]

    def test_validating_twice_is_validating_once(self, medecin):
        volet = a_volet(medecin)
        for _ in range(2):
            write(volet, by=as_medecin(medecin), version=1, valider=True, **MEDICAL_REMPLI)
        assert events() == ["volet.updated", "volet.validated"]

    def test_a_text_of_before_the_forms_is_kept_and_read(self, medecin):
        volet = volet_of(DossierFactory(auteur=medecin, medical=CARE), "medical")
        assert (volet.etat, volet.form.version, volet.values) == ("en_cours", 0, {"texte": CARE})
        assert volets.anonymous(volet.form, volet.values) == {}
        written = write(volet, by=as_medecin(medecin), **MEDICAL_REMPLI)
        assert (written.texte, written.values) == (CARE, MEDICAL_REMPLI)

    def test_a_validated_text_of_before_stays_validated(self, medecin):
        volet = volet_of(DossierFactory(auteur=medecin, medical=CARE), "medical")
        volet.validated_at, volet.validated_by = timezone.now(), medecin
        volet.save()
        assert etat(volet) == "valide"

    @pytest.mark.parametrize(
        ("kind", "complet", "validated", "enough"),
        [
            (Kind.MEDICAL, True, False, False),
            (Kind.MEDICAL, True, True, True),
            (Kind.ORIENTATION, True, False, False),
            (Kind.ADMINISTRATIF, True, False, True),
            (Kind.ADMINISTRATIF, False, False, False),
            (Kind.SOCIAL, True, False, True),
            (Kind.SERVICE, True, False, True),
        ],
    )
    def test_what_a_complete_dossier_wants(self, medecin, kind, complet, validated, enough):
        known = {"validated_at": timezone.now(), "validated_by": medecin} if validated else {}
        volet = Volet(dossier=DossierFactory(auteur=medecin), kind=kind, complet=complet, **known)
        volet.dossier.volets.filter(kind=kind).delete()
        volet.save()
        assert volet.is_enough is enough


class TestRefused:
    @pytest.mark.parametrize(
        ("contenu", "field", "sentence"),
        [
            ({}, "histoire", "À renseigner\u00a0: histoire de la maladie."),
            (MEDICAL_REMPLI | {"dialyse": "oui"}, "dialyse_jours", "À renseigner"),
        ],
    )
    def test_validating_wants_what_is_required(self, medecin, contenu, field, sentence):
        volet = a_volet(medecin)
        with pytest.raises(ValidationError) as refused:
            write(volet, by=as_medecin(medecin), valider=True, **contenu)
        assert sentence in refused.value.message_dict[field][0]
        assert (etat(volet), events()) == ("vide", [])

    @pytest.mark.parametrize(
        "contenu",
        [{"voie": "forged"}, {"appui": "forged"}, {"histoire": "a" * 20_001}, {"chirurgie": "hier"}],
    )
    def test_what_no_page_sends_is_not_kept(self, medecin, contenu):
        """The action reads it again: a form is no guard."""
        volet = a_volet(medecin)
        with pytest.raises(ValidationError) as refused:
            write(volet, by=as_medecin(medecin), **contenu)
        assert set(refused.value.message_dict) == set(contenu)
        assert etat(volet) == "vide"

    @pytest.mark.parametrize("formulaire", [0, 2, -1])
    def test_another_version_of_the_form(self, medecin, formulaire):
        volet = a_volet(medecin)
        known = {"contenu": {}, "version": 1, "now": timezone.now(), "by": as_medecin(medecin)}
        with pytest.raises(ValidationError, match="Ce formulaire a changé"):
            actions.edit_volet(volet, formulaire=formulaire, **known)

    def test_a_volet_that_the_orientation_does_not_have(self, medecin):
        volet = a_volet(medecin, Kind.AUTONOMIE)
        known = {"contenu": {}, "formulaire": 1, "version": 1, "now": timezone.now()}
        with pytest.raises((ValidationError, Denied)):
            actions.edit_volet(volet, by=as_medecin(medecin), **known)

    @pytest.mark.parametrize(("years", "taken"), [(7, False), (6, True)])
    def test_a_child_of_seven(self, medecin, years, taken):
        """Saved as a draft, never validated."""
        today = timezone.localdate()
        born = date(today.year - years, today.month, min(today.day, 28))
        volet, by = a_volet(medecin, Kind.ADRESSAGE, "tnd", date_naissance=born), as_medecin(medecin)
        write(volet, by=by, **ADRESSAGE)
        if taken:
            assert write(volet, by=by, valider=True, **ADRESSAGE).validated_at
        else:
            with pytest.raises(ValidationError, match="jusqu’à 6"):
                write(volet, by=by, valider=True, **ADRESSAGE)

    def test_a_reader_does_not_write(self, medecin):
        volet = a_volet(medecin, Kind.ADMINISTRATIF)
        with pytest.raises(Denied):
            write(volet, by=as_delegate(lend(medecin, droits=READER)), code_postal="35000")
        assert (etat(volet), events()) == ("vide", [])

    def test_an_assistant_writes_and_does_not_validate(self, medecin):
        volet, by = a_volet(medecin), as_delegate(lend(medecin, droits=MEDICAL))
        write(volet, by=by, **MEDICAL_REMPLI)
        with pytest.raises(Denied):
            write(volet, by=by, valider=True, **MEDICAL_REMPLI)


class TestTogether:
    def test_in_one_volet_the_second_is_shown_what_stands(self, medecin):
        volet, by = a_volet(medecin), as_medecin(medecin)
        write(volet, by=by, version=1, **MEDICAL_REMPLI)
        with pytest.raises(Stale) as stale:
            write(volet, by=by, version=1, histoire="Autre.")
        assert (stale.value.fresh.values, stale.value.fresh.version) == (MEDICAL_REMPLI, 2)

    def test_in_two_volets_nobody_is(self, medecin):
        volet, by = a_volet(medecin), as_medecin(medecin)
        write(volet_of(volet.dossier), by=by, version=1, code_postal="35000")
        write(volet, by=by, version=1, **MEDICAL_REMPLI)

    def test_one_does_not_validate_what_one_has_not_read(self, medecin):
        """The same answers, but the identity has changed meanwhile: the version says so."""
        volet, by = a_volet(medecin), as_medecin(medecin)
        write(volet, by=by, valider=True, **MEDICAL_REMPLI)
        read = Volet.objects.get(pk=volet.pk).version
        [again] = actions.edit_identite(volet.dossier, version=1, now=timezone.now(), nom="Villedary", by=by)
        assert (again.pk, etat(volet)) == (volet.pk, "a_revalider")
        with pytest.raises(Stale):
            write(volet, by=by, version=read, valider=True, **MEDICAL_REMPLI)
        assert write(volet, by=by, valider=True, **MEDICAL_REMPLI).validated_at

    def test_who_validates_in_whose_name(self, medecin):
        volet, lent = a_volet(medecin), DelegationFactory(delegant=medecin)
        write(volet, by=as_delegate(lent), valider=True, **MEDICAL_REMPLI)
        volet.refresh_from_db()
        assert (volet.validated_by, volet.validated_for) == (lent.delegataire, medecin)
        told = Entry.objects.get(event="volet.validated").sentence
        assert told.endswith("a validé le volet médical au nom du médecin Christine Leclercq")


class TestWhatListsRead:
    def test_the_departement_of_the_address(self, medecin):
        territoires.some("2A004")
        volet, by = a_volet(medecin, Kind.ADMINISTRATIF), as_medecin(medecin)
        write(volet, by=by, code_postal="20090")
        assert Dossier.objects.get(pk=volet.dossier_id).departement == "2A"
        write(volet, by=by)
        assert Dossier.objects.get(pk=volet.dossier_id).departement == ""

    def test_type_and_pathologie(self, medecin):
        volet = a_volet(medecin, Kind.ORIENTATION)
        write(volet, by=as_medecin(medecin), **ORIENTATION_REMPLIE)
        dossier = Dossier.objects.get(pk=volet.dossier_id)
        assert (dossier.types, dossier.pathologie) == (["smr_geriatrie"], "FES")

    def test_the_type_of_a_stay(self, medecin):
        volet = a_volet(medecin, Kind.ADMINISTRATIF, "grand_age")
        write(volet, by=as_medecin(medecin), type_sejour=["permanent", "jour"])
        assert Dossier.objects.get(pk=volet.dossier_id).types == ["permanent", "jour"]

    def test_the_gir(self, medecin):
        volet, by = a_volet(medecin, Kind.AUTONOMIE, "grand_age"), as_medecin(medecin)
        answers = dict.fromkeys(VARIABLES, "C")
        write(volet, by=by, **answers)
        assert Dossier.objects.get(pk=volet.dossier_id).gir == 1
        del answers["toilette"]
        write(volet, by=by, **answers)
        assert Dossier.objects.get(pk=volet.dossier_id).gir is None

    @pytest.mark.parametrize("born", ["1957-01-01", "1957-12-31", "2020-02-29"])
    def test_the_age_at_creation(self, medecin, born):
        dossier = DossierFactory(auteur=medecin, date_naissance=date.fromisoformat(born))
        dossier.refresh_from_db()
        day, birth = timezone.localdate(dossier.created_at), dossier.date_naissance
        assert dossier.age_creation == day.year - birth.year - (
            (day.month, day.day) < (birth.month, birth.day)
        )

    def test_the_dossier_is_modified_when_a_volet_is(self, medecin):
        volet, now = a_volet(medecin), timezone.now()
        known = {"contenu": MEDICAL_REMPLI, "formulaire": 1, "version": 1, "by": as_medecin(medecin)}
        actions.edit_volet(volet, now=now, **known)
        assert Dossier.objects.get(pk=volet.dossier_id).modified_at == now

    def test_the_contacts_of_a_unit_are_remembered(self):
        unite, other = UniteFactory(), UniteFactory()
        by = as_professionnel(HabilitationFactory(lieu=unite).user)
        contacts = [{"role": "cadre", "nom": "Morel", "telephone": "+33199001234"}]
        volets_of = [
            Volet.objects.create(dossier=DossierFactory(auteur=None, lieu=lieu), kind=Kind.SERVICE)
            for lieu in (unite, unite, other)
        ]
        write(volets_of[0], by=by, contacts=contacts)
        assert [remembered(one) for one in volets_of] == [contacts, contacts, []]
        write(volets_of[0], by=by)
        assert ContactsUnite.objects.get().contacts == contacts, "none given is none changed"
        assert remembered(Volet(kind=Kind.SOCIAL, dossier=volets_of[0].dossier)) == []


def test_the_journal_holds_names_of_fields_and_no_answer(medecin):
    """DOS-5."""
    volet = a_volet(medecin, Kind.ADMINISTRATIF)
    write(volet, by=as_medecin(medecin), adresse="3 rue Imaginaire", ville="Rennes", regime="agricole")
    entry = Entry.objects.get()
    assert entry.data == {
        "volet": "volet administratif",
        "champs": ["Adresse actuelle", "Commune", "Régime d’assurance maladie"],
    }
    lines = json.dumps(list(Entry.objects.values()), default=str, ensure_ascii=False)
    assert [secret for secret in ("Imaginaire", "Rennes", "agricole") if secret in lines] == []
