"""Assistants: rights, an invitation, an answer, changes that are told (DEL-1, DEL-2, DEL-4, DEL-7)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courrier.models import Message
from delegations import rights
from delegations.forms import DroitsForm, initial_of, name_of
from delegations.models import Delegation
from delegations.rights import Lent
from journal.models import Entry
from tests.delegations.factories import (
    ADD,
    INDEX,
    MEDICAL,
    NADIA,
    READING,
    SECRETARIAT,
    accept,
    invite,
    nadia,
    typed,
    words,
)
from tests.factories import DelegationFactory, UserFactory, as_delegate, sign_in
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Orientation
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


class TestGrant:
    def test_proposes_with_its_rights_and_writes_one_mail(self, medecin):
        delegation = invite(medecin)
        assert delegation.is_waiting
        assert delegation.delegataire is None
        assert rights.lent(delegation) == SECRETARIAT
        message = Message.objects.get()
        assert message.to == NADIA["email"]
        for sentence in (
            "carte CPx",
            "« Médecins libéraux »",
            "/delegations/invitation/",
            "valable 30 jours",
        ):
            assert sentence in message.text
        assert Entry.objects.get(event="delegation.granted").user == medecin

    def test_same_key_twice_is_one(self, medecin):
        cle = uuid.uuid4()
        assert invite(medecin, cle=cle) == invite(medecin, cle=cle)
        assert Delegation.objects.count() == Message.objects.count() == 1

    @pytest.mark.parametrize(
        "again", [{}, {"nom": "FERHÂT", "prenom": "nadia", "email": NADIA["email"].upper()}]
    )
    def test_same_person_twice_on_overlapping_days(self, medecin, again):
        invite(medecin)
        with pytest.raises(ValidationError, match="Vous avez déjà une délégation avec cette personne"):
            invite(medecin, **again)

    def test_same_person_again_once_she_has_answered(self, medecin):
        first = invite(medecin)
        accept(first, nadia())
        with pytest.raises(ValidationError, match="Vous avez déjà une délégation avec cette personne"):
            invite(medecin)
        later = invite(medecin, debut=first.fin + timedelta(days=1), fin=first.fin + timedelta(days=30))
        assert later.delegataire == first.delegataire
        assert later.is_waiting

    def test_one_year_at_most(self, medecin):
        with pytest.raises(ValidationError, match="12 mois au plus"):
            invite(medecin, fin=timezone.localdate() + timedelta(days=367))

    def test_an_assistant_cannot_delegate_further(self, medecin):
        """DEL-7."""
        with pytest.raises(Denied, match="ne peut pas déléguer à son tour"):
            invite(medecin, by=as_delegate(DelegationFactory(delegant=medecin)))

    def test_no_medecin(self):
        with pytest.raises(Denied, match="Seul un médecin"):
            invite(None, by=Actor(user=UserFactory()))

    @pytest.mark.parametrize(
        "forged",
        [
            Lent("sanitaire", "volet_medical", "validation"),
            Lent("sanitaire", "volet_administratif", "repondre"),
            Lent("sanitaire", "compte"),
            Lent("ailleurs", "dossier_creation"),
            Lent("tnd", "dossier_acceptation"),
            Lent("sanitaire", "volet_medical", ""),
        ],
    )
    def test_a_right_that_is_never_lent(self, medecin, forged):
        with pytest.raises(ValidationError, match="ne se délègue pas à un assistant"):
            invite(medecin, droits={*SECRETARIAT, forged})
        assert not Delegation.objects.exists()

    def test_no_right_at_all(self, medecin):
        with pytest.raises(ValidationError, match="au moins un droit"):
            invite(medecin, droits=())

    def test_a_right_asks_for_the_list(self, medecin):
        with pytest.raises(ValidationError, match="Consulter la liste"):
            invite(medecin, droits={Lent("tnd", "dossier_creation")})


class TestPage:
    @pytest.fixture(autouse=True)
    def session(self, client, medecin):
        sign_in(client, medecin)

    def test_a_preset(self, client, medecin):
        answer = client.post(ADD, typed(modele="assistant_medical"), follow=True)
        assert "Invitation envoyée à Nadia Ferhat." in answer.text
        assert rights.lent(Delegation.objects.get()) == MEDICAL
        text = words(client.get(INDEX))
        for cell in (
            "Ferhat",
            "nadia.ferhat@cabinet.example",
            "Assistant médical",
            "En attente d’acceptation",
        ):
            assert cell in text

    def test_own_choice(self, client):
        chosen = {"sanitaire_dossier_liste": "on", "sanitaire_volet_medical": "lecture"}
        client.post(ADD, typed(modele="personnalises", **chosen))
        assert rights.lent(Delegation.objects.get()) == {
            Lent("sanitaire", "dossier_liste"),
            Lent("sanitaire", "volet_medical", "lecture"),
        }
        assert "Personnalisés" in client.get(INDEX).text

    def test_the_table_counts_with_own_choice_only(self, client):
        client.post(ADD, typed(modele="lecture_seule", sanitaire_dossier_creation="on"))
        assert rights.lent(Delegation.objects.get()) == READING

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"nom": ""}, "Indiquez le nom, tel qu’il figure sur la carte CPx."),
            ({"prenom": " "}, "Indiquez le prénom"),
            ({"nom": "Ferhat http://mal.example"}, "« : » n’est pas une lettre."),
            ({"prenom": "12"}, "Il faut au moins une lettre."),
            ({"email": "nadia"}, "Cette adresse n’est pas complète"),
            ({"modele": ""}, "Choisissez les droits."),
            ({"modele": "tout"}, "Choisissez l’un des modèles proposés."),
            ({"modele": "personnalises"}, "Accordez au moins un droit."),
            ({"modele": "personnalises", "tnd_demande": "on"}, "les autres droits en dépendent"),
            (
                {"modele": "personnalises", "tnd_dossier_liste": "on", "tnd_volet_medical": "validation"},
                "Ce droit ne se délègue pas à un assistant.",
            ),
            ({"fin": "2020-01-01"}, "La date de fin précède le premier jour."),
        ],
    )
    def test_bad_input_is_told_and_kept(self, client, change, sentence):
        answer = client.post(ADD, typed(**change))
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert change.get("prenom", "Nadia") in answer.text
        assert not Delegation.objects.exists()
        assert not Message.objects.exists()

    def test_no_forged_orientation_has_a_field(self):
        assert name_of(Orientation.TND, Droit.DOSSIER_ACCEPTATION) not in DroitsForm().fields

    def test_what_it_shows_is_what_it_takes(self):
        """A page sent back as it came changes no right."""
        own = frozenset({Lent("tnd", "dossier_liste"), Lent("tnd", "volet_medical", "lecture")})
        for droits in (SECRETARIAT, MEDICAL, READING, own):
            form = DroitsForm(initial_of(droits))
            assert form.is_valid()
            assert form.cleaned_data["droits"] == droits


def test_rights_shown_to_both(client, medecin):
    delegation = invite(medecin, droits=READING)
    sign_in(client, medecin)
    text = words(client.get(f"{INDEX}{delegation.pk}/"))
    assert "Volet médical : lecture" in text
    assert "ne peut ni valider un volet médical, ni déléguer à son tour" in text


def test_the_list_costs_the_same_whatever_its_length(client, medecin, django_assert_num_queries):
    def add(number):
        for one in range(number):
            nom, email = f"Ferhat{'abcdefghijkl'[one]}{'x' * number}", f"n{number}-{one}@cabinet.example"
            user = nadia(login=f"login-{number}-{one}", nom=nom, email=email)
            invited = invite(medecin, nom=nom, email=email)
            Delegation.objects.filter(pk=invited.pk).update(delegataire=user, accepted_at=timezone.now())

    sign_in(client, medecin)
    add(2)
    client.get(INDEX)
    with CaptureQueriesContext(connection) as few:
        assert client.get(INDEX).text.count("Secrétariat") == 2
    add(10)
    with django_assert_num_queries(len(few)):
        client.get(INDEX)
