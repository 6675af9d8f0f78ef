"""DOS-6, HAB-8: who is told of what, once, by his rights of that moment; nothing of the patient leaves."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from courrier import attaches
from courrier.delivery import Sender
from courrier.models import Message
from courrier.mssante import is_mssante
from delegations.models import Delegation
from demandes import actions
from demandes.actions.alertes import morning
from demandes.alertes import DES_DEMANDES, SILENT, USUAL, Envoi, Evenement
from demandes.etats import Verbe
from demandes.forms.alertes import ChoixForm
from demandes.models import Alerte, Fait, Preference
from demandes.reads import interesses
from dossiers.actions import edit_volet
from dossiers.models import LienMedecin
from dossiers.volets import current
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE
from tests.concurrency import at_once
from tests.demandes.factories import SYSTEM, Cas, D, prevenus, tell, tick
from tests.dossiers.factories import DossierFactory, lend, name_traitant, professionnel
from tests.factories import MedecinFactory, as_delegate, as_medecin, sign_in
from viatraj.core.droits import Droit, Mode

pytestmark = pytest.mark.django_db


@pytest.fixture
def cas():
    return prevenus()


def told() -> set[tuple[int, str]]:
    return set(Alerte.objects.values_list("user", "verbe"))


def mailed() -> list[str]:
    return sorted(Message.objects.filter(key__startswith="alerte:").values_list("to", flat=True))


def emails(*people) -> list[str]:
    return sorted(one.user.email for one in people)


class TestWho:
    def test_who_receives_is_told_that_it_has_come(self, cas):
        cas.sent()
        tell()
        assert told() == {(one.user.pk, "envoyer") for one in (cas.receveur, cas.autre)}
        assert mailed() == emails(cas.receveur, cas.autre)

    def test_one_s_own_act_is_told_to_the_others(self, cas):
        demande = cas.sent()
        tell()
        Message.objects.all().delete()
        cas.act(demande, Verbe.REFUSER, motif="place")
        cas.act(cas.sent(), Verbe.ANNULER, cote=D, motif="erreur")
        tell(timezone.now() + timedelta(hours=1))
        assert {pk for pk, verbe in told() if verbe == "refuser"} == {
            cas.demandeur.user.pk,
            cas.collegue.user.pk,
        }
        assert {pk for pk, verbe in told() if verbe == "annuler"} == {cas.receveur.user.pk, cas.autre.user.pk}

    def test_nor_where_both_sides_are_told(self, cas):
        """DOS-6: of an admission, all but who has declared it."""
        cas.admit(cas.accept(cas.sent()))
        tell()
        others = {one.user.pk for one in (cas.demandeur, cas.collegue, cas.autre)}
        assert {pk for pk, verbe in told() if verbe == "admettre"} == others

    def test_nothing_of_the_patient_nor_of_where_he_is_asked_for(self, cas):
        """DOS-6."""
        cas.act(cas.sent(), Verbe.REFUSER, motif="instable", texte="Zygomatique")
        tell()
        for message in Message.objects.all():
            said = f"{message.subject} {message.text} {message.html}"
            assert cas.dossier.numero_affiche in said
            assert cas.dossier.get_orientation_display() in said
            for secret in (cas.dossier.nom, cas.dossier.prenom, "Zygomatique", "instable", "Accueil 0"):
                assert secret.lower() not in said.lower().replace("bonjour", "")

    def test_elsewhere_says_no_more_than_that(self):
        """DOS-4: nor to whom else it was sent, nor where the patient is."""
        cas = Cas(receiving=2)
        tick(*cas.receveurs)
        mine = cas.send()[0]
        cas.admit(cas.accept(mine))
        tell()
        mails = Message.objects.filter(to=cas.receveurs[1].user.email)
        said = " ".join(one.text for one in mails)
        assert "Accueil 0" not in said
        assert {verbe for pk, verbe in told() if pk == cas.receveurs[1].user.pk} == {"envoyer", "ecarter"}

    def test_a_selection_is_told_to_nobody(self, cas):
        (demande,) = cas.select()
        cas.act(demande, Verbe.RETIRER, cote=D)
        assert not Fait.objects.exists()

    def test_every_verb_is_announced_or_silent(self):
        said = {verbe for verbe in DES_DEMANDES if verbe in Verbe.values}
        assert said | SILENT == set(Verbe)
        assert not said & SILENT

    def test_higher_up_after_the_second_delay(self, cas):
        """Whoever settles who works there."""
        referent = professionnel(REFERENT_STRUCTURE, cas.unites[0].etablissement)
        stranger = professionnel(REFERENT_STRUCTURE, cas.unite.etablissement)
        demande = cas.sent()
        for hours in (24, 48):
            actions.fall_due(demande, now=cas.now + timedelta(hours=hours), by=SYSTEM)
        tell()
        assert (referent.user.pk, "escalader") in told()
        assert stranger.user.pk not in {pk for pk, _ in told()}
        assert {(cas.receveur.user.pk, one) for one in ("rappeler", "escalader")} <= told()

    def test_a_dossier_that_changes_is_told_once_until_it_is_read(self, cas):
        """DOS-6: at its update."""
        demande = cas.sent()
        volet = cas.dossier.volets.get(kind="medical")
        for n in range(2):
            volet.refresh_from_db()
            edit_volet(
                volet,
                contenu={"histoire": f"Chute {n}."},
                formulaire=current(volet.kind, cas.dossier.orientation).version,
                version=volet.version,
                now=timezone.now(),
                by=cas.demandeur,
            )
            tell()
        mine = Alerte.objects.filter(user=cas.receveur.user, verbe="maj")
        assert mine.count() == 1
        actions.read(demande, opens=True, now=timezone.now(), by=cas.receveur)
        assert not mine.unread().exists()
        assert Alerte.objects.filter(user=cas.autre.user).unread().exists()


class TestMedecins:
    def test_in_his_space_and_for_whoever_works_for_him(self):
        """HAB-8: he holds no habilitation; a délégataire's follow his rights."""
        medecin, cas = MedecinFactory(), Cas()
        cas.dossier = DossierFactory(auteur=medecin)
        cas.dossier.volets.update(validated_at=cas.now, validated_by=medecin, complet=True)
        lent = lend(medecin, droits=((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.DEMANDE, Mode.OUI)))
        without = lend(medecin, droits=((Droit.DOSSIER_CREATION, Mode.OUI),), assistant=MedecinFactory())
        (demande,) = cas.send(by=as_medecin(medecin, in_medecin_space=True))
        cas.act(demande, Verbe.QUESTIONNER, texte="Depuis quand ?")
        tell()
        assert {pk for pk, verbe in told() if verbe == "questionner"} == {medecin.pk, lent.delegataire_id}
        cas.act(demande, Verbe.REPONDRE, by=as_delegate(lent), cote=D, texte="Mars.")
        cas.act(demande, Verbe.REFUSER, motif="place")
        Delegation.objects.filter(pk=lent.pk).update(revoked_at=timezone.now())
        tell(timezone.now() + timedelta(hours=1))
        assert {pk for pk, verbe in told() if verbe == "refuser"} == {medecin.pk}
        assert without.delegataire_id not in {pk for pk, _ in told()}

    def test_a_dossier_that_names_him_as_he_has_chosen(self):
        """HAB-8: asked when the letter leaves; that he is replaced is told in any case."""
        medecin = MedecinFactory()
        lien = name_traitant(DossierFactory(), medecin, LienMedecin.Etat.A_ACCEPTER)
        known = {"to": medecin.email, "subject": "x", "text": "x"}
        named, removed = (
            Message(key=f"lien:{lien.pk}:{letter}:1", **known)
            for letter in ("traitant_named", "traitant_removed")
        )
        now = timezone.now()
        assert attaches.may_leave(named, now)
        never = "n".join((USUAL[:7], USUAL[8:]))
        Preference.objects.create(medecin=MedecinFactory(), choix=never)
        assert attaches.may_leave(named, now), "somebody else’s choice"
        Preference.objects.create(medecin=medecin, choix=never)
        assert (attaches.may_leave(named, now), attaches.may_leave(removed, now)) == (False, True)

    def test_it_is_asked_of_medecins_alone_and_at_once_or_not(self):
        medecin, cas = MedecinFactory(), Cas()
        today = timezone.localdate()
        shown = {}
        for user in (medecin, cas.receveur.user):
            form = ChoixForm(owners=interesses.owners(user, on=today))
            shown[user] = [one for one in form.fields if one.endswith(f"-{Evenement.NOMME}")]
            choices = {value for one in shown[user] for value, _ in form.fields[one].choices}
            assert choices <= {"i", "n"}
        assert shown == {medecin: [f"m-{Evenement.NOMME}"], cas.receveur.user: []}


