"""The lists of professionals: columns, filters, sorts, and rows without a name (DOS-3, DOS-4)."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire.models import Lieu
from dossiers import actions, policies
from dossiers.models import Dossier, Nominatif, Origine, Role
from dossiers.models.etats import Etat
from dossiers.reads.lieux import lieux
from dossiers.reads.lignes import lignes, ordered, profil, seen, written
from habilitations.profils import (
    ACCOMPAGNANT,
    EQUIPE_SOIGNANTE,
    PRESCRIPTEUR_MEDICAL,
    REGULATEUR,
    RESPONSABLE_ADMISSIONS,
)
from journal.models import Entry
from tests.dossiers.factories import DossierFactory, place_at, professionnel, volet_of, write
from tests.dossiers.test_views import CREATE, LIST, SEARCH, numbers_in, queries, text_of
from tests.factories import CoordinationFactory, EtablissementFactory, UniteFactory, as_professionnel, sign_in
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
PATIENT = {"nom": "Villedary", "prenom": "Nadège", "date_naissance": "1969-09-05", "sexe": "F"}


@pytest.fixture
def unite():
    return UniteFactory(nom="Médecine A", etablissement__nom="CH de Saint-Aubin")


@pytest.fixture
def blind(unite):
    """Somebody who sees the dossiers of one unit without names, and those of another with them."""
    actor = professionnel(EQUIPE_SOIGNANTE, unite, tableau_demandeur="anonyme")
    professionnel(EQUIPE_SOIGNANTE, UniteFactory(nom="Chirurgie"), user=actor.user)
    return actor.user


def asked_by(lieu, **known):
    return DossierFactory(auteur=None, lieu=lieu, **known)


class TestProfessionals:
    def test_a_row_says_who_asks_and_the_state(self, client, unite):
        dossier = asked_by(unite, numero="12345678")
        sign_in(client, professionnel(EQUIPE_SOIGNANTE, unite).user)
        answer = client.get(LIST)
        today = timezone.localdate()
        row = "Garricou Michel 18/02/1957 SMR, HAD, Soins Palliatifs En cours de rédaction "
        row += f"Médecine A, CH de Saint-Aubin {today:%d/%m/%Y} 1234 5678"
        assert row in text_of(answer)
        assert client.get(dossier.get_absolute_url()).status_code == 200

    def test_by_orientation_and_by_state(self, client, unite):
        user = professionnel(EQUIPE_SOIGNANTE, unite).user
        first, old = asked_by(unite), asked_by(unite, orientation=Orientation.GRAND_AGE)
        sent = asked_by(unite)
        place_at(sent, Role.RECEVEUR, UniteFactory())
        sign_in(client, user)
        assert numbers_in(client.get(LIST)) == [sent.numero, old.numero, first.numero]
        assert numbers_in(client.get(LIST, {"orientation": "grand_age"})) == [old.numero]
        assert numbers_in(client.get(LIST, {"etat": "recherche"})) == [sent.numero]
        assert numbers_in(client.get(LIST, {"etat": "ailleurs"})) == [sent.numero, old.numero, first.numero]

    def test_sorted_by_name_birth_or_number(self, client, unite):
        zoe = asked_by(unite, nom="Zaoui", numero="10000001", date_naissance="1930-01-01")
        abel = asked_by(unite, nom="Abeille", numero="20000002", date_naissance="1950-01-01")
        sign_in(client, professionnel(EQUIPE_SOIGNANTE, unite).user)
        for sort, order in (("nom", [abel, zoe]), ("naissance", [zoe, abel]), ("numero", [zoe, abel])):
            assert numbers_in(client.get(LIST, {"tri": sort})) == [one.numero for one in order], sort

    def test_queries_do_not_grow(self, client, unite, blind):
        place_at(asked_by(unite), Role.RECEVEUR, UniteFactory())
        sign_in(client, blind)
        client.get(LIST)
        few = queries(lambda: client.get(LIST))
        for _ in range(12):
            asked_by(unite)
        assert queries(lambda: client.get(LIST)) == few

    def test_a_receveur_and_a_regulateur_have_theirs(self, client, unite):
        dossier = asked_by(UniteFactory())
        place_at(dossier, Role.RECEVEUR, unite)
        place_at(dossier, Role.REGULATEUR, unite.etablissement)
        for profil_, lieu in ((RESPONSABLE_ADMISSIONS, unite), (REGULATEUR, unite.etablissement)):
            sign_in(client, professionnel(profil_, lieu).user)
            assert numbers_in(client.get(LIST)) == [dossier.numero]


class TestStates:
    """As the fact sheet has them: decided, else what follows from volets and receveurs."""

    def etat_of(self, dossier) -> str:
        dossier.refresh_from_db()
        assert set(dossier.presences.values_list("etat", flat=True)) == {dossier.etat}
        return dossier.etat

    def test_each_of_them(self, unite):
        dossier = asked_by(unite, orientation=Orientation.TND)
        assert self.etat_of(dossier) == Etat.REDACTION
        now, user = timezone.now(), dossier.cree_par
        adressage, administratif = volet_of(dossier, "adressage"), volet_of(dossier)
        adressage.complet = administratif.complet = True
        adressage.save(), administratif.save()
        assert self.etat_of(dossier) == Etat.REDACTION, "the adressage is completed, not validated"
        adressage.validated_at, adressage.validated_by = now, user
        adressage.save()
        assert self.etat_of(dossier) == Etat.COMPLET, "the administratif need not be validated"
        received = place_at(dossier, Role.RECEVEUR, UniteFactory())
        assert self.etat_of(dossier) == Etat.RECHERCHE
        received.admis_at = now
        received.save()
        assert self.etat_of(dossier) == Etat.ADMIS
        dossier.decision, dossier.decided_at, dossier.decided_by = "suspendu", now, user
        dossier.save()
        assert self.etat_of(dossier) == Etat.SUSPENDU

    def test_it_goes_back_as_it_came(self, unite):
        dossier = asked_by(unite, orientation=Orientation.TND)
        dossier.volets.update(complet=True, validated_at=timezone.now(), validated_by=dossier.cree_par)
        received = place_at(dossier, Role.RECEVEUR, UniteFactory())
        assert self.etat_of(dossier) == Etat.RECHERCHE
        received.delete()
        assert self.etat_of(dossier) == Etat.COMPLET
        volet = volet_of(dossier)
        volet.complet, volet.validated_at, volet.validated_by = False, None, None
        volet.save()
        assert self.etat_of(dossier) == Etat.REDACTION
        volet.delete()
        assert self.etat_of(dossier) == Etat.COMPLET

    def test_nobody_writes_it(self, unite):
        """Nor what lies beside a place: a row that was read before is saved over without harm."""
        dossier = asked_by(unite, nom="Garricou")
        presence = dossier.presences.get()
        place_at(dossier, Role.RECEVEUR, UniteFactory())
        dossier.nom, dossier.etat = "D’Almeida", Etat.ADMIS
        dossier.save()
        presence.numero, presence.patient = 1, "ZUT"
        presence.save()
        assert self.etat_of(dossier) == Etat.RECHERCHE
        assert set(dossier.presences.values_list("numero", "patient")) == {
            (int(dossier.numero), "DALMEIDA\x01MICHEL")
        }


class TestWithoutNames:
    @pytest.fixture
    def mixed(self, unite, blind):
        """Anonymous first, in the order of names, had they any."""
        here = unite
        there = Lieu.of(blind.habilitations.exclude(unite=here).get().unite).row
        return {
            "Aaaa": asked_by(here, nom="Aaaa", numero="90000000", date_naissance="1999-09-09"),
            "Zzzz": asked_by(here, nom="Zzzz", numero="80000000", date_naissance="1901-01-01"),
            "Mmmm": asked_by(there, nom="Mmmm", numero="70000000", date_naissance="1950-01-01"),
            "Nnnn": asked_by(there, nom="Nnnn", numero="60000000", date_naissance="1940-01-01"),
        }

    def test_a_row_has_age_sex_departement_and_no_more(self, client, unite, blind):
        asked_by(unite, nom="Canari", sexe="F", departement="69", date_naissance="1950-01-01")
        sign_in(client, blind)
        shown = text_of(client.get(LIST))
        years = timezone.localdate().year - 1950
        assert f"Identité masquée {years} ans, féminin, département 69 Masquée" in shown
        for hidden in ("Canari", "Michel", "1950"):
            assert hidden not in client.get(LIST).text

    @pytest.mark.parametrize(
        ("sort", "order"), [("nom", "Mmmm Nnnn Zzzz Aaaa"), ("naissance", "Nnnn Mmmm Zzzz Aaaa")]
    )
    def test_they_come_last_in_order_of_number(self, client, blind, mixed, sort, order):
        sign_in(client, blind)
        assert numbers_in(client.get(LIST, {"tri": sort})) == [mixed[name].numero for name in order.split()]

    def test_a_search_by_name_never_finds_them(self, client, blind, mixed):
        sign_in(client, blind)
        for name, dossier in mixed.items():
            answer = client.post(SEARCH, {"nom": name, "prenom": ""}, follow=True)
            found = numbers_in(answer)
            assert found == ([dossier.numero] if name in ("Mmmm", "Nnnn") else []), name

    def test_nor_once_they_have_become_anonymous(self, client, blind, mixed, unite):
        """What a search has kept is read with the rights of now."""
        sign_in(client, blind)
        kept = client.post(SEARCH, {"nom": "Mmmm", "prenom": ""}).url
        assert numbers_in(client.get(kept)) == [mixed["Mmmm"].numero]
        held = blind.habilitations.exclude(unite=unite).get()
        held.droits.create(domaine="sanitaire", droit="tableau_demandeur", mode="anonyme")
        assert numbers_in(client.get(kept)) == []

    def test_by_number_it_opens_without_a_name(self, client, blind, mixed, unite):
        sign_in(client, blind)
        dossier = mixed["Zzzz"]
        assert client.get(SEARCH, {"numero": dossier.numero}).url == dossier.get_absolute_url()
        volet = volet_of(dossier)
        volet.texte = "Fille de Zzzz, au 06"
        volet.save()
        answer = client.get(dossier.get_absolute_url())
        assert "Vous consultez ce dossier en mode anonyme." in text_of(answer)
        for hidden in ("Zzzz", "Michel", "1901", "au 06"):
            assert hidden not in answer.text
        assert "Modifier l’identité" not in answer.text
        assert client.get(f"{dossier.get_absolute_url()}identite/").status_code == 403

    def test_who_sees_no_name_searches_by_number_alone(self, client, unite):
        actor = professionnel(EQUIPE_SOIGNANTE, unite, tableau_demandeur="anonyme")
        habilitation = actor.user.habilitations.get()
        habilitation.droits.create(domaine="grand_age", droit="tableau_demandeur", mode="anonyme")
        sign_in(client, actor.user)
        assert "Rechercher un patient" not in client.get(SEARCH).text
        assert client.post(SEARCH, {"nom": "Garricou", "prenom": ""}).status_code == 403

    def test_the_history_tells_no_person(self, client, blind, unite):
        dossier = asked_by(unite)
        writer = professionnel(EQUIPE_SOIGNANTE, unite)
        writer.user.nom = "Plumette"
        writer.user.save()
        write(volet_of(dossier), caisse="Écrit", by=writer)
        actions.read(dossier, by=writer)
        sign_in(client, blind)
        for path in (dossier.get_absolute_url(), f"{dossier.get_absolute_url()}historique/"):
            answer = client.get(path)
            assert "a modifié le volet administratif" in text_of(answer)
            assert "Plumette" not in answer.text

    def test_a_dossier_without_names_fails_rather_than_tells(self, unite):
        dossier = Dossier.objects.get(pk=asked_by(unite).pk)
        dossier.forget_names()
        for name in ("nom", "patient", "naissance", "matricule_affiche"):
            with pytest.raises(Nominatif):
                getattr(dossier, name)
        assert dossier.get_sexe_display() == ""

    def test_what_is_said_of_nobody(self):
        assert profil(1, "", "") == "1 an"
        assert profil(0, "I", "2A") == "0 an, indéterminé, département 2A"

    def test_rows_are_read_without_them(self, unite, blind, mixed):
        actor = as_professionnel(blind)
        rows = ordered(seen(Dossier.objects.visible_to(actor), actor, today=timezone.localdate()), "nom")
        assert [ligne.patient and ligne.patient.nom for ligne in lignes(written(rows))] == [
            "Mmmm",
            "Nnnn",
            None,
            None,
        ]
        assert [row["vu_nom"] for row in rows.values("vu_nom")] == ["Mmmm", "Nnnn", None, None]


class TestCreate:
    def sent(self, lieu, **more):
        return {**PATIENT, "statut": "provisoire", "orientation": "sanitaire", "lieu": lieu, **more}

    def test_asked_by_a_unit_of_ones_etablissement(self, client, unite):
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite.etablissement)
        sign_in(client, actor.user)
        page = client.get(CREATE)
        assert "Médecine A, CH de Saint-Aubin" in page.text
        answer = client.post(CREATE, self.sent(f"unite:{unite.pk}"))
        dossier = Dossier.objects.get()
        assert answer.url == dossier.get_absolute_url()
        assert (dossier.origine, dossier.auteur, dossier.cree_par) == (Origine.DEMANDEUR, None, actor.user)
        assert dossier.presences.get().lieu.row == unite
        line = Entry.objects.get(event="dossier.created")
        assert (line.quality, line.etablissement_id) == ("prescripteur médical", unite.etablissement_id)
        assert client.get(answer.url).status_code == 200

    def test_not_by_the_unit_of_another(self, client, unite):
        sign_in(client, professionnel(PRESCRIPTEUR_MEDICAL, unite).user)
        neighbour = UniteFactory(etablissement=unite.etablissement)
        for lieu in (f"unite:{neighbour.pk}", f"etablissement:{unite.etablissement_id}", "zut", ""):
            assert client.post(CREATE, self.sent(lieu)).status_code == 422
        assert not Dossier.objects.exists()

    @pytest.mark.parametrize("closed", [False, True], ids=["no unit", "its unit is closed"])
    def test_an_etablissement_without_open_unit_asks_itself(self, client, closed):
        """DOS-3: it is offered, the only one, and sees what it has asked."""
        etablissement = EtablissementFactory(nom="Clinique des Trois Rivières")
        if closed:
            UniteFactory(etablissement=etablissement, closed_at=timezone.now())
        sign_in(client, professionnel(PRESCRIPTEUR_MEDICAL, etablissement).user)
        key = f"etablissement:{etablissement.pk}"
        page = client.get(CREATE).text
        assert f'<option value="{key}">Clinique des Trois Rivières</option>' in page
        assert "Choisissez une structure" not in page
        answer = client.post(CREATE, self.sent(key))
        dossier = Dossier.objects.get()
        assert answer.url == dossier.get_absolute_url()
        assert dossier.presences.get().lieu.row == etablissement
        assert "Clinique des Trois Rivières" in text_of(client.get(answer.url))

    def test_not_by_the_etablissement_of_an_open_unit(self, client, unite):
        """DOS-3: the unit is chosen; also when it has opened since the page was drawn."""
        etablissement = Lieu.of(unite.etablissement)
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite.etablissement)
        assert list(lieux(actor)) == [f"unite:{unite.pk}"]
        sign_in(client, actor.user)
        assert client.post(CREATE, self.sent(etablissement.key)).status_code == 422
        with pytest.raises(ValidationError, match="choisissez celle qui demande") as refused:
            actions.create(orientation="sanitaire", lieu=etablissement, by=actor, **PATIENT)
        assert refused.value.code == "lieu"
        assert not Dossier.objects.exists()

    def test_not_by_the_etablissement_of_ones_unit(self, unite):
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite)
        unite.closed_at = timezone.now()
        unite.save()
        assert lieux(actor) == {}
        with pytest.raises(Denied):
            actions.create(orientation="sanitaire", lieu=Lieu.of(unite.etablissement), by=actor, **PATIENT)

    def test_not_for_an_orientation_that_he_has_not_there(self, client, unite):
        """He has both rights, each at another place."""
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite)
        coordination = CoordinationFactory(nom="Rhône")
        professionnel(ACCOMPAGNANT, coordination, user=actor.user)
        sign_in(client, actor.user)
        answer = client.post(CREATE, self.sent(f"coordination:{coordination.pk}"))
        assert answer.status_code == 422
        assert "Vous ne pouvez pas créer ce dossier pour la structure « Rhône »." in text_of(answer)
        asked = self.sent(f"coordination:{coordination.pk}", orientation="grand_age")
        assert client.post(CREATE, asked).status_code == 302

    @pytest.mark.parametrize(
        "modes",
        [{"tableau_demandeur": "lecture"}, {"dossier_creation": "aucun"}, {"tableau_demandeur": "anonyme"}],
    )
    def test_creating_wants_the_right_and_a_board_in_ecriture(self, unite, modes):
        modes = {**modes, **{f"grand_age__{name}": mode for name, mode in modes.items()}}
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite, **modes)
        assert not can(policies.create, actor, "")
        with pytest.raises(Denied):
            actions.create(orientation="sanitaire", lieu=Lieu.of(unite), by=actor, **PATIENT)

    def test_the_same_key_is_one_dossier(self, unite):
        cle = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite)
        known = {"orientation": "sanitaire", "lieu": Lieu.of(unite), "cle": cle, "by": actor, **PATIENT}
        assert actions.create(**known) == actions.create(**known)
        assert Dossier.objects.count() == 1

    def test_no_closed_unit(self, unite):
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite.etablissement)
        open_one = UniteFactory(etablissement=unite.etablissement)
        unite.closed_at = timezone.now()
        unite.save()
        assert list(lieux(actor)) == [f"unite:{open_one.pk}"]


class TestPresences:
    """What `demandes` will ask of a dossier."""

    def test_who_sends_presents_it_once_and_takes_it_back(self, unite):
        dossier, there = asked_by(unite), Lieu.of(UniteFactory())
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite)
        for _ in range(2):
            actions.present(dossier, role=Role.RECEVEUR, lieu=there, by=actor)
        receveur = professionnel(RESPONSABLE_ADMISSIONS, there.row)
        assert Dossier.objects.visible_to(receveur).get() == dossier
        for _ in range(2):
            actions.withdraw(dossier, role=Role.RECEVEUR, lieu=there, by=actor)
        assert not Dossier.objects.visible_to(receveur).exists()
        assert [one.event for one in Entry.objects.about(dossier).order_by("pk")] == [
            "dossier.presented",
            "dossier.withdrawn",
        ]

    def test_neither_who_does_not_send_nor_to_a_regulateur_by_a_person(self, unite):
        dossier, there = asked_by(unite), Lieu.of(UniteFactory())
        sender = professionnel(PRESCRIPTEUR_MEDICAL, unite)
        for role, actor in (
            (Role.RECEVEUR, professionnel(EQUIPE_SOIGNANTE, unite)),
            (Role.REGULATEUR, sender),
        ):
            with pytest.raises(Denied):
                actions.present(dossier, role=role, lieu=there, by=actor)

    def test_the_deadline_presents_it_to_the_regulateur(self, unite):
        dossier, lieu = asked_by(unite), Lieu.of(unite.etablissement)
        actions.present(dossier, role=Role.REGULATEUR, lieu=lieu, by=Actor.system("echeances"))
        assert Dossier.objects.visible_to(professionnel(REGULATEUR, unite.etablissement)).get() == dossier

    def test_who_answers_takes_it_from_the_others(self, unite):
        dossier = asked_by(unite)
        here, other = UniteFactory(), UniteFactory()
        for one in (here, other):
            place_at(dossier, Role.RECEVEUR, one)
        answering = professionnel(RESPONSABLE_ADMISSIONS, here)
        actions.withdraw(dossier, role=Role.RECEVEUR, lieu=Lieu.of(other), by=answering)
        assert dossier.presences.filter(role=Role.RECEVEUR).count() == 1
        with pytest.raises(Denied):
            actions.withdraw(
                dossier,
                role=Role.RECEVEUR,
                lieu=Lieu.of(here),
                by=professionnel(RESPONSABLE_ADMISSIONS, other),
            )
