"""DOS-6, HAB-8: what a letter still says when it leaves, and where its links lead."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from courrier.delivery import Sender
from courrier.models import Message
from demandes import actions
from demandes.alertes import Evenement
from demandes.calendrier import PARIS
from demandes.etats import Verbe
from demandes.models import Alerte, Demande, Preference
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE, RESPONSABLE_ADMISSIONS
from tests.demandes.factories import SYSTEM, Cas, prevenus, tell, tick
from tests.dossiers.factories import DossierFactory, lend, professionnel
from tests.factories import MedecinFactory, UniteFactory, as_medecin, sign_in
from viatraj.core.droits import Droit, Mode

pytestmark = pytest.mark.django_db


@pytest.fixture
def cas():
    return prevenus()


@pytest.fixture
def relay(tmp_path, settings, transactional_db):
    """Sends all that waits; returns the texts, in their order."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def send() -> list[str]:
        with Sender() as sender:
            while sender.deliver():
                pass
        return [one.body for one in mail.outbox]

    return send


class TestEachLine:
    """DOS-6: of a letter of several lines, each asks its own right when it leaves."""

    @pytest.fixture
    def several(self, cas):
        """One who works in two units, told in the morning of a demande in each."""
        cas.deux = [cas, Cas(), Cas()]
        for one in cas.deux[1:]:
            professionnel(RESPONSABLE_ADMISSIONS, one.unites[0], user=cas.receveur.user)
        tick(cas.receveur)
        held = Habilitation.objects.filter(user=cas.receveur.user)
        recap = "q" * len(Evenement)
        Preference.objects.bulk_create(Preference(habilitation=row, choix=recap) for row in held)
        start = timezone.localtime().replace(hour=12, minute=0)
        for one in cas.deux:
            one.now = start
            one.sent()
        Habilitation.objects.exclude(user=cas.receveur.user).update(emails=False)
        actions.tell_facts(now=start, by=SYSTEM)
        actions.send_recaps(now=(start + timedelta(days=1)).replace(hour=8), by=SYSTEM)
        assert Message.objects.filter(key__startswith="alerte:").count() == 1
        return cas.deux

    def end(self, cas):
        Habilitation.objects.filter(unite=cas.unites[0]).update(revoked_at=timezone.now())

    @pytest.mark.parametrize("rank", range(3), ids=["the first", "another", "the latest"])
    def test_a_line_whose_right_has_ended_is_left_out(self, several, relay, rank):
        self.end(several[rank])
        written = Message.objects.get(key__startswith="alerte:")
        (text,) = relay()
        for n, one in enumerate(several):
            assert (one.dossier.numero_affiche in text) == (n != rank)
        kept = Message.objects.get(pk=written.pk)
        assert (kept.state, kept.message_id, kept.text) == ("sent", written.message_id, text)
        assert "2 lignes" in kept.subject

    def test_without_any_line_no_letter_leaves(self, several, relay):
        for one in several:
            self.end(one)
        assert relay() == []
        assert Message.objects.get(key__startswith="alerte:").state == "withdrawn"

    def test_of_one_dossier_as_well(self, cas, relay):
        """A letter at once, of two of its demandes."""
        other = UniteFactory()
        professionnel(RESPONSABLE_ADMISSIONS, other, user=cas.receveur.user)
        tick(cas.receveur)
        tick(cas.autre, on=False)
        cas.send(cas.unites[0], other)
        tell()
        Habilitation.objects.filter(unite=other).update(revoked_at=timezone.now())
        (text,) = relay()
        assert text.count("/alertes/") == 3  # one line, the bell, the choices


