"""Through which right, in which mode, each volet: case by case with its near miss (DOS-4, HAB-3)."""

import pytest

import annuaire.actions
from accounts.models import Identite
from annuaire.models import Guichet
from dossiers import policies, regards
from dossiers.models import Dossier, LienMedecin, Role
from habilitations.profils import (
    ACCOMPAGNANT,
    EQUIPE_SOIGNANTE,
    GESTIONNAIRE,
    MEDECIN_COORDONNATEUR,
    PCO_GESTIONNAIRE,
    PRESCRIPTEUR_MEDICAL,
    REFERENT_STRUCTURE,
    REGULATEUR,
    REGULATEUR_GA,
    RESPONSABLE_ADMISSIONS,
)
from tests.dossiers.factories import DossierFactory, lend, name_traitant, place_at, professionnel
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
SANITAIRE = "service orientation medical soins administratif social".split()


@pytest.fixture
def unite():
    return UniteFactory()


@pytest.fixture
def dossier(unite):
    return DossierFactory(auteur=None, lieu=unite)


def seen(actor, dossier) -> dict:
    """The whole, then each volet that is seen."""
    regard = regards.of(actor, Dossier.objects.get(pk=dossier.pk))
    kinds = {kind: regard.volet(kind) for kind in policies.Volet.Kind.values if regard.volet(kind)}
    listed = Dossier.objects.visible_to(actor).with_mode(actor).filter(pk=dossier.pk)
    assert [one.mode_liste for one in listed] == [regard.mode] * bool(regard)
    return {"": regard.mode} | kinds


def volets(mode, *kinds) -> dict:
    return dict.fromkeys(kinds or SANITAIRE, mode)


class TestTheBoardCapsTheVolets:
    """Within one habilitation."""

    def test_ecriture_caps_nothing(self, dossier, unite):
        assert seen(professionnel(PRESCRIPTEUR_MEDICAL, unite), dossier) == {
            "": Mode.ECRITURE,
            **volets(Mode.VALIDATION, "service", "orientation", "medical", "soins"),
            **volets(Mode.ECRITURE, "administratif", "social"),
        }

    def test_lecture_caps_at_lecture(self, dossier, unite):
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite, tableau_demandeur="lecture")
        assert seen(actor, dossier) == {"": Mode.LECTURE, **volets(Mode.LECTURE)}

    def test_anonyme_caps_all_at_anonyme(self, dossier, unite):
        """Even the volet that the profile fixes at validation."""
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite, tableau_demandeur="anonyme")
        assert seen(actor, dossier) == {"": Mode.ANONYME, **volets(Mode.ANONYME)}

    def test_the_volet_s_own_right_decides_below(self, dossier, unite):
        actor = professionnel(GESTIONNAIRE, unite, volet_medical="anonyme", volet_soins="aucun")
        assert seen(actor, dossier) == {
            "": Mode.ECRITURE,
            **volets(Mode.VALIDATION, "administratif", "social"),
            **volets(Mode.LECTURE, "service", "orientation"),
            **volets(Mode.ANONYME, "medical"),
        }

    def test_a_board_in_ecriture_gives_the_administratif_in_ecriture(self, dossier, unite):
        """«Le professionnel peut renseigner le volet administratif»; the near miss is a board in lecture."""
        chosen = {"volet_administratif": "anonyme"}
        writes = professionnel(EQUIPE_SOIGNANTE, unite, **chosen)
        reads = professionnel(EQUIPE_SOIGNANTE, unite, tableau_demandeur="lecture", **chosen)
        assert seen(writes, dossier)["administratif"] == Mode.ECRITURE
        assert seen(reads, dossier)["administratif"] == Mode.ANONYME

    def test_no_board_no_dossier(self, dossier, unite):
        actor = professionnel(PRESCRIPTEUR_MEDICAL, unite, tableau_demandeur="aucun")
        assert seen(actor, dossier) == {"": Mode.ECRITURE, **seen(actor, dossier)}, (
            "the profile wants a board"
        )
        assert seen(professionnel(REFERENT_STRUCTURE, unite.etablissement), dossier) == {"": None}

    def test_the_equipe_soignante_validates_nothing(self, dossier, unite):
        told = seen(professionnel(EQUIPE_SOIGNANTE, unite, volet_soins="validation"), dossier)
        assert Mode.VALIDATION not in told.values()

    def test_two_habilitations_are_taken_apart_then_the_furthest_counts(self, dossier, unite):
        """Nobody reads a volet by the board of one and the volet's right of the other."""
        blind = professionnel(PRESCRIPTEUR_MEDICAL, unite, tableau_demandeur="anonyme")
        clerk = {"volet_medical": "aucun", "volet_orientation": "aucun", "volet_soins": "aucun"}
        actor = professionnel(GESTIONNAIRE, unite, user=blind.user, **clerk)
        assert seen(actor, dossier) == {
            "": Mode.ECRITURE,
            **volets(Mode.VALIDATION, "administratif", "social"),
            **volets(Mode.ANONYME, "service", "orientation", "medical", "soins"),
        }


