"""The medical volet: read, written, validated by whom (DOS-3); what a delegate is told of it (DEL-5)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from delegations.rights import LENDABLE
from dossiers import actions
from journal.models import Entry
from tests.dossiers.factories import LISTER, MEDICAL, SECRETARIAT, DossierFactory, lend, volet_of
from tests.dossiers.test_views import text_of
from tests.factories import DelegationFactory, MedecinFactory, as_delegate, as_medecin, sign_in
from viatraj.core.droits import Orientation
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
CARE = "Plaie en voie de cicatrisation."


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def volet(medecin):
    return volet_of(DossierFactory(auteur=medecin, medical=CARE), "medical")


def validate(volet, texte=CARE, *, by, version=1):
    return actions.validate_volet(volet, texte=texte, version=version, now=timezone.now(), by=by)


def edit(volet, texte, *, by, version=1):
    return actions.edit_volet(volet, texte=texte, version=version, now=timezone.now(), by=by)


def events() -> list[str]:
    return [entry.event for entry in Entry.objects.order_by("pk")]


class TestValidate:
    def test_validating_saves_the_text_that_was_read(self, medecin, volet):
        """The text sent is saved with it; twice is once."""
        for _ in range(2):
            validate(volet, "Cicatrisée.", by=as_medecin(medecin))
        volet.refresh_from_db()
        assert (volet.texte, volet.validated_by) == ("Cicatrisée.", medecin)
        assert events() == ["volet.updated", "volet.validated"]
        sentence = "Le médecin Christine Leclercq a validé le volet médical"
        assert Entry.objects.get(event="volet.validated").sentence == sentence

    def test_not_a_text_that_somebody_changed_meanwhile(self, medecin, volet):
        edit(volet, "Écrit entre-temps.", by=as_delegate(lend(medecin, droits=MEDICAL)))
        with pytest.raises(Stale):
            validate(volet, "Autre texte.", by=as_medecin(medecin))
        assert not volet_of(volet.dossier, "medical").validated_at

    def test_not_an_empty_one(self, medecin, volet):
        with pytest.raises(ValidationError, match="Complétez le volet"):
            validate(volet, "", by=as_medecin(medecin))
        assert (volet_of(volet.dossier, "medical").texte, events()) == (CARE, [])

    def test_a_change_is_to_be_validated_again(self, medecin, volet):
        validate(volet, by=as_medecin(medecin))
        assistant = as_delegate(lend(medecin, droits=MEDICAL))
        edit(volet, CARE, by=assistant)
        assert volet_of(volet.dossier, "medical").validated_at, "the same text changes nothing"
        edit(volet, "Autre.", by=assistant)
        volet.refresh_from_db()
        assert (volet.validated_at, volet.validated_by) == (None, None)

    def test_a_confrere_does_it_in_the_name_of_the_medecin(self, medecin, volet):
        lent = DelegationFactory(delegant=medecin)
        validate(volet, by=as_delegate(lent))
        assert volet_of(volet.dossier, "medical").validated_by == lent.delegataire
        told = Entry.objects.get(event="volet.validated").sentence
        assert told.endswith("a validé le volet médical au nom du médecin Christine Leclercq")

    def test_no_assistant_whatever_was_lent(self, medecin, volet):
        droits = tuple((droit, modes[-1]) for droit, modes in LENDABLE.items())
        with pytest.raises(Denied, match="ne vous a pas délégué"):
            validate(volet, by=as_delegate(lend(medecin, droits=droits)))

    def test_nobody_the_administrative_one(self, medecin, volet):
        with pytest.raises(Denied, match="Volet administratif \\(validation\\)"):
            validate(volet_of(volet.dossier), "Vu.", by=as_medecin(medecin))


class TestPage:
    def at_work(self, client, delegation):
        return sign_in(client, delegation.delegataire, acting=delegation)

    def test_the_medecin_writes_and_validates(self, client, medecin, volet):
        path = volet.dossier.get_absolute_url()
        sign_in(client, medecin)
        assert "À valider par le médecin." in text_of(client.get(path))
        typed = {"volet": "medical", "texte": "Cicatrisée.", "version": 1, "valider": "oui"}
        shown = text_of(client.post(path, typed, follow=True))
        assert "Le volet médical est enregistré et validé." in shown
        assert "Validé par le Dr Christine Leclercq" in shown

    def test_an_empty_one_is_refused_where_it_is_typed(self, client, medecin, volet):
        sign_in(client, medecin)
        typed = {"volet": "medical", "texte": "", "version": 1, "valider": "oui"}
        answer = client.post(volet.dossier.get_absolute_url(), typed)
        assert answer.status_code == 422
        assert 'href="#id_texte_medical"' in answer.text
        assert "Complétez le volet avant de le valider." in answer.text

    def test_each_volet_keeps_what_was_typed_in_it(self, client, medecin, volet):
        """Stale: the text is kept in its own form, and the other one is as it stands."""
        sign_in(client, medecin)
        typed = {"volet": "medical", "texte": "Perdu ?", "version": 7}
        answer = client.post(volet.dossier.get_absolute_url(), typed)
        assert answer.status_code == 409
        assert answer.text.count("Perdu ?") == 1
        assert CARE in answer.text
        assert not volet_of(volet.dossier).texte

    @pytest.mark.parametrize("sent", ["", "soins", "medical\0"])
    def test_a_volet_that_is_not_there(self, client, medecin, volet, sent):
        sign_in(client, medecin)
        typed = {"volet": sent, "texte": "X", "version": 1}
        assert client.post(volet.dossier.get_absolute_url(), typed).status_code in (400, 422)
        assert {one.texte for one in volet.dossier.volets.all()} == {"", CARE}

    def test_a_secretary_neither_reads_nor_writes_it(self, client, medecin, volet):
        """The near miss: she writes the other volet of the same dossier."""
        self.at_work(client, lend(medecin, droits=SECRETARIAT))
        page = client.get(volet.dossier.get_absolute_url())
        assert CARE not in page.text
        assert page.text.count("<textarea") == 1
        typed = {"volet": "medical", "texte": "X", "version": 1, "au_nom_de": medecin.pk}
        assert client.post(volet.dossier.get_absolute_url(), typed).status_code == 403
        assert volet_of(volet.dossier, "medical").texte == CARE

    def test_its_text_is_in_no_list_search_or_history(self, client, medecin, volet):
        sign_in(client, medecin)
        base = "/dossiers/"
        client.post(f"{base}{volet.dossier.numero}/", {"volet": "medical", "texte": "Zorglub", "version": 1})
        for path in (base, f"{base}{volet.dossier.numero}/historique/", f"{base}recherche/"):
            assert "Zorglub" not in client.get(path).text
        assert "Zorglub" not in client.post(f"{base}recherche/", {"nom": "Garricou", "prenom": ""}).text


class TestWhatADelegateMayDo:
    """DEL-5: he sees his own rights on the dossiers of the confrère or médecin for whom he works."""

    def rights_on(self, client, delegation, dossier) -> str:
        sign_in(client, delegation.delegataire, acting=delegation)
        text = text_of(client.get(dossier.get_absolute_url()))
        return text.partition("Vos droits sur ce dossier")[2].partition("Volet administratif Volet")[0]

    @pytest.mark.parametrize(
        ("droits", "said"),
        [
            (LISTER, ["Volet administratif Non", "Volet médical Non", "demandes Non", "un dossier Non"]),
            (SECRETARIAT, ["Volet administratif Écriture", "Volet médical Non", "demandes Non"]),
            (MEDICAL, ["Volet administratif Non", "Volet médical Écriture"]),
        ],
    )
    def test_an_assistant(self, client, medecin, volet, droits, said):
        shown = self.rights_on(client, lend(medecin, droits=droits), volet.dossier)
        assert "Ceux que le Dr Christine Leclercq vous a confiés pour cette orientation." in shown
        for line in said:
            assert line in shown

    def test_a_confrere(self, client, medecin, volet):
        shown = self.rights_on(client, DelegationFactory(delegant=medecin), volet.dossier)
        for line in ("Volet administratif Écriture", "Volet médical Validation", "un dossier Oui"):
            assert line in shown

    def test_only_those_of_this_orientation(self, client, medecin):
        """The near miss: the right is lent, for another orientation; and TND accepts nothing."""
        elsewhere = lend(medecin, droits=LISTER, orientations=(Orientation.TND,))
        for one in lend(medecin, droits=MEDICAL, assistant=elsewhere.delegataire, revoked=True).droits.all():
            one.delegation = elsewhere
            one.save()
        tnd = DossierFactory(auteur=medecin, orientation=Orientation.TND)
        shown = self.rights_on(client, elsewhere, tnd)
        assert "Volet médical Non" in shown
        assert "Accepter un dossier" not in shown

    def test_not_the_medecin_himself(self, client, medecin, volet):
        sign_in(client, medecin)
        assert "Vos droits sur ce dossier" not in client.get(volet.dossier.get_absolute_url()).text

    def test_what_was_lent_and_what_was_not_on_the_delegation_itself(self, client, medecin):
        lent = lend(medecin, droits=MEDICAL)
        sign_in(client, lent.delegataire)
        shown = text_of(client.get(f"/delegations/recues/{lent.pk}/"))
        assert "Volet médical : écriture" in shown
        assert "Non confié : créer un dossier, volet administratif, envoyer et suivre les demandes" in shown