class TestHow:
    def test_the_tick_is_the_master(self, cas):
        """HAB-8: the bell says it all the same."""
        tick(cas.autre, on=False)
        cas.sent()
        tell()
        assert mailed() == emails(cas.receveur)
        assert (cas.autre.user.pk, "envoyer") in told()

    @pytest.mark.parametrize("letter", ["n", "q"])
    def test_an_event_by_another_way(self, cas, letter):
        row = Habilitation.objects.get(user=cas.autre.user)
        Preference.objects.create(habilitation=row, choix=letter + USUAL[1:])
        start = timezone.localtime().replace(hour=12, minute=0)
        cas.now = start
        cas.sent()
        tell(start)
        assert mailed() == emails(cas.receveur)
        morning_after = (start + timedelta(days=1)).replace(hour=8)
        for late, count in ((-1, 1), (0, 1 + (letter == "q")), (23 * 60, 1 + (letter == "q"))):
            tell(morning_after + timedelta(minutes=late))
            assert len(mailed()) == count

    def test_ten_minutes_between_two_mails_of_one_dossier(self, cas):
        start = timezone.now()
        demande = cas.sent()
        tell(start)
        cas.act(demande, Verbe.RELANCER, cote=D, now=start + timedelta(days=1))
        tell(start + timedelta(minutes=9))
        assert len(mailed()) == 2
        tell(start + timedelta(minutes=10))
        tell(start + timedelta(minutes=11))
        assert len(mailed()) == 4

    def test_choosing(self, cas):
        owner = interesses.owners(cas.receveur.user, on=timezone.localdate())[0]
        choix = {owner.cle: dict.fromkeys(Evenement, Envoi.AUCUN), "h0": {}}
        actions.choose(choix=choix, now=timezone.now(), by=cas.receveur)
        assert Preference.objects.get().choix == "n" * len(Evenement)

    @pytest.mark.parametrize("choix", [USUAL[1:], USUAL[1:] + "x", USUAL + "i"])
    def test_absurd_choices(self, cas, choix):
        with pytest.raises(DatabaseError):
            Preference.objects.create(medecin=cas.receveur.user, choix=choix)

    def test_an_owner_of_two_kinds(self, cas):
        row = Habilitation.objects.get(user=cas.autre.user)
        with pytest.raises(DatabaseError, match="demandes_preference_owner"):
            Preference.objects.create(medecin=cas.receveur.user, habilitation=row)