class TestFromWhere:
    def test_of_his_unit_and_not_of_its_neighbour(self, dossier, unite):
        neighbour = UniteFactory(etablissement=unite.etablissement)
        assert seen(professionnel(EQUIPE_SOIGNANTE, neighbour), dossier) == {"": None}
        assert seen(professionnel(EQUIPE_SOIGNANTE, unite.etablissement), dossier)[""] == Mode.ECRITURE
        assert seen(professionnel(EQUIPE_SOIGNANTE, EtablissementFactory()), dossier) == {"": None}

    def test_of_his_orientation(self, unite):
        tnd = DossierFactory(auteur=None, lieu=unite, orientation=Orientation.TND)
        assert seen(professionnel(EQUIPE_SOIGNANTE, unite), tnd) == {"": None}

    def test_a_coordination_reaches_what_it_asked_itself(self, unite):
        """And nothing that the structures below it ask."""
        coordination = unite.etablissement.coordination
        asked = {"auteur": None, "orientation": Orientation.GRAND_AGE}
        own, below = DossierFactory(lieu=coordination, **asked), DossierFactory(lieu=unite, **asked)
        actor = professionnel(ACCOMPAGNANT, coordination)
        assert seen(actor, own) == {"": Mode.ECRITURE, **volets(Mode.ECRITURE, "administratif")}
        assert seen(actor, below) == {"": None}
        assert seen(professionnel(ACCOMPAGNANT, CoordinationFactory()), own) == {"": None}

    def test_what_an_etablissement_asked_itself(self, unite):
        """DOS-3, DOS-4: before it had a unit; its unit, its coordination and its neighbours see nothing."""
        etablissement = unite.etablissement
        asked = {"auteur": None, "orientation": Orientation.GRAND_AGE}
        dossier = DossierFactory(lieu=etablissement, **asked)
        assert seen(professionnel(EQUIPE_SOIGNANTE, etablissement), dossier)[""] == Mode.ECRITURE
        elsewhere = EtablissementFactory(coordination=etablissement.coordination)
        for profil, lieu in (
            (EQUIPE_SOIGNANTE, unite),
            (EQUIPE_SOIGNANTE, elsewhere),
            (ACCOMPAGNANT, etablissement.coordination),
        ):
            assert seen(professionnel(profil, lieu), dossier) == {"": None}

    def test_a_dossier_that_moves_with_its_unit_leaves_the_perimeter(self, dossier, unite):
        here = professionnel(EQUIPE_SOIGNANTE, unite.etablissement)
        there = EtablissementFactory()
        annuaire.actions.move(unite, into=there, by=Actor.system("ror"))
        assert seen(here, dossier) == {"": None}
        assert seen(professionnel(EQUIPE_SOIGNANTE, there), dossier)[""] == Mode.ECRITURE

    def test_the_journal_notes_the_right_that_was_used(self, dossier, unite):
        """The unit's before the établissement's."""
        first = professionnel(EQUIPE_SOIGNANTE, unite.etablissement)
        actor = professionnel(EQUIPE_SOIGNANTE, unite, user=first.user)
        used = policies.read(actor, dossier)
        assert (used.quality, used.unite_id) == ("équipe soignante", unite.pk)