@pytest.mark.parametrize("eve", ["2027-03-27", "2027-10-30", "2027-06-09"])
def test_the_mail_of_the_day_leaves_at_eight(eve):
    """HAB-8: in Paris, once, also after the nights when the clocks change."""
    noon = datetime.fromisoformat(f"{eve} 12:00").replace(tzinfo=PARIS)
    with time_machine.travel(noon, tick=False):
        cas = prevenus()
        held = Habilitation.objects.filter(user__in=[cas.receveur.user, cas.autre.user])
        recap = "q" * len(Evenement)
        Preference.objects.bulk_create(Preference(habilitation=row, choix=recap) for row in held)
        cas.sent()
    left = []
    for quarters in range(1, 4 * 30):  # elapsed, whatever clocks say
        now = noon.astimezone(UTC) + timedelta(minutes=15 * quarters)
        before = Message.objects.count()
        tell(now)
        left += [now.astimezone(PARIS)] * (Message.objects.count() - before)
    morning = (noon + timedelta(days=1)).replace(hour=8)
    assert left == [morning] * 2
    assert {one.utcoffset() for one in left} == {morning.utcoffset()}


class TestLinks:
    """DOS-6: a mail leads to the row, after sign-in."""

    def link(self, person):
        tell()
        text = Message.objects.get(to=person.user.email).text
        return re.search(r"https?://[^/]+(/alertes/[0-9]+/)", text)[1]

    def test_opens_the_demande(self, client, cas):
        demande = cas.sent()
        link = self.link(cas.receveur)
        assert client.get(link).url == f"/?suite={link}"
        sign_in(client, cas.receveur.user)
        assert client.get(link).url == f"/demandes/{demande.pk}/"

    def test_of_somebody_else(self, client, cas):
        cas.sent()
        sign_in(client, cas.autre.user)
        assert client.get(self.link(cas.receveur)).status_code == 404

    def test_once_the_right_has_ended(self, client, cas):
        cas.sent()
        link = self.link(cas.receveur)
        Habilitation.objects.filter(user=cas.receveur.user).update(revoked_at=timezone.now())
        sign_in(client, cas.receveur.user)
        text = client.get(link).text
        assert "a pris fin" in text
        assert cas.unites[0].nom not in text

    def test_in_another_space(self, client, cas):
        """HAB-8: of a médecin who is told as one, and reads it in the space where he is not."""
        medecin = MedecinFactory()
        cas.dossier = DossierFactory(auteur=medecin)
        cas.dossier.volets.update(validated_at=cas.now, validated_by=medecin, complet=True)
        lent = lend(medecin, droits=((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.DEMANDE, Mode.OUI)))
        (demande,) = cas.send(by=as_medecin(medecin, in_medecin_space=True))
        cas.act(demande, Verbe.QUESTIONNER, texte="?")
        tell()
        for user, said in (
            (medecin, "dans votre espace de médecin libéral"),
            (lent.delegataire, f"au nom du {medecin.titre}"),
        ):
            own = Alerte.objects.get(user=user, verbe="questionner")
            sign_in(client, user)
            session = client.session
            session["door"] = "professionnel"
            session.save()
            assert said in client.get(f"/alertes/{own.pk}/").text

    def test_higher_up(self, client, cas):
        """DOS-4: where it waits, not who it is about; the page of the demande stays closed."""
        referent = professionnel(REFERENT_STRUCTURE, cas.unites[0].etablissement)
        tick(referent)
        demande = cas.sent()
        for hours in (24, 48):
            actions.fall_due(demande, now=cas.now + timedelta(hours=hours), by=SYSTEM)
        link = self.link(referent)
        sign_in(client, referent.user)
        text = client.get(link).text
        assert cas.unites[0].nom in text
        assert cas.dossier.nom not in text
        assert cas.unite.nom not in text
        assert client.get(f"/demandes/{demande.pk}/").status_code == 404
        revue = re.search(r'href="(/administration/[^"]+)"[^>]*>Voir les habilitations', text)[1]
        people = client.get(unescape(revue)).text
        assert cas.receveur.user.nom in people
        cas.act(Demande.objects.get(), Verbe.REFUSER, motif="place")
        assert "plus aujourd’hui" in client.get(link).text