class TestRightsEnd:
    """A person without a living right gets none, whenever it ends."""

    def end(self, actor):
        Habilitation.objects.filter(user=actor.user).update(revoked_at=timezone.now())

    def test_before_he_is_told(self, cas):
        cas.sent()
        self.end(cas.autre)
        tell()
        assert (mailed(), len(told())) == (emails(cas.receveur), 1)

    def test_before_the_mail_is_written(self, cas):
        cas.sent()
        actions.tell_facts(now=timezone.now(), by=SYSTEM)
        self.end(cas.autre)
        tell()
        assert mailed() == emails(cas.receveur)


def test_before_it_leaves(cas, tmp_path, settings, transactional_db):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    cas.sent()
    tell()
    Habilitation.objects.filter(user=cas.autre.user).update(revoked_at=timezone.now())
    with Sender() as sender:
        while sender.deliver():
            pass
    assert dict(Message.objects.values_list("to", "state")) == {
        cas.autre.user.email: "withdrawn",
        cas.receveur.user.email: "sent",
    }


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ((2026, 3, 29, 5, 59), (2026, 3, 28, 7)),  # clocks go on: 7 h 59 in summer
        ((2026, 3, 29, 6), (2026, 3, 29, 6)),
        ((2026, 10, 25, 6, 59), (2026, 10, 24, 6)),  # and back: 7 h 59 in winter
        ((2026, 10, 25, 7), (2026, 10, 25, 7)),
        ((2026, 5, 3, 23), (2026, 5, 3, 6)),
    ],
)
def test_the_morning_in_paris(now, since):
    """HAB-8: at eight o'clock, both clock changes."""
    assert morning(datetime(*now, tzinfo=UTC)) == datetime(*since, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once():
    """Each once."""
    cas = Cas()
    tick(cas.receveur)
    cas.sent()
    at_once(tell, tell, tell)
    assert (len(told()), len(mailed()), Fait.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("a@medecin.mssante.fr", True),
        ("a@MSSANTE.FR", True),
        ("a@patient.mssante.fr", False),
        ("a@notmssante.fr", False),
        ("a@mssante.fr.example", False),
    ],
)
def test_an_address_of_the_mssante(address, known):
    assert is_mssante(address) is known


class TestBell:
    def test_counts_in_the_head_of_every_page(self, client, cas, django_assert_num_queries):
        cas.sent()
        sign_in(client, cas.receveur.user)
        before = client.get("/mon-compte/").content.decode()
        tell()
        after = client.get("/mon-compte/").content.decode()
        assert '<span class="compteur" hidden><span data-nombre>0<' in before
        assert '<span class="compteur"><span data-nombre>1<' in after
        assert client.get("/alertes/nombre/", headers={"X-Relecture": "1"}).content == b"1"
        page = client.get("/alertes/").content.decode()
        assert cas.dossier.numero_affiche in page
        assert client.post("/alertes/").status_code == 302
        assert client.get("/alertes/nombre/").content == b"0"

    def test_asked_again_and_again_it_prolongs_nothing(self, client, cas):
        sign_in(client, cas.receveur.user)
        client.get("/alertes/")
        session = cas.receveur.user.sessions.get()
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            client.get("/alertes/nombre/", headers={"X-Relecture": "1"})
        assert cas.receveur.user.sessions.get().expire_date == session.expire_date
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            assert client.get("/alertes/nombre/", headers={"X-Relecture": "1"}).status_code == 302

    def test_choices_on_their_page(self, client, cas):
        row = Habilitation.objects.get(user=cas.receveur.user)
        sign_in(client, cas.receveur.user)
        known = {f"h{row.pk}-{one.value}": "q" for one in Evenement}
        assert client.post("/alertes/choix/", known).status_code == 302
        assert Preference.objects.get(habilitation=row).choix == "qqqiqqqiqiqi"  # the others are not his
        assert client.post("/alertes/choix/", known | {f"h{row.pk}-maj": "x"}).status_code == 422