class TestReceivers:
    @pytest.fixture
    def there(self, dossier):
        lieu = UniteFactory()
        place_at(dossier, Role.RECEVEUR, lieu)
        return lieu

    def test_a_receveur_reads_by_the_rights_of_what_is_received(self, dossier, there):
        actor = professionnel(RESPONSABLE_ADMISSIONS, there, recu_medical="anonyme")
        assert seen(actor, dossier) == {
            "": Mode.REPONDRE,
            **volets(Mode.LECTURE, "service", "orientation", "soins", "administratif", "social"),
            **volets(Mode.ANONYME, "medical"),
        }

    def test_his_board_in_anonyme(self, dossier, there):
        actor = professionnel(RESPONSABLE_ADMISSIONS, there, tableau_receveur="anonyme")
        assert seen(actor, dossier) == {"": Mode.ANONYME, **volets(Mode.ANONYME)}

    def test_who_asks_there_does_not_see_what_is_received_there(self, dossier, there):
        assert seen(professionnel(PRESCRIPTEUR_MEDICAL, there), dossier) == {"": None}

    def test_by_a_guichet_and_then_by_its_unit(self, dossier):
        unite = UniteFactory()
        guichet = Guichet.objects.create(nom="Guichet", coordination=unite.etablissement.coordination)
        guichet.unites.add(unite)
        place_at(dossier, Role.RECEVEUR, guichet)
        assert seen(professionnel(RESPONSABLE_ADMISSIONS, guichet), dossier)[""] == Mode.REPONDRE
        assert seen(professionnel(RESPONSABLE_ADMISSIONS, unite), dossier) == {"": None}

    def test_a_pco_and_its_adressage(self, there):
        tnd = DossierFactory(orientation=Orientation.TND)
        place_at(tnd, Role.RECEVEUR, there.etablissement)
        told = seen(professionnel(PCO_GESTIONNAIRE, there.etablissement), tnd)
        assert (told["adressage"], told["administratif"]) == (Mode.LECTURE, Mode.LECTURE)

    def test_a_medecin_coordonnateur_has_no_administratif(self, there):
        asked = DossierFactory(orientation=Orientation.GRAND_AGE)
        place_at(asked, Role.RECEVEUR, there)
        told = seen(professionnel(MEDECIN_COORDONNATEUR, there), asked)
        assert told == {"": Mode.LECTURE, **volets(Mode.LECTURE, "medical", "autonomie")}

    def test_a_regulateur_sees_what_finds_no_solution(self, dossier, unite):
        actor = professionnel(REGULATEUR, unite.etablissement)
        assert seen(actor, dossier) == {"": None}, "before the deadline"
        place_at(dossier, Role.REGULATEUR, unite.etablissement)
        assert seen(actor, dossier) == {"": Mode.LECTURE, **volets(Mode.ANONYME)}

    def test_a_departement_s_one_in_anonyme(self, unite):
        asked = DossierFactory(orientation=Orientation.GRAND_AGE)
        place_at(asked, Role.REGULATEUR, unite.etablissement)
        coordination = unite.etablissement.coordination
        assert seen(professionnel(REGULATEUR_GA, coordination), asked) == {"": Mode.ANONYME}


