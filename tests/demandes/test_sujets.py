"""DOS-6, HAB-8: people are told of dossiers and of notifications as they are of demandes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

import courrier.attaches
from accounts.models import User
from annuaire.models import Lieu
from courrier.models import Message
from demandes import actions
from demandes.alertes import (
    CORRECTED,
    DES_NOTIFICATIONS,
    SILENT_STATUTS,
    TABLES,
    TAKEN,
    USUAL,
    Envoi,
    Evenement,
    annonces,
    told_to,
)
from demandes.etats import Cote
from demandes.handicap.statuts import PASSAGES, Geste, Statut, StatutUnite
from demandes.models import Alerte, Fait, Notification, Preference
from demandes.reads import interesses
from dossiers.actions import create, edit_identite
from dossiers.models import LienMedecin
from habilitations.models import Habilitation
from habilitations.profils import (
    EQUIPE_SOIGNANTE,
    ESMS_CONSULTATION,
    MDPH,
    PRESCRIPTEUR_MEDICAL,
    RESPONSABLE_ADMISSIONS,
)
from tests.demandes.factories import Cas, requested, tell, tick
from tests.demandes.handicap import Cas as Handicap
from tests.dossiers.factories import DossierFactory, lend, name_traitant, professionnel
from tests.factories import MedecinFactory, UniteFactory, as_delegate, as_medecin, sign_in
from viatraj.core.droits import Droit, Mode

pytestmark = pytest.mark.django_db
A_ACCEPTER = LienMedecin.Etat.A_ACCEPTER
IDENTITE = {"nom": "Zygomatique", "prenom": "Oscarine", "date_naissance": "1957-02-18"}


def told(**known) -> dict[int, list[str]]:
    """The verbs that each was told of, in their order."""
    rows = Alerte.objects.filter(**known).order_by("pk").values_list("user", "verbe")
    found: dict[int, list[str]] = {}
    for user, verbe in rows:
        found.setdefault(user, []).append(verbe)
    return found


def mailed() -> list[str]:
    return sorted(Message.objects.filter(key__startswith="alerte:").values_list("to", flat=True))


def at_once(*people) -> None:
    """All that they are told of, by a mail of its own."""
    for row in Habilitation.objects.filter(user__in=[one.user for one in people]):
        Preference.objects.create(habilitation=row, choix="i" * len(Evenement))


class Unite:
    """A unit that asks, two of its people, one of the établissement, one without dossiers, one next door."""

    def __init__(self):
        self.unite, self.now = UniteFactory(), timezone.now()
        self.auteur, self.collegue = (professionnel(PRESCRIPTEUR_MEDICAL, self.unite) for _ in range(2))
        self.etablissement = professionnel(PRESCRIPTEUR_MEDICAL, self.unite.etablissement)
        self.receveur = professionnel(RESPONSABLE_ADMISSIONS, self.unite)
        self.voisin = professionnel(
            PRESCRIPTEUR_MEDICAL, UniteFactory(etablissement=self.unite.etablissement)
        )
        self.people = (self.auteur, self.collegue, self.etablissement, self.receveur, self.voisin)
        tick(*self.people)

    def create(self, **known):
        said = {"orientation": "sanitaire", "lieu": Lieu.of(self.unite), "by": self.auteur}
        return create(**said | IDENTITE | known)

    def rename(self, dossier, nom, by=None):
        """What it says changes."""
        dossier.refresh_from_db()
        edit_identite(dossier, version=dossier.version, nom=nom, now=timezone.now(), by=by or self.auteur)


@pytest.fixture
def unite():
    return Unite()


class TestDossiers:
    """DOS-6: at its creation and its update, to those whose habilitation reaches it."""

    def test_created(self, unite):
        """Not to its author, to who asks nothing, nor to the unit next door."""
        dossier = unite.create()
        tell()
        assert told(dossier=dossier) == {
            one.user.pk: ["cree"] for one in (unite.collegue, unite.etablissement)
        }

    def test_twice_by_one_form_is_told_once(self, unite):
        cle = unite.create().cle
        unite.create(cle=cle)
        assert Fait.objects.count() == 1

    def test_changed_once_until_it_is_read(self, unite):
        """Also when it changes twice between two rounds; whoever changes it is told nothing."""
        dossier = unite.create()
        tell()
        for nom in ("Zygoma", "Zygomat"):
            unite.rename(dossier, nom)
        tell()
        unite.rename(dossier, "Zygomati", by=unite.collegue)
        tell()
        assert told(verbe="maj") == {
            one.user.pk: ["maj"] for one in (unite.collegue, unite.etablissement, unite.auteur)
        }
        actions.alertes.note_seen(timezone.now(), unite.collegue, dossier=dossier)
        unite.rename(dossier, "Zygomatik")
        tell()
        assert told(verbe="maj")[unite.collegue.user.pk] == ["maj", "maj"]
        assert told(verbe="maj")[unite.etablissement.user.pk] == ["maj"]

    def test_each_side_where_it_reads_it(self):
        """Who asks is led to the dossier, who receives to his demande."""
        cas = Cas()
        collegue = professionnel(PRESCRIPTEUR_MEDICAL, cas.unite)
        demande = cas.sent()
        tell()
        edit_identite(cas.dossier, version=cas.dossier.version, nom="A", now=timezone.now(), by=cas.demandeur)
        tell()
        assert told(verbe="maj", dossier=cas.dossier) == {collegue.user.pk: ["maj"]}
        assert told(verbe="maj", demande=demande) == {cas.receveur.user.pk: ["maj"]}

    def test_in_the_space_of_a_medecin(self):
        """HAB-8: his assistant creates, he is told; a médecin traitant, once he has accepted."""
        medecin, traitant, asked = MedecinFactory(), MedecinFactory(), MedecinFactory()
        droits = ((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.DOSSIER_CREATION, Mode.OUI))
        lent = lend(medecin, droits=droits)
        blind = lend(medecin, droits=((Droit.DOSSIER_CREATION, Mode.OUI),), assistant=MedecinFactory())
        dossier = create(orientation="sanitaire", by=as_delegate(lent), **IDENTITE)
        name_traitant(dossier, traitant)
        name_traitant(create(orientation="sanitaire", by=as_delegate(lent), **IDENTITE), asked, A_ACCEPTER)
        tell()
        assert told() == {medecin.pk: ["cree", "cree"], traitant.pk: ["cree"]}
        own = as_medecin(medecin, in_medecin_space=True)
        edit_identite(dossier, version=dossier.version, nom="Zyg", now=timezone.now(), by=own)
        tell()
        assert told(verbe="maj") == {lent.delegataire_id: ["maj"], traitant.pk: ["maj"]}
        assert not Alerte.objects.filter(user=blind.delegataire_id).exists()

    def test_usually_in_the_morning_and_nothing_of_the_patient(self, unite):
        dossier = unite.create()
        noon = timezone.localtime().replace(hour=12, minute=0)
        Fait.objects.update(at=noon)
        tell(noon)
        assert mailed() == []
        tell((noon + timedelta(days=1)).replace(hour=8))
        assert mailed() == sorted(one.user.email for one in (unite.collegue, unite.etablissement))
        for message in Message.objects.all():
            said = f"{message.subject} {message.text} {message.html}"
            assert dossier.numero_affiche in said
            assert not any(one in said for one in ("Zygomatique", "Oscarine", unite.unite.nom))

    @pytest.mark.parametrize(("letter", "count"), [("i", 1), ("q", 0), ("n", 0)])
    def test_as_each_has_chosen(self, unite, letter, count):
        tick(unite.etablissement, on=False)  # the master switch: the bell alone
        row = Habilitation.objects.get(user=unite.collegue.user)
        n = Evenement.values.index(Evenement.CREE)
        Preference.objects.create(habilitation=row, choix=USUAL[:n] + letter + USUAL[n + 1 :])
        unite.create()
        tell()
        assert mailed() == [unite.collegue.user.email] * count
        assert unite.etablissement.user.pk in told()

    def test_ten_minutes_between_two_mails_of_one_dossier(self, unite):
        """DOS-6: what is said of it and of its demandes is of one dossier."""
        at_once(unite.collegue)
        tick(unite.etablissement, unite.auteur, on=False)
        dossier, start = unite.create(), timezone.now()
        tell(start)
        requested(dossier, UniteFactory(), etat="envoyee", sent_at=start)
        actions.alertes.note_step(dossier.demandes.get(), "refuser", now=start, by=unite.receveur)
        unite.rename(dossier, "Zyg")
        tell(start + timedelta(minutes=9))
        assert len(mailed()) == 1
        tell(start + timedelta(minutes=10))
        assert len(mailed()) == 2
        assert "2 alertes" in Message.objects.order_by("pk").last().subject

    def test_rights_are_asked_when_it_leaves(self, unite):
        at_once(unite.collegue, unite.etablissement)
        unite.create()
        tell()
        letters = {one.to: one for one in Message.objects.all()}
        Habilitation.objects.filter(user=unite.collegue.user).update(revoked_at=timezone.now())
        now = timezone.now()
        assert not courrier.attaches.may_leave(letters[unite.collegue.user.email], now)
        assert courrier.attaches.may_leave(letters[unite.etablissement.user.email], now)

    def test_its_page_marks_it_as_read(self, client, unite):
        """Not a HEAD, nor what the browser asks by itself."""
        dossier = unite.create()
        tell()
        one = Alerte.objects.get(user=unite.collegue.user)
        sign_in(client, unite.collegue.user)
        assert client.get(f"/alertes/{one.pk}/").url == dossier.get_absolute_url()
        client.head(dossier.get_absolute_url())
        client.get(dossier.get_absolute_url(), headers={"Sec-Purpose": "prefetch"})
        assert client.get("/alertes/nombre/").content == b"1"
        assert client.get(dossier.get_absolute_url()).status_code == 200
        assert client.get("/alertes/nombre/").content == b"0"

    def test_whoever_sees_no_name_is_told_a_number(self, client, unite):
        """DOS-4: in mode anonyme as well."""
        blind = professionnel(EQUIPE_SOIGNANTE, unite.unite, tableau_demandeur="anonyme")
        unite.create()
        tell()
        assert told()[blind.user.pk] == ["cree"]
        sign_in(client, blind.user)
        assert "Zygomatique" not in client.get("/alertes/").text


class TestNotifications:
    """DOS-6: bell, digest and mails of the MDPH and of the ESMS."""

    @pytest.fixture
    def cas(self):
        cas = Handicap(notified=2)
        Habilitation.objects.update(emails=True)
        return cas

    def users(self, cas):
        return cas.mdph.user.pk, *(one.user.pk for one in cas.gestionnaires)

    def test_each_side_is_told_of_what_the_other_does(self, cas):
        mdph, one, two = self.users(cas)
        first, second = cas.notify()
        cas.change(first, Statut.CONTACT)
        first = cas.change(first, Statut.IMPOSSIBLE, motif="122")
        cas.change(first, Geste.REFUSER, by=cas.mdph)
        cas.change(second, Statut.ESSAI, by=cas.gestionnaires[1])
        actions.cancel_decision(cas.decision, now=cas.now, by=cas.mdph)
        tell()
        assert told() == {
            mdph: [Statut.CONTACT, Statut.IMPOSSIBLE, Statut.ESSAI],
            one: [Statut.ENVOYEE, Geste.REFUSER, TAKEN, Geste.ANNULER_DECISION],
            two: [Statut.ENVOYEE, Geste.ANNULER_DECISION],
        }
        for letter in Message.objects.all():
            said = letter.subject + letter.text
            assert all(name not in said for name in ("Garricou", "Michel", "IME"))
            assert cas.decision.numero in said

    def test_what_awaits_somebody_at_once_the_rest_in_the_morning(self, cas):
        cas.esms = cas.esms[:1]
        (row,) = cas.notify()
        tell()
        assert mailed() == [cas.gestionnaire.user.email]
        cas.change(row, Statut.CONTACT)
        tell()
        assert mailed() == [cas.gestionnaire.user.email]
        cas.change(row, Statut.IMPOSSIBLE, motif="122")
        tell()
        assert mailed() == sorted((cas.gestionnaire.user.email, cas.mdph.user.email))

    def test_all_of_a_decision_is_one_mail_in_ten_minutes(self, cas):
        start = timezone.now()
        first, second = cas.notify()
        cas.change(first, Statut.IMPOSSIBLE, motif="122")
        tell(start)
        cas.change(second, Statut.IMPOSSIBLE, by=cas.gestionnaires[1], motif="122")
        tell(start + timedelta(minutes=9))
        assert mailed().count(cas.mdph.user.email) == 1
        tell(start + timedelta(minutes=11))
        assert mailed().count(cas.mdph.user.email) == 2

    def test_not_oneself_nor_without_the_tick_nor_an_address(self, cas):
        """HAB-8: by two rights, once."""
        both = professionnel(MDPH, cas.coordination, user=cas.gestionnaire.user)
        professionnel(ESMS_CONSULTATION, cas.esms[0], user=cas.gestionnaire.user)
        Habilitation.objects.update(emails=False)
        mdph, one, _ = self.users(cas)
        row = cas.notified()
        cas.change(row, Statut.IMPOSSIBLE, by=both, motif="122")
        tell()
        assert told() == {one: [Statut.ENVOYEE], mdph: [Statut.IMPOSSIBLE]}
        assert mailed() == []
        Habilitation.objects.update(emails=True)
        User.objects.update(email="")
        cas.change(Notification.objects.get(), Geste.REFUSER, by=cas.mdph)
        tell()
        assert mailed() == []

    def test_rights_are_asked_when_it_leaves(self, cas):
        """Of the ESMS that is notified alone, whatever the MDPH holds."""
        cas.notified()
        tell()
        letter = Message.objects.get()
        assert courrier.attaches.may_leave(letter, cas.now)
        Habilitation.objects.of(cas.gestionnaire.user).update(revoked_at=cas.now, revoked_by=cas.mdph.user)
        assert not courrier.attaches.may_leave(letter, cas.now)

    def test_the_bell_leads_there_and_reading_it_is_enough(self, client, cas):
        row = cas.notified()
        tell()
        one = Alerte.objects.get(user=cas.gestionnaire.user)
        sign_in(client, cas.gestionnaire.user)
        text = client.get("/alertes/").text
        assert cas.decision.numero in text
        assert "Garricou" not in text
        assert client.get(f"/alertes/{one.pk}/").url == row.get_absolute_url()
        client.get(row.get_absolute_url())
        assert client.get("/alertes/nombre/").content == b"0"
        sign_in(client, cas.gestionnaires[1].user)
        assert client.get(f"/alertes/{one.pk}/").status_code == 404

    def test_once_the_right_has_ended(self, client, cas):
        cas.notified()
        tell()
        one = Alerte.objects.get(user=cas.gestionnaire.user)
        Habilitation.objects.of(cas.gestionnaire.user).update(revoked_at=cas.now, revoked_by=cas.mdph.user)
        sign_in(client, cas.gestionnaire.user)
        text = client.get(f"/alertes/{one.pk}/").text
        assert "a pris fin" in text
        assert cas.esms[0].nom not in text

    def test_every_status_is_announced_or_silent(self):
        said = {*DES_NOTIFICATIONS} - {TAKEN, CORRECTED}
        assert said | SILENT_STATUTS == {*PASSAGES, Statut.ENVOYEE, *StatutUnite}
        assert not said & SILENT_STATUTS


class TestChoices:
    def test_each_is_asked_of_what_he_may_be_told(self):
        """HAB-8: an MDPH is not asked how it wants proposals."""
        cas, on = Handicap(), timezone.localdate()
        shown = {
            one: interesses.owners(one.user, on=on)[0].evenements
            for one in (cas.mdph, cas.gestionnaire, professionnel(PRESCRIPTEUR_MEDICAL, UniteFactory()))
        }
        E = Evenement  # noqa: N806
        asking = [E.REPONSE, E.PRECISION, E.PROPOSITION, E.ECHEANCE, E.MAJ, E.CREE]
        assert list(shown.values()) == [
            [E.STATUT, E.IMPOSSIBLE],
            [E.NOTIFIEE, E.STATUT, E.IMPOSSIBLE],
            asking,
        ]

    def test_every_event_is_told_to_somebody(self):
        cotes = {one.cote for table in TABLES.values() for told in table.values() for one in told}
        assert {*told_to(*cotes), Evenement.NOMME} == set(Evenement)

    def test_what_somebody_does_not_see_keeps_its_choice(self):
        cas = Handicap()
        row = Habilitation.objects.get(user=cas.mdph.user)
        Preference.objects.create(habilitation=row, choix="n" * len(Evenement))
        owner = interesses.owners(cas.mdph.user, on=timezone.localdate())[0]
        choix = {owner.cle: dict.fromkeys(Evenement, Envoi.AUCUN) | {Evenement.STATUT: Envoi.IMMEDIAT}}
        actions.choose(choix=choix, now=cas.now, by=cas.mdph)
        assert Preference.objects.get().choix == "nnnnnnnnnnin"


class TestOneSujet:
    @pytest.mark.parametrize("model", [Fait, Alerte])
    @pytest.mark.parametrize("both", [True, False], ids=["two", "none"])
    def test_neither_two_nor_none(self, model, both):
        cas = Cas()
        about = {"demande": cas.sent(), "dossier": cas.dossier} if both else {}
        known = {"user": cas.receveur.user, "envoi": "n"} if model is Alerte else {}
        with pytest.raises(DatabaseError, match=f"demandes_{model.__name__.lower()}_sujet"):
            model.objects.create(verbe="maj", at=cas.now, **about, **known)

    def test_of_one_dossier_once_at_one_instant(self):
        dossier, user = DossierFactory(), MedecinFactory()
        known = {"user": user, "dossier": dossier, "verbe": "maj", "at": timezone.now(), "envoi": "n"}
        Alerte.objects.create(**known)
        with pytest.raises(DatabaseError, match="demandes_alerte_once"):
            Alerte.objects.create(**known)

    def test_a_verb_of_one_kind_is_nothing_of_another(self):
        assert annonces("dossier", "cree")[0].cote == Cote.DEMANDEUR
        assert annonces("demande", "cree") == annonces("notification", "maj") == ()
