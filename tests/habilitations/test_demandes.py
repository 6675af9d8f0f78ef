"""Asked of one’s référents, who accept, change or refuse, once, by the right person (COM-6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Lieu
from courrier.models import Message
from habilitations import actions, policies, profils
from habilitations.models import DemandeHabilitation, Habilitation
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_professionnel,
    referent_of,
    sent_droits,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
INDEX, MINE = "/administration/demandes/", "/administration/mes-demandes/"
WAITING = DemandeHabilitation.State.WAITING


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="Centre hospitalier d’Essai")


@pytest.fixture
def unite(hopital):
    return UniteFactory(etablissement=hopital, nom="Médecine")


@pytest.fixture
def somebody():
    return UserFactory()


@pytest.fixture
def ask(unite, somebody, today, now):
    def ask(**fields):
        known = {
            "profil": profils.EQUIPE_SOIGNANTE,
            "lieu": Lieu.of(unite),
            "fin": today + timedelta(days=200),
            "motif": "Je rejoins le service.",
            "cle": uuid4(),
            "by": as_professionnel(somebody),
        }
        return actions.ask(**(known | fields), today=today, now=now)

    return ask


@pytest.fixture
def accept(today, now):
    def accept(demande, by, **fields):
        known = {"profil": demande.le_profil, "lieu": demande.lieu, "fin": demande.fin}
        return actions.accept(demande, **(known | fields), today=today, now=now, by=by)

    return accept


@pytest.fixture
def tell(today):
    """The beat's quarter of an hour."""
    by = Actor.system("demandes")
    return lambda: actions.tell_referents(today=today, now=timezone.now(), by=by)