class TestAMedecin:
    def test_his_own(self):
        dossier = DossierFactory()
        assert seen(as_medecin(dossier.auteur), dossier) == {
            "": Mode.LECTURE,
            **volets(Mode.VALIDATION, "service", "orientation", "medical", "soins"),
            **volets(Mode.ECRITURE, "administratif", "social"),
        }

    @pytest.mark.parametrize("etat", ["a_accepter", "hors_patientele"])
    def test_not_accepted_is_who_the_patient_is_and_no_volet(self, dossier, etat):
        medecin = MedecinFactory()
        name_traitant(dossier, medecin, etat)
        assert seen(as_medecin(medecin), dossier) == {"": Mode.LECTURE}
        assert seen(as_medecin(MedecinFactory()), dossier) == {"": None}

    def test_accepted_he_reads_all_and_writes_the_care(self, dossier):
        medecin = MedecinFactory()
        name_traitant(dossier, medecin)
        assert seen(as_medecin(medecin), dossier) == {
            "": Mode.LECTURE,
            **volets(Mode.VALIDATION, "medical"),
            **volets(Mode.LECTURE, "service", "orientation", "soins", "administratif", "social"),
        }

    def test_accepted_he_neither_sends_nor_changes_the_identity(self, dossier):
        medecin = MedecinFactory()
        name_traitant(dossier, medecin)
        for policy in (policies.send, policies.edit_identite):
            assert not can(policy, as_medecin(medecin), dossier)
            own = DossierFactory(auteur=medecin)
            assert can(policy, as_medecin(medecin), own)

    def test_his_assistant_has_no_more_than_was_lent(self, dossier):
        medecin = MedecinFactory()
        name_traitant(dossier, medecin)
        droits = ((Droit.DOSSIER_LISTE, Mode.OUI), (Droit.VOLET_MEDICAL, Mode.ECRITURE))
        assert seen(as_delegate(lend(medecin, droits=droits)), dossier) == {
            "": Mode.LECTURE,
            **volets(Mode.ECRITURE, "medical"),
            **volets(Mode.LECTURE, "service", "orientation", "soins"),
        }

    def test_a_number_that_is_no_more_his_opens_nothing(self):
        """And another account that has it now sees what names it."""
        dossier = DossierFactory()
        Identite.objects.update(ended_at=dossier.created_at)
        assert seen(as_medecin(dossier.auteur), dossier) == {"": None}
        assert seen(
            as_medecin(MedecinFactory(login=dossier.auteur.login + "x", idnat=dossier.auteur.login)), dossier
        )

    def test_his_two_spaces_never_mix(self, dossier, unite):
        """A médecin of the hospital sees there what his habilitation gives, in his own space his own."""
        actor = professionnel(EQUIPE_SOIGNANTE, unite, user=MedecinFactory())
        own = DossierFactory(auteur=actor.user)
        assert seen(actor, dossier)[""] == Mode.ECRITURE
        assert seen(actor, own) == {"": None}
        assert seen(as_medecin(actor.user), dossier) == {"": None}


class TestPolicies:
    @pytest.mark.parametrize(
        ("profil", "modes", "read", "add"),
        [
            (PRESCRIPTEUR_MEDICAL, {}, True, True),
            (GESTIONNAIRE, {}, True, False),
            (GESTIONNAIRE, {"volet_medical": "anonyme"}, False, False),
            (EQUIPE_SOIGNANTE, {"tableau_demandeur": "lecture"}, True, False),
            (EQUIPE_SOIGNANTE, {"tableau_demandeur": "anonyme"}, False, False),
        ],
    )
    def test_a_piece_of_the_volet_medical(self, dossier, unite, profil, modes, read, add):
        actor = professionnel(profil, unite, **modes)
        assert can(policies.read_piece, actor, dossier, "medical") is read
        assert can(policies.add_piece, actor, dossier, "medical") is add

    def test_sending_is_a_right_of_who_asks(self, dossier, unite):
        assert can(policies.send, professionnel(PRESCRIPTEUR_MEDICAL, unite), dossier)
        with pytest.raises(Denied, match="Envoyer la demande"):
            policies.send(professionnel(EQUIPE_SOIGNANTE, unite), dossier)

    def test_nobody_and_no_right(self, dossier):
        for actor in (as_professionnel(UserFactory()), Actor.system("test"), Actor.anonymous("127.0.0.1")):
            assert seen(actor, dossier) == {"": None}
            with pytest.raises(Denied, match="réservés"):
                policies.read(actor, dossier)

    def test_who_has_a_board_sees_a_list(self, unite):
        for profil, lieu in ((EQUIPE_SOIGNANTE, unite), (REGULATEUR, unite.etablissement)):
            policies.index(professionnel(profil, lieu), Orientation.SANITAIRE)
            assert not can(policies.index, professionnel(profil, lieu), Orientation.TND)
        assert not can(policies.index, professionnel(REFERENT_STRUCTURE, unite.etablissement), "")


def test_a_lien_speaks_of_one_dossier_only():
    """The near miss: accepted in another dossier of the same médecin."""
    medecin, asked = MedecinFactory(), {"auteur": None, "lieu": UniteFactory()}
    first, second = DossierFactory(**asked), DossierFactory(**asked)
    name_traitant(first, medecin)
    name_traitant(second, medecin, LienMedecin.Etat.A_ACCEPTER)
    assert seen(as_medecin(medecin), second) == {"": Mode.LECTURE}


def test_one_dossier_costs_one_query_for_all_its_questions(dossier, unite, django_assert_num_queries):
    actor = professionnel(PRESCRIPTEUR_MEDICAL, unite)
    with django_assert_num_queries(1):
        for kind in SANITAIRE:
            policies.read_piece(actor, dossier, kind)
