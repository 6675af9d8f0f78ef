"""A délégation changed by the médecin: its rights, its period, the name (DEL-4)."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courrier.models import Message
from delegations import rights
from delegations.models import Delegation, DroitDelegue
from delegations.rights import Lent
from journal.models import Entry
from tests.delegations.factories import (
    INDEX,
    MEDICAL,
    NADIA,
    READING,
    SECRETARIAT,
    accept,
    invite,
    modify,
    nadia,
    typed,
    words,
)
from tests.factories import MedecinFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Droit, Mode
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db


class TestModify:
    @pytest.fixture
    def delegation(self, medecin):
        delegation = invite(medecin)
        accept(delegation, nadia())
        Message.objects.all().delete()
        return delegation

    def test_reducing_is_immediate_and_told(self, medecin, delegation):
        modify(delegation, droits=READING)
        held = as_delegate(delegation).rights
        place = Place(medecin=medecin.pk)
        assert not held.cover(Droit.DOSSIER_CREATION, place, domaine="tnd")
        assert not held.cover(Droit.VOLET_ADMINISTRATIF, place, domaine="tnd", mode=Mode.ECRITURE)
        message = Message.objects.get()
        assert message.to == NADIA["email"]
        assert "volet administratif\u00a0: lecture (auparavant écriture)" in message.text

    def test_the_history_says_what_changed(self, delegation):
        fin = delegation.fin + timedelta(days=10)
        modify(delegation, droits=SECRETARIAT - {Lent("tnd", "demande")}, fin=fin)
        told = Entry.objects.get(event="delegation.modified").sentence
        assert "a modifié la délégation de Nadia Ferhat\u00a0: période du" in told
        assert f"au {fin:%d/%m/%Y} (auparavant" in told
        assert "TND, «\u00a0envoyer et suivre les demandes\u00a0» retiré" in told

    def test_no_change_writes_nothing(self, delegation):
        before = Entry.objects.count()
        modify(delegation)
        assert Entry.objects.count() == before
        assert not Message.objects.exists()

    def test_stale(self, delegation):
        modify(delegation, droits=READING)
        with pytest.raises(Stale):
            modify(delegation, droits=MEDICAL, version=1)

    def test_a_forged_right(self, delegation):
        with pytest.raises(ValidationError, match="ne se délègue pas"):
            modify(delegation, droits={*SECRETARIAT, Lent("tnd", "volet_medical", "validation")})
        assert rights.lent(Delegation.objects.get()) == SECRETARIAT

    def test_the_name_is_no_longer_corrected_once_answered(self, client, medecin, delegation):
        modify(delegation, droits=READING, identity={**NADIA, "nom": "Autre"})
        assert delegation.nom == "Ferhat"
        sign_in(client, medecin)
        assert 'name="nom"' not in client.get(f"{INDEX}{delegation.pk}/modifier/").text

    def test_neither_the_delegate_nor_another_medecin(self, delegation):
        for by in (Actor(user=delegation.delegataire), as_medecin(MedecinFactory()), as_delegate(delegation)):
            with pytest.raises(Denied):
                modify(delegation, droits=MEDICAL, by=by)

    def test_stale_page_shows_what_stands(self, client, medecin, delegation):
        sign_in(client, medecin)
        modify(delegation, droits=READING)
        sent = {**typed(modele="assistant_medical"), "version": 1}
        answer = client.post(f"{INDEX}{delegation.pk}/modifier/", sent)
        assert answer.status_code == 409
        assert "Droits : Lecture seule." in words(answer)

    def test_the_page_takes_what_it_shows(self, client, medecin, delegation):
        sign_in(client, medecin)
        text = client.get(f"{INDEX}{delegation.pk}/modifier/").text
        assert re.search(r'value="secretariat"[^>]*checked', text)
        sent = {**typed(modele="lecture_seule"), "version": delegation.version}
        assert client.post(f"{INDEX}{delegation.pk}/modifier/", sent).status_code == 302
        assert rights.lent(Delegation.objects.get()) == READING


def test_the_medecin_corrects_the_name(client, medecin):
    """Another card was refused: a new invitation goes out, the former link is dead."""
    delegation = invite(medecin, nom="Ferat")
    user = nadia()
    with pytest.raises(Denied):
        accept(delegation, user)
    sign_in(client, medecin)
    page = f"{INDEX}{delegation.pk}/modifier/"
    client.post(page, {**typed(), "fin": delegation.fin, "version": delegation.version})
    delegation.refresh_from_db()
    assert delegation.nom == "Ferhat"
    assert Message.objects.count() == 2
    assert "nom corrigé" in Entry.objects.get(event="delegation.modified").sentence
    accept(delegation, user)
    assert delegation.delegataire == user


def test_former_rights_go_and_new_ones_come():
    assert DroitDelegue.objects.count() == 0
    medecin = MedecinFactory()
    delegation = invite(medecin, droits=MEDICAL)
    modify(delegation, droits=READING)
    assert DroitDelegue.objects.count() == len(READING)
