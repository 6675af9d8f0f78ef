"""What a delegate is told of his rights on a dossier (DEL-5)."""

import pytest

from tests.dossiers.factories import LISTER, MEDICAL, SECRETARIAT, DossierFactory, lend, volet_of
from tests.dossiers.test_views import text_of
from tests.factories import DelegationFactory, MedecinFactory, sign_in
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db
CARE = "Plaie en voie de cicatrisation."


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def volet(medecin):
    return volet_of(DossierFactory(auteur=medecin, medical=CARE), "medical")


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
