"""HAB-3, DOS-4: «Enregistrer un dossier papier»: who may, what is then there, what it can do and what not."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

import dossiers.actions
from annuaire.models import Lieu, Unite
from demandes import actions
from demandes.etats import Cote, Etat, Verbe
from demandes.models import Demande
from demandes.reads.tableaux.pages import Choix, Tableaux
from demandes.tableaux import TABLEAUX
from dossiers.models import Dossier, Role
from habilitations.profils import (
    GESTIONNAIRE,
    MEDECIN_COORDONNATEUR,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from journal.models import Entry
from tests.demandes.factories import Cas, guichet_of, requested
from tests.dossiers.factories import DossierFactory, professionnel
from tests.factories import UniteFactory, sign_in
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
WHO = {"nom": "Garricou", "prenom": "Odette", "date_naissance": date(1938, 4, 2), "sexe": "F"}


@pytest.fixture
def unite():
    return UniteFactory(nom="EHPAD Les Tilleuls")


@pytest.fixture
def admissions(unite):
    return professionnel(RESPONSABLE_ADMISSIONS_GA, unite)


def brought(unite, by, *, days=0, **known) -> Demande:
    now = timezone.now()
    day = timezone.localdate(now) - timedelta(days=days)
    return actions.record_paper(lieu=Lieu.of(unite), recu_le=day, now=now, by=by, **WHO, **known)


def act(demande, verbe, by, **said) -> Demande:
    return actions.perform(demande, verbe=verbe, cote=Cote.RECEVEUR, now=timezone.now(), by=by, **said)


def test_recorded_it_is_in_the_dashboard_and_in_no_other(unite, admissions):
    demande = brought(unite, admissions, days=3)
    dossier = demande.dossier
    assert (demande.etat, demande.opened_by, dossier.origine) == (Etat.CONSULTEE, admissions.user, "papier")
    assert timezone.localdate(demande.sent_at) == timezone.localdate() - timedelta(days=3)
    assert list(dossier.presences.values_list("role", "lieu_key")) == [(Role.RECEVEUR, f"unite:{unite.pk}")]
    demande.refresh_from_db()
    assert (demande.par_niveau, demande.par_unite, demande.orientation) == ("", None, "grand_age")
    (ligne,), _ = Tableaux(TABLEAUX["receveur-ehpad"], admissions, Choix(), now=timezone.now()).page("")
    assert (ligne.patient.nom, ligne.chez) == ("Garricou", "Dossier papier")
    assert Entry.objects.about(demande).get(event="demande.recorded").unite_id == unite.pk
    asking = professionnel(GESTIONNAIRE, unite)
    assert not Demande.objects.visible_to(asking).exists()
    assert not Dossier.objects.visible_to(asking).exists()


def test_who_may(unite, admissions):
    """The right role at the right unit, with the box, and a board that names people."""
    at_guichet = professionnel(RESPONSABLE_ADMISSIONS_GA, guichet_of(unite))
    people = {
        "admissions": admissions,
        "of its guichet": at_guichet,
        "without the box": professionnel(RESPONSABLE_ADMISSIONS_GA, unite, papier="aucun"),
        "in mode anonyme": professionnel(RESPONSABLE_ADMISSIONS_GA, unite, tableau_receveur="anonyme"),
        "next door": professionnel(
            RESPONSABLE_ADMISSIONS_GA, UniteFactory(etablissement=unite.etablissement)
        ),
        "sanitaire": professionnel(RESPONSABLE_ADMISSIONS, unite),
        "coordonnateur": professionnel(MEDECIN_COORDONNATEUR, unite),
        "who asks": professionnel(GESTIONNAIRE, unite),
    }
    may = {}
    for name, one in people.items():
        try:
            may[name] = bool(brought(unite, one))
        except Denied:
            may[name] = False
    assert {name for name, one in may.items() if one} == {"admissions", "of its guichet"}
    with pytest.raises(Denied):
        brought(guichet_of(unite), at_guichet)
    suivi = Tableaux(TABLEAUX["guichet"], at_guichet, Choix(), now=timezone.now())
    assert suivi.page("") == ([], "")


class TestAnswered:
    """Nobody is on the other side: who receives goes to the admission, or to the end, alone."""

    def test_proposed_then_admitted(self, unite, admissions):
        today = timezone.localdate()
        demande = act(brought(unite, admissions), Verbe.PATIENTER, admissions)
        demande = act(demande, Verbe.ACCEPTER, admissions, date_proposee=today, valable_jusqu=today)
        demande = act(demande, Verbe.ADMETTRE, admissions, date_admission=today)
        assert (demande.etat, Dossier.objects.get().etat) == (Etat.ADMIS, "admis")

    def test_cancelled_by_who_receives(self, unite, admissions):
        demande = act(brought(unite, admissions), Verbe.ANNULER, admissions, motif="souhait")
        assert (demande.etat, demande.motif) == (Etat.ANNULEE, "souhait")
        assert not Dossier.objects.visible_to(admissions).exists()

    def test_which_he_may_not_do_to_a_demande_that_somebody_sent(self):
        cas = Cas(orientation="grand_age", receveur=RESPONSABLE_ADMISSIONS_GA)
        demande = cas.sent()
        with pytest.raises(ValidationError, match="lui seul l’annule"):
            cas.act(demande, Verbe.ANNULER, motif="souhait")
        demande.refresh_from_db()
        assert demande.etat == Etat.ENVOYEE

    @pytest.mark.parametrize("verbe", [Verbe.QUESTIONNER, Verbe.SIGNALER_DECES])
    def test_nothing_is_asked_of_nobody(self, unite, admissions, verbe):
        demande = brought(unite, admissions, days=30)
        with pytest.raises(ValidationError, match="venu sur papier"):
            act(demande, verbe, admissions, texte="Quel traitement ?")

    def test_no_deadline_archives_it(self, unite, admissions):
        """There is nobody to recall it to."""
        dossier = brought(unite, admissions).dossier
        later = timezone.localdate() + timedelta(days=400)
        known = {"today": later, "now": timezone.now() + timedelta(days=400), "by": Actor.system("x")}
        dossiers.actions.remind_unchanged(**known)
        dossiers.actions.archive_unchanged(**(known | {"today": later + timedelta(days=400)}))
        dossier.refresh_from_db()
        assert (dossier.reminded_at, dossier.decision) == (None, "")


class TestConstraints:
    def test_paper_is_of_grand_age(self):
        with pytest.raises(DatabaseError, match="dossiers_dossier_papier"):
            DossierFactory(auteur=None, origine="papier", orientation="sanitaire")

    def test_any_other_dossier_is_asked_by_somebody(self, unite):
        with pytest.raises(DatabaseError, match="null value"):
            requested(DossierFactory(auteur=None, orientation="grand_age"), unite)


class TestPage:
    def post(self, client, admissions, **typed):
        sign_in(client, admissions.user)
        said = {
            "au_nom_de": admissions.user.pk,
            "cle": uuid4(),
            "recu_le": timezone.localdate(),
            "nom": "Garricou",
            "prenom": "Odette",
            "date_naissance": "02/04/1938",
            "sexe": "F",
            "statut": "provisoire",
        }
        return client.post("/demandes/papier/", said | typed)

    def test_from_the_dashboard_and_back(self, client, unite, admissions):
        sign_in(client, admissions.user)
        assert 'href="/demandes/papier/"' in client.get("/tableaux/receveur-ehpad/").text
        assert "EHPAD Les Tilleuls" in client.get("/demandes/papier/").text
        answer = self.post(client, admissions, lieu=f"unite:{unite.pk}")
        demande = Demande.objects.get()
        assert answer.headers["Location"] == f"/demandes/{demande.pk}/"
        shown = client.get(f"/demandes/{demande.pk}/").text
        assert "Enregistrée" in shown
        assert "Reçue sur papier" in shown
        assert "Demander une précision" not in shown
        assert "Annuler la demande" in shown
        assert "Dossier papier" in client.get(f"/dossiers/{demande.dossier.numero}/").text

    def test_the_same_form_twice_is_one(self, client, unite, admissions):
        key = uuid4()
        for _ in range(2):
            assert self.post(client, admissions, lieu=f"unite:{unite.pk}", cle=key).status_code == 302
        assert (Demande.objects.count(), Dossier.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"recu_le": "2190-12-31"}, "cette date est à venir"),
            ({"recu_le": "1999-01-01"}, "un an au plus"),
            ({"recu_le": ""}, "Indiquez quand le dossier a été reçu."),
            ({"lieu": "unite:99999999"}, "Cette structure n’est pas proposée."),
            ({"lieu": ""}, "Choisissez l’unité qui reçoit le dossier."),
            ({"nom": ""}, "Indiquez le nom du patient."),
            ({"sexe": "Z"}, "Choisissez le sexe dans la liste."),
            ({"date_naissance": "31/02/1938"}, "n’existe pas"),
        ],
        ids=str,
    )
    def test_bad_input_is_a_sentence_and_nothing_is_kept(self, client, unite, admissions, typed, sentence):
        professionnel(RESPONSABLE_ADMISSIONS_GA, UniteFactory(), user=admissions.user)
        answer = self.post(client, admissions, **({"lieu": f"unite:{unite.pk}"} | typed))
        assert (answer.status_code, sentence in answer.text) == (422, True)
        assert "Odette" in answer.text, "what was typed stays"
        assert not Dossier.objects.exists()

    def test_a_unit_closed_since_the_page_was_drawn(self, client, unite, admissions):
        Unite.objects.filter(pk=unite.pk).update(closed_at=timezone.now())
        assert self.post(client, admissions, lieu=f"unite:{unite.pk}").status_code == 422
        assert not Dossier.objects.exists()

    def test_is_of_whoever_holds_the_right(self, client, unite):
        for profil in (RESPONSABLE_ADMISSIONS, GESTIONNAIRE):
            sign_in(client, professionnel(profil, unite).user)
            assert client.get("/demandes/papier/").status_code == 403
