"""One effect, one line; no patient and no text in the journal; both texts when two people write."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from dossiers import actions
from dossiers.models import Dossier, Volet
from journal.models import Entry
from tests.dossiers.factories import READER, DossierFactory, lend, volet_of, write
from tests.factories import DelegationFactory, MedecinFactory, ProfessionnelFactory, as_delegate, as_medecin
from viatraj.core.droits import Orientation
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db

PATIENT = {"nom": "Garricou", "prenom": "Nadège", "date_naissance": date(1969, 9, 5)}


@pytest.fixture
def medecin():
    medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
    ProfessionnelFactory(idnat=medecin.login)
    return medecin


def create(by, **known):
    return actions.create(**{"orientation": Orientation.SANITAIRE, **PATIENT, **known}, by=by)


def edit(volet, caisse, *, version=1, by):
    return write(volet, caisse=caisse, version=version, by=by)


def events():
    return list(Entry.objects.order_by("pk").values_list("event", flat=True))


def test_a_medecin_creates_in_his_space(medecin):
    dossier = create(as_medecin(medecin))
    assert dossier.auteur == medecin
    assert volet_of(dossier).kind == Volet.Kind.ADMINISTRATIF
    assert events() == ["dossier.created"]


def test_a_delegate_creates_in_the_space_of_his_medecin(medecin):
    delegation = DelegationFactory(delegant=medecin)
    dossier = create(as_delegate(delegation))
    assert dossier.auteur == medecin
    entry = Entry.objects.get()
    assert (entry.user, entry.on_behalf_of, entry.delegation_id) == (
        delegation.delegataire,
        medecin,
        delegation.pk,
    )


def test_an_orientation_that_was_not_lent_is_refused(medecin):
    with pytest.raises(Denied, match="Plateforme"):
        create(as_delegate(lend(medecin)), orientation=Orientation.TND)
    assert not Dossier.objects.exists()
    assert events() == []


def test_no_orientation_is_no_dossier(medecin):
    with pytest.raises(ValidationError) as refused:
        create(as_medecin(medecin), orientation="")
    assert "orientation" in refused.value.message_dict


def test_the_same_key_is_one_dossier(medecin):
    cle = uuid.uuid4()
    first = create(as_medecin(medecin), cle=cle)
    assert create(as_medecin(medecin), cle=cle) == first
    assert Dossier.objects.count() == 1
    assert events() == ["dossier.created"]


@pytest.mark.parametrize("changed", [{"nom": "Villedary"}, {"orientation": Orientation.TND}])
def test_the_same_key_with_another_patient_is_no_double_click(medecin, changed):
    """«Précédent», another name, «Créer»: losing it silently would be worse than asking again."""
    cle = uuid.uuid4()
    create(as_medecin(medecin), cle=cle)
    with pytest.raises(ValidationError, match="déjà servi"):
        create(as_medecin(medecin), cle=cle, **changed)


def test_the_key_of_somebody_else_gives_nothing(medecin):
    cle = uuid.uuid4()
    create(as_medecin(MedecinFactory()), cle=cle)
    with pytest.raises(ValidationError, match="déjà servi"):
        create(as_medecin(medecin), cle=cle)


def test_a_number_that_is_taken_is_drawn_again(medecin, monkeypatch):
    taken = DossierFactory().numero
    draws = iter([taken, "12345678"])
    monkeypatch.setattr(Dossier._meta.get_field("numero"), "_get_default", lambda: taken)
    monkeypatch.setattr("dossiers.actions.dossiers.draw_numero", lambda: next(draws))
    assert create(as_medecin(medecin)).numero == "12345678"


def test_a_birth_to_come_is_told_at_its_field(medecin):
    with pytest.raises(ValidationError) as refused:
        create(as_medecin(medecin), date_naissance=timezone.localdate() + timedelta(days=2))
    assert [error.code for error in refused.value.error_dict["__all__"]] == ["date_naissance"]


def test_a_text_is_written_and_its_field_told(medecin):
    volet = volet_of(DossierFactory(auteur=medecin))
    written = edit(volet, "Vit seule.", by=as_medecin(medecin))
    assert (written.values, written.version) == ({"caisse": "Vit seule."}, 2)
    entry = Entry.objects.get()
    assert entry.data == {"volet": "volet administratif", "champs": ["Caisse de rattachement"]}
    assert entry.target == volet.dossier


def test_two_people_write(medecin):
    """The second one is shown what stands, and loses nothing."""
    volet = volet_of(DossierFactory(auteur=medecin))
    edit(volet, "Vit seule.", by=as_medecin(medecin))
    with pytest.raises(Stale) as stale:
        edit(volet, "Vit avec sa fille.", by=as_medecin(medecin))
    assert (stale.value.fresh.values, stale.value.fresh.version) == ({"caisse": "Vit seule."}, 2)
    assert volet_of(volet.dossier).values == {"caisse": "Vit seule."}
    assert events() == ["volet.updated"]


def test_the_same_text_twice_is_one_change(medecin):
    volet = volet_of(DossierFactory(auteur=medecin))
    for _ in range(2):
        edit(volet, "Vit seule.", by=as_medecin(medecin))
    assert volet_of(volet.dossier).version == 2
    assert events() == ["volet.updated"]


def test_a_reader_does_not_write(medecin):
    volet = volet_of(DossierFactory(auteur=medecin, volet="Vit seule."))
    with pytest.raises(Denied):
        edit(volet, "", by=as_delegate(lend(medecin, droits=READER)))
    assert volet_of(volet.dossier).texte == "Vit seule."
    assert events() == []


def test_reading_what_is_not_open_leaves_no_line():
    dossier = DossierFactory()
    with pytest.raises(Denied):
        actions.read(dossier, by=as_medecin(MedecinFactory()))
    assert events() == []


def test_a_search_stays_in_the_space_and_tells_no_name(medecin):
    mine = [DossierFactory(auteur=medecin, orientation=one) for one in Orientation]
    DossierFactory()
    found = actions.search(nom="garri", prenom="", by=as_medecin(medecin))
    assert set(found) == {one.pk for one in mine}
    entry = Entry.objects.get()
    assert (entry.event, entry.label, entry.data) == ("patient.searched", "", {})


def test_the_journal_holds_no_patient_and_no_text(medecin):
    by = as_medecin(medecin)
    dossier = create(by)
    actions.read(dossier, by=by)
    edit(volet_of(dossier), "Vit seule, rue Imaginaire.", by=by)
    actions.search(nom="Garricou", prenom="Nadège", by=by)
    lines = json.dumps(list(Entry.objects.values()), default=str, ensure_ascii=False)
    assert events() == ["dossier.created", "dossier.read", "volet.updated", "patient.searched"]
    for secret in ("Garricou", "GARRICOU", "Nadège", "1969", "seule", "Imaginaire"):
        assert secret not in lines


def test_the_history_says_who_did_it_in_whose_name(medecin):
    """DEL-6, word for word."""
    confrere = DelegationFactory(delegant=medecin, delegataire=MedecinFactory(nom="Léon", prenom="Gabriel"))
    assistant = lend(medecin)
    dossier = create(as_medecin(medecin))
    actions.read(dossier, by=as_delegate(confrere))
    edit(volet_of(dossier), "Vit seule.", by=as_delegate(assistant))
    assert [entry.sentence for entry in Entry.objects.about(dossier).newest_first()] == [
        "L’assistant(e) Sonia Petit a modifié le volet administratif au nom du médecin Christine Leclercq",
        "Le médecin Gabriel Léon a consulté le dossier au nom du médecin Christine Leclercq",
        "Le médecin Christine Leclercq a créé le dossier",
    ]
