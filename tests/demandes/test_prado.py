"""DOS-4: the programme PRADO is asked of the CPAM, which receives at the coordination, and reads no medical
volet; HAB-2: by its own profile, there alone."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

import dossiers.regards
from annuaire.models import Lieu
from demandes import actions, policies
from demandes.etats import Cote, Etat, Verbe
from demandes.models import Alerte, Demande
from demandes.reads.tableaux.pages import Choix, Tableaux, held
from demandes.tableaux import TABLEAUX
from dossiers.models import Dossier, Volet
from habilitations.profils import CONSEILLER_PRADO, REFERENT_COORDINATION, RESPONSABLE_ADMISSIONS
from tests.demandes.factories import Cas, D, R, requested
from tests.dossiers.factories import place_at, professionnel
from tests.factories import CoordinationFactory, UniteFactory, sign_in
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
CANARY = "Zygomatique"


class Prado(Cas):
    """A dossier that asks for it; the CPAM of the same coordination, with its conseiller."""

    def __init__(self, **known):
        super().__init__(**({"types": ["prado"]} | known))
        self.soignant, (self.autre,) = self.receveur, self.unites
        self.coordination = self.unite.etablissement.coordination
        self.unites = [self.coordination]
        self.receveurs = [professionnel(CONSEILLER_PRADO, self.coordination)]


@pytest.fixture
def cas():
    return Prado()


def received_by(actor) -> set[int]:
    return set(Demande.objects.visible_to(actor).values_list("pk", flat=True))


def test_from_the_sending_to_the_admission(cas):
    demande = cas.sent()
    assert (demande.niveau, demande.lieu.row, demande.module) == ("coordination", cas.coordination, "cpam")
    assert str(demande.lieu) == f"CPAM – PRADO, {cas.coordination.nom}"
    demande = actions.read(demande, opens=True, now=cas.now, by=cas.receveur)
    assert demande.etat == Etat.CONSULTEE
    demande = cas.act(demande, Verbe.QUESTIONNER, texte="Quelle adresse à la sortie ?")
    demande = cas.act(demande, Verbe.REPONDRE, cote=D, texte="Chez sa fille.")
    demande = cas.act(cas.accept(demande), Verbe.CONFIRMER, cote=D)
    assert cas.admit(demande).etat == Etat.ADMIS


def test_admitted_there_the_others_end_and_are_told_no_more_than_that(cas):
    unite = cas.autre
    mine, theirs = cas.sent(), cas.send(unite)[0]
    cas.admit(cas.accept(mine))
    theirs.refresh_from_db()
    assert theirs.etat == Etat.AILLEURS
    assert received_by(cas.soignant) == {theirs.pk}


class TestWho:
    """The near miss: the same profile in another coordination, a unit of the same one."""

    def test_sees_it_and_answers(self, cas):
        demande = cas.sent()
        there = professionnel(CONSEILLER_PRADO, CoordinationFactory(region=cas.coordination.region))
        unit = professionnel(RESPONSABLE_ADMISSIONS, UniteFactory(etablissement=cas.unite.etablissement))
        referent = professionnel(REFERENT_COORDINATION, cas.coordination)
        reader = professionnel(CONSEILLER_PRADO, cas.coordination, tableau_receveur="lecture")
        mute = professionnel(CONSEILLER_PRADO, cas.coordination, reponse="aucun")
        people = {
            "here": cas.receveur,
            "reads": reader,
            "mute": mute,
            "there": there,
            "unit": unit,
            "referent": referent,
        }
        seen = {name: received_by(one) == {demande.pk} for name, one in people.items()}
        opened = {name: Dossier.objects.visible_to(one).exists() for name, one in people.items()}
        answers = {
            name: can(policies.act, one, demande, "refuser", "receveur") for name, one in people.items()
        }
        here = {"here": True, "reads": True, "mute": True, "there": False, "unit": False, "referent": False}
        assert (seen, opened) == (here, here)
        assert {name for name, may in answers.items() if may} == {"here"}
        with pytest.raises(Denied):
            cas.act(demande, Verbe.REFUSER, by=there, cote=R, motif="criteres")

    def test_sees_nothing_of_what_units_of_the_coordination_receive(self, cas):
        unite = UniteFactory(etablissement=cas.unite.etablissement)
        asked = requested(cas.dossier, unite, etat=Etat.ENVOYEE, sent_at=cas.now)
        place_at(cas.dossier, "receveur", unite)
        assert received_by(cas.receveur) == set()
        assert not Dossier.objects.visible_to(cas.receveur).exists()
        assert not dossiers.regards.of(cas.receveur, cas.dossier)
        assert not can(policies.read, cas.receveur, asked)
        suivi = Tableaux(TABLEAUX["prado"], cas.receveur, Choix.of({}), now=cas.now)
        assert [one.nombre for one in suivi.compteurs() if one.nombre] == []

    def test_one_dashboard_lists_it(self, cas):
        demande = cas.sent()
        assert [one.code for one in held(cas.receveur)] == ["prado"]
        suivi = Tableaux(TABLEAUX["prado"], cas.receveur, Choix.of({}), now=cas.now)
        (ligne,), _ = suivi.page("")
        assert (ligne.demande.pk, ligne.patient.nom, ligne.chez) == (
            demande.pk,
            cas.dossier.nom,
            f"{cas.unite.nom}, {cas.unite.etablissement}",
        )
        there = professionnel(CONSEILLER_PRADO, CoordinationFactory(region=cas.coordination.region))
        assert Tableaux(TABLEAUX["prado"], there, Choix.of({}), now=cas.now).page("") == ([], "")
        asking = Tableaux(
            TABLEAUX["prescripteur"], cas.demandeur, Choix.of({"vue": "en-attente"}), now=cas.now
        )
        (line,), _ = asking.page("")
        assert line.chez == str(demande.lieu)

    def test_in_mode_anonyme_nobody_is_named(self, client, cas):
        demande = cas.sent()
        blind = professionnel(CONSEILLER_PRADO, cas.coordination, tableau_receveur="anonyme")
        page = sign_in(client, blind.user).get(f"/demandes/{demande.pk}/")
        assert (page.status_code, cas.dossier.nom in page.text) == (200, False)
        assert cas.dossier.nom not in client.get("/tableaux/prado/").text

    def test_is_told_of_it_and_nobody_of_another_coordination(self, cas):
        professionnel(CONSEILLER_PRADO, CoordinationFactory(region=cas.coordination.region))
        cas.sent()
        actions.tell_facts(now=timezone.now(), by=Actor.system("alertes"))
        assert list(Alerte.objects.values_list("user", "verbe")) == [(cas.receveur.user.pk, "envoyer")]


def test_no_medical_volet_is_read_by_any_page(client, cas):
    """DOS-4: administratif and orientation in lecture; what else the dossier says is not there."""
    kinds = ("orientation", "service", "soins", "social")
    Volet.objects.bulk_create(Volet(dossier=cas.dossier, kind=kind) for kind in kinds)
    Volet.objects.filter(kind__in=("medical", "soins")).update(texte=CANARY)
    demande = requested(cas.dossier, cas.coordination, etat=Etat.ENVOYEE, sent_at=cas.now)
    place_at(cas.dossier, "receveur", cas.coordination)
    (voie,) = dossiers.regards.of(cas.receveur, cas.dossier).voies
    read = {"administratif", "orientation", "service", "social"}
    assert voie.volets == dict.fromkeys(read, "lecture") | {
        kind: mode for kind, mode in voie.volets.items() if kind not in read
    }
    assert voie.volets.keys() == read
    numero = cas.dossier.numero
    sign_in(client, cas.receveur.user)
    for path in ("", "imprimer/", "historique/", "pieces/"):
        page = client.get(f"/dossiers/{numero}/{path}")
        assert (page.status_code, CANARY in page.text) == (200, False), path
    assert CANARY not in client.get(f"/demandes/{demande.pk}/").text
    for kind, status in (("orientation", 200), ("administratif", 200), ("medical", 403), ("soins", 403)):
        assert client.get(f"/dossiers/{numero}/volets/{kind}/").status_code == status, kind


class TestAskedFor:
    def test_by_the_list_of_structures(self, client, cas):
        sign_in(client, cas.demandeur.user)
        url = f"/demandes/dossier/{cas.dossier.numero}/choisir/"
        assert "CPAM – PRADO" in client.get(url).text
        said = {"au_nom_de": cas.demandeur.user.pk, "lieux": Lieu.of(cas.coordination).key}
        assert client.post(url, said).status_code == 302
        assert Demande.objects.get().lieu.row == cas.coordination

    @pytest.mark.parametrize(
        ("known", "modules"), [({"types": ["had"]}, ["cpam"]), ({}, ["sanitaire"])], ids=["type", "module"]
    )
    def test_not_where_it_is_not(self, client, known, modules):
        """Neither offered, nor forged: a dossier that asks for something else, a CPAM that is not on it."""
        cas = Prado(**known)
        type(cas.coordination).objects.filter(pk=cas.coordination.pk).update(modules=modules)
        cas.coordination.refresh_from_db()
        sign_in(client, cas.demandeur.user)
        url = f"/demandes/dossier/{cas.dossier.numero}/choisir/"
        assert "CPAM – PRADO" not in client.get(url).text
        said = {"au_nom_de": cas.demandeur.user.pk, "lieux": Lieu.of(cas.coordination).key}
        refused = client.post(url, said)
        assert (refused.status_code, "plus proposée" in refused.text) == (422, True)
        with pytest.raises(ValidationError, match=r"PRADO|ne reçoit pas"):
            cas.select()
        assert not Demande.objects.exists()

    def test_another_orientation_knows_no_cpam(self, cas):
        """By the database too."""
        aged = Cas(orientation="grand_age")
        with pytest.raises(DatabaseError, match="demandes_demande_cpam"):
            requested(aged.dossier, cas.coordination)


def test_its_verbs_are_those_of_an_answer(cas):
    demande = cas.sent()
    for verbe, cote in (("transmettre", "receveur"), ("repartir", "guichet"), ("donner-avis", "medecin")):
        with pytest.raises(Denied, match="n’existe pas"):
            cas.act(demande, verbe, by=cas.receveur, cote=Cote(cote), texte="x")
    refused = cas.act(demande, Verbe.REFUSER, motif="criteres")
    assert (refused.motif_dit, refused.etat) == ("hors critères du programme PRADO", Etat.REFUSEE)
    assert not Dossier.objects.visible_to(cas.receveur).exists()
    assert refused.names_patient(cas.now + timedelta(days=29))