class TestAsking:
    def test_the_referents_of_the_place_are_told(self, ask, tell, unite, hopital):
        near = [referent_of(unite), referent_of(hopital)]
        referent_of(UniteFactory(etablissement=hopital))
        referent_of(hopital.coordination)
        demande = ask()
        assert tell() == 2
        assert set(Message.objects.values_list("to", flat=True)) == {one.email for one in near}
        assert Entry.objects.about(demande).get().event == "demande_habilitation.asked"

    def test_else_the_coordination(self, ask, tell, hopital):
        above = referent_of(hopital.coordination)
        HabilitationFactory(lieu=hopital, profil="referent_structure", over=True)
        ask()
        tell()
        assert Message.objects.get().to == above.email

    def test_a_referent_who_asks_is_not_told_himself(self, ask, tell, hopital):
        user = referent_of(hopital)
        ask(by=as_professionnel(user))
        assert tell() == 0
        assert not Message.objects.exists()

    def test_no_letter_says_why(self, ask, tell, hopital):
        referent_of(hopital)
        ask(motif="Remplacement de Mme Garricou")
        tell()
        assert "Garricou" not in Message.objects.get().text

    def test_the_same_key_and_the_same_habilitation_are_one_request(self, ask):
        key = uuid4()
        assert ask(cle=key) == ask(cle=key)
        with pytest.raises(ValidationError, match="déjà faite"):
            ask()

    def test_one_letter_for_all_that_was_asked_since_the_last(self, ask, tell, hopital, unite):
        """COM-6: not one each; told once, and what comes later in the next one."""
        referent = referent_of(hopital)
        for n in range(3):
            ask(by=as_professionnel(UserFactory(nom=f"Demandeur{n}")))
        assert [tell(), tell()] == [1, 0]
        letter = Message.objects.get(to=referent.email)
        assert "3 demandes" in letter.subject
        assert all(f"Demandeur{n}" in letter.text for n in range(3))
        assert f"{INDEX}\n" in letter.text
        later = ask(by=as_professionnel(UserFactory()))
        assert tell() == 1
        assert f"{INDEX}{later.pk}/" in Message.objects.latest("pk").text
        assert Entry.objects.filter(event="demandes_habilitation.told").count() == 2

    def test_a_letter_names_twenty_and_counts_the_others(self, ask, tell, hopital):
        referent_of(hopital)
        for _ in range(22):
            ask(by=as_professionnel(UserFactory()))
        tell()
        letter = Message.objects.get()
        assert (letter.text.count("profil «"), "et 2 autres" in letter.text) == (20, True)

    def test_what_was_withdrawn_meanwhile_is_told_to_nobody(self, ask, tell, hopital, somebody, now):
        """Asking and withdrawing again and again was a mail each time."""
        referent_of(hopital)
        for _ in range(3):
            actions.withdraw(ask(), now=now, by=as_professionnel(somebody))
        assert tell() == 0
        assert not Message.objects.exists()

    def test_each_letter_costs_the_same(self, ask, tell, hopital):
        def queries():
            with CaptureQueriesContext(connection) as asked:
                tell()
            return len(asked)

        referent_of(hopital)
        ask()
        few = queries()
        for _ in range(8):
            ask(by=as_professionnel(UserFactory()), lieu=Lieu.of(UniteFactory(etablissement=hopital)))
        assert queries() == few

    def test_three_a_day_and_place_withdrawn_or_not(self, ask, unite, hopital, somebody, now):
        """COM-6: of any unit or guichet there; another place, and the day after, are free again."""
        for _ in range(3):
            actions.withdraw(ask(lieu=Lieu.of(unite)), now=now, by=as_professionnel(somebody))
        with pytest.raises(ValidationError, match="3 demandes à cette structure"):
            ask(lieu=Lieu.of(hopital))
        assert ask(lieu=Lieu.of(UniteFactory()))
        assert ask(by=as_professionnel(UserFactory()))
        DemandeHabilitation.objects.of(somebody).update(asked_at=now - timedelta(days=1))
        assert ask()

    def test_twenty_a_day_in_all(self, ask, somebody, now):
        for _ in range(20):
            actions.withdraw(ask(lieu=Lieu.of(UniteFactory())), now=now, by=as_professionnel(somebody))
        with pytest.raises(ValidationError, match="20 demandes"):
            ask(lieu=Lieu.of(UniteFactory()))

    @pytest.mark.parametrize("motif", ["", "   "])
    def test_a_first_one_where_one_holds_nothing_says_why(self, ask, unite, hopital, somebody, motif):
        """Near misses: held at another hospital, no; at a unit of this one, or formerly, yes."""
        HabilitationFactory(user=somebody, lieu=UniteFactory())
        with pytest.raises(ValidationError, match="pourquoi") as refusal:
            ask(motif=motif)
        assert list(refusal.value.error_dict) == ["motif"]
        assert not DemandeHabilitation.objects.exists()
        HabilitationFactory(user=somebody, lieu=UniteFactory(etablissement=hopital), over=True)
        assert ask(motif=motif)

    def test_not_without_end(self, ask):
        for n in range(10):
            ask(lieu=Lieu.of(UniteFactory()), fin=timezone.localdate() + timedelta(days=n))
        with pytest.raises(ValidationError, match="10 demandes"):
            ask()

    @pytest.mark.parametrize(("days", "sentence"), [(-1, "passée"), (1830, "cinq ans")])
    def test_dates(self, ask, today, days, sentence):
        with pytest.raises(ValidationError, match=sentence):
            ask(fin=today + timedelta(days=days))

    def test_a_profile_of_another_level(self, ask):
        with pytest.raises(ValidationError, match="à ce niveau"):
            ask(profil=profils.REGULATEUR)

    def test_not_in_somebody_s_name(self, ask):
        with pytest.raises(Denied):
            ask(by=as_delegate(DelegationFactory()))

    def test_a_prolongation_of_one_s_own_only(self, today, now, somebody):
        held = HabilitationFactory(user=somebody)
        known = {"fin": held.fin + timedelta(days=1), "motif": "", "today": today, "now": now}
        with pytest.raises(Denied):
            actions.ask_prolongation(held, **known, cle=uuid4(), by=as_professionnel(UserFactory()))
        demande = actions.ask_prolongation(held, **known, cle=uuid4(), by=as_professionnel(somebody))
        assert (demande.is_prolongation, demande.place, demande.profil) == (True, held.place, held.profil)
        with pytest.raises(ValidationError, match="va déjà"):
            actions.ask_prolongation(
                held, **(known | {"fin": held.fin}), cle=uuid4(), by=as_professionnel(somebody)
            )

    def test_withdrawn_by_its_author_once(self, ask, now, somebody):
        demande = ask()
        with pytest.raises(Denied):
            actions.withdraw(demande, now=now, by=as_professionnel(UserFactory()))
        for _ in range(2):
            actions.withdraw(demande, now=now, by=as_professionnel(somebody))
        assert Entry.objects.filter(event="demande_habilitation.withdrawn").count() == 1


class TestAnswering:
    def test_accepted_as_asked_once(self, ask, accept, hopital, somebody, today):
        demande, by = ask(), as_professionnel(referent_of(hopital))
        given = [accept(demande, by) for _ in range(2)]
        assert given[0] == given[1] == Habilitation.objects.of(somebody).get()
        assert (given[0].lieu, given[0].fin, given[0].granted_by) == (demande.lieu, demande.fin, by.user)
        assert Message.objects.filter(to=somebody.email, subject__contains="acceptée").count() == 1
        assert Entry.objects.filter(event="demande_habilitation.accepted").count() == 1
        assert Entry.objects.filter(event="habilitation.granted").count() == 1

    def test_accepted_otherwise(self, ask, accept, hopital, somebody, today):
        by = as_professionnel(referent_of(hopital))
        changed = {
            "profil": profils.GESTIONNAIRE,
            "lieu": Lieu.of(hopital),
            "fin": today + timedelta(days=30),
        }
        accept(ask(), by, **changed)
        given = Habilitation.objects.of(somebody).get()
        assert (given.profil, given.lieu, given.fin) == (
            changed["profil"].code,
            changed["lieu"],
            changed["fin"],
        )

    def test_a_change_does_not_leave_the_perimeter(self, ask, accept, unite, hopital):
        by, demande = as_professionnel(referent_of(unite)), ask()
        for lieu in (Lieu.of(hopital), Lieu.of(UniteFactory(etablissement=hopital))):
            with pytest.raises(Denied):
                accept(demande, by, lieu=lieu)
        with pytest.raises(ValidationError, match="cinq ans"):
            accept(demande, by, fin=timezone.localdate() + timedelta(days=1830))
        demande.refresh_from_db()
        assert demande.state == WAITING
        assert not Habilitation.objects.of(demande.user).exists()

    def test_a_prolongation(self, accept, today, now, hopital, somebody):
        held = HabilitationFactory(user=somebody, lieu=hopital)
        wanted = held.fin + timedelta(days=100)
        demande = actions.ask_prolongation(
            held, fin=wanted, motif="", cle=uuid4(), today=today, now=now, by=as_professionnel(somebody)
        )
        accept(demande, as_professionnel(referent_of(hopital)))
        held.refresh_from_db()
        assert (held.fin, held.version) == (wanted, 2)

    def test_a_prolongation_never_shortens_what_another_did(self, accept, today, now, hopital, somebody):
        held = HabilitationFactory(user=somebody, lieu=hopital)
        known = {"motif": "", "cle": uuid4(), "today": today, "now": now}
        demande = actions.ask_prolongation(
            held, fin=held.fin + timedelta(days=1), **known, by=as_professionnel(somebody)
        )
        Habilitation.objects.filter(pk=held.pk).update(fin=held.fin + timedelta(days=50))
        given = accept(demande, as_professionnel(referent_of(hopital)))
        assert (given.pk, given.fin, given.version) == (held.pk, held.fin + timedelta(days=50), 1)

    def test_refused_once_with_a_reason_that_no_mail_tells(self, ask, hopital, now, somebody):
        demande, by = ask(), as_professionnel(referent_of(hopital))
        for _ in range(2):
            actions.refuse(demande, reponse="Voyez avec Mme Garricou.", now=now, by=by)
        demande.refresh_from_db()
        assert (demande.state, demande.reponse) == (
            DemandeHabilitation.State.REFUSED,
            "Voyez avec Mme Garricou.",
        )
        letter = Message.objects.get(to=somebody.email)
        assert "Garricou" not in letter.text

    def test_the_second_answer_comes_too_late(self, ask, accept, hopital, now):
        demande = ask()
        actions.refuse(demande, reponse="Non.", now=now, by=as_professionnel(referent_of(hopital)))
        with pytest.raises(ValidationError, match="déjà close"):
            accept(demande, as_professionnel(referent_of(hopital)))

    def test_who_answers(self, ask, unite, hopital, somebody):
        demande = ask()
        right = [referent_of(unite), referent_of(hopital), referent_of(hopital.coordination)]
        wrong = [
            referent_of(UniteFactory(etablissement=hopital)),
            referent_of(EtablissementFactory(coordination=hopital.coordination)),
            HabilitationFactory(lieu=unite, profil="referent_unite", over=True).user,
            HabilitationFactory(lieu=unite, profil="referent_unite", future=True).user,
            HabilitationFactory(lieu=unite).user,
            HabilitationFactory(user=somebody, lieu=hopital, profil="referent_structure").user,
        ]
        answers = [can(policies.answer, as_professionnel(one), demande) for one in [*right, *wrong]]
        assert answers == [True] * 3 + [False] * 6
        seen = [
            DemandeHabilitation.objects.visible_to(as_professionnel(one)).exists() for one in [*right, *wrong]
        ]
        assert seen == [True] * 3 + [False] * 5 + [True], "one’s own, at one’s place: on another page"


@pytest.mark.django_db(transaction=True)
def test_two_referents_at_once_give_one(ask, accept, hopital, somebody):
    demande, people = ask(), [as_professionnel(referent_of(hopital)) for _ in range(2)]
    given = at_once(*[lambda by=by: accept(demande, by).pk for by in people])
    assert len(set(given)) == 1
    assert Habilitation.objects.of(somebody).count() == 1


def accepting(demande, **typed) -> dict:
    """As the page sends it, unchanged."""
    as_shown = {
        "lieu": demande.lieu_key,
        "profil": demande.profil,
        "droits_de": demande.profil,
        "debut": timezone.localdate().isoformat(),
        "fin": demande.fin.isoformat(),
    }
    return as_shown | sent_droits(demande.le_profil) | typed


class TestPages:
    def test_asked_and_accepted_by_the_pages(self, client, somebody, unite, hopital, today):
        sign_in(client, somebody)
        found = client.get(f"{MINE}nouvelle/", {"q": "essai"}).content.decode()
        assert f"{MINE}nouvelle/{hopital.pk}/" in found
        fin = today + timedelta(days=90)
        typed = {
            "lieu": f"unite:{unite.pk}",
            "profil": "equipe_soignante",
            "fin": fin.isoformat(),
            "motif": "x",
        }
        assert client.post(f"{MINE}nouvelle/{hopital.pk}/", typed).status_code == 302
        demande = DemandeHabilitation.objects.get()
        assert "En attente" in client.get(MINE).content.decode()
        client.logout()
        sign_in(client, referent_of(hopital))
        assert f'data-id="{demande.pk}"' in client.get(INDEX).content.decode()
        answer = client.post(f"{INDEX}{demande.pk}/", accepting(demande))
        assert (answer.status_code, Habilitation.objects.of(somebody).get().fin) == (302, fin)
        assert f'data-id="{demande.pk}"' not in client.get(INDEX).content.decode()
        assert f'data-id="{demande.pk}"' in client.get(INDEX, {"toutes": "oui"}).content.decode()

    def test_accepted_with_other_dates_and_rights(self, client, ask, hopital, somebody, today):
        demande = ask()
        sign_in(client, referent_of(hopital))
        assert "Volet orientation" in client.get(f"{INDEX}{demande.pk}/").text
        debut = today + timedelta(days=3)
        typed = {"debut": debut.isoformat(), "droit-sanitaire-tableau_demandeur": "lecture"}
        assert client.post(f"{INDEX}{demande.pk}/", accepting(demande, **typed)).status_code == 302
        given = Habilitation.objects.of(somebody).get()
        assert given.debut == debut
        assert {one.mode for one in given.droits.filter(domaine="sanitaire")} == {"lecture"}

    def test_another_profile_shows_its_rights_before_it_is_given(self, client, ask, hopital, unite, somebody):
        demande = ask()
        sign_in(client, referent_of(hopital))
        for typed in (
            {"profil": profils.GESTIONNAIRE.code},
            {"profil": profils.GESTIONNAIRE.code, "etape": "droits"},
        ):
            answer = client.post(f"{INDEX}{demande.pk}/", accepting(demande, **typed, fin="2027-02-03"))
            assert 'name="droits_de" value="gestionnaire_administratif"' in answer.text
            assert 'value="2027-02-03"' in answer.text
        assert client.post(f"{INDEX}{demande.pk}/", accepting(demande, etape="droits")).status_code == 200
        assert not Habilitation.objects.of(somebody).exists()
        typed = {
            "profil": profils.GESTIONNAIRE.code,
            "droits_de": profils.GESTIONNAIRE.code,
            **sent_droits(profils.GESTIONNAIRE),
        }
        assert client.post(f"{INDEX}{demande.pk}/", accepting(demande, **typed)).status_code == 302
        assert Habilitation.objects.of(somebody).get().profil == profils.GESTIONNAIRE.code

    def test_forged_rights_are_refused(self, client, ask, hopital, somebody):
        demande = ask()
        sign_in(client, referent_of(hopital))
        for typed in (
            {"droit-sanitaire-tableau_demandeur": "validation"},
            {"profil": "x"},
            {"debut": "2020-01-01"},
        ):
            assert client.post(f"{INDEX}{demande.pk}/", accepting(demande, **typed)).status_code == 422
        assert not Habilitation.objects.of(somebody).exists()

    def test_too_late_keeps_what_was_typed(self, client, ask, hopital, now):
        """Answered by another; then no référent there any more."""
        demande, by = ask(), referent_of(hopital)
        sign_in(client, by)
        refuse = f"{INDEX}{demande.pk}/refuser/"
        actions.refuse(demande, reponse="Non.", now=now, by=as_professionnel(referent_of(hopital)))
        other = ask(profil=profils.GESTIONNAIRE)
        answer = client.post(refuse, {"reponse": "Une longue explication."})
        assert "Une longue explication." not in answer.text or answer.status_code == 422
        Habilitation.objects.of(by).update(revoked_at=now)
        answer = client.post(f"{INDEX}{other.pk}/refuser/", {"reponse": "Une longue explication."})
        assert (answer.status_code, "Une longue explication." in answer.text) == (403, True)
        assert "csrf" not in answer.text.split("Ce que vous aviez saisi")[1].split("</dl>")[0].lower()

    def test_refused_by_the_pages_says_why(self, client, ask, hopital, somebody):
        demande = ask()
        sign_in(client, referent_of(hopital))
        assert client.post(f"{INDEX}{demande.pk}/refuser/", {"reponse": " "}).status_code == 422
        assert client.post(f"{INDEX}{demande.pk}/refuser/", {"reponse": "Pas ici."}).status_code == 302
        client.logout()
        sign_in(client, somebody)
        assert "Pas ici." in client.get(MINE).content.decode()

    def test_forged_places_are_refused_at_the_field(self, client, somebody, hopital, today):
        sign_in(client, somebody)
        typed = {"profil": "equipe_soignante", "fin": today.isoformat(), "motif": ""}
        for lieu in (f"unite:{UniteFactory().pk}", "national:", f"etablissement:{hopital.pk + 1}", "x"):
            answer = client.post(f"{MINE}nouvelle/{hopital.pk}/", {**typed, "lieu": lieu})
            assert answer.status_code == 422
            assert "n’est pas proposé" in answer.content.decode()

    @pytest.mark.parametrize("path", ["", "refuser/"])
    def test_of_another_place_it_does_not_exist(self, client, ask, path):
        sign_in(client, referent_of(EtablissementFactory()))
        assert client.get(f"{INDEX}{ask().pk}/{path}").status_code == 404

    def test_one_s_own_is_answered_by_another(self, client, ask, hopital):
        user = referent_of(hopital)
        demande = ask(by=as_professionnel(user))
        sign_in(client, user)
        assert client.get(f"{INDEX}{demande.pk}/").status_code == 404

    def test_a_constant_number_of_queries(
        self,
        client,
        ask,
        hopital,
        somebody,
        monkeypatch,
    ):
        monkeypatch.setattr(actions.demandes, "A_DAY_AND_PLACE", 99)
        counts = []
        for _ in range(2):
            for _ in range(4):
                ask(lieu=Lieu.of(UniteFactory(etablissement=hopital)))
            sign_in(client, somebody)
            client.get(MINE)
            with CaptureQueriesContext(connection) as mine:
                client.get(MINE)
            client.logout()
            sign_in(client, referent_of(hopital))
            client.get(INDEX)
            with CaptureQueriesContext(connection) as theirs:
                client.get(INDEX)
            client.logout()
            counts.append((len(mine), len(theirs)))
        assert counts[0] == counts[1]
