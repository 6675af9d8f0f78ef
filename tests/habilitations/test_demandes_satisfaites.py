"""COM-6, HAB-5: what was asked may be given by another way meanwhile; both ways lead to the same end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annuaire.models import Lieu
from courrier.models import Message
from habilitations import actions, profils
from habilitations.models import DemandeHabilitation, Habilitation
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sent_droits,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
INDEX = "/administration/demandes/"
State = DemandeHabilitation.State


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def unite():
    return UniteFactory(nom="Médecine", etablissement__nom="Centre hospitalier d’Essai")


@pytest.fixture
def by(unite):
    return as_professionnel(referent_of(unite.etablissement))


@pytest.fixture
def asked(unite, today):
    """For 200 days, at the unit."""
    user = UserFactory()
    known = {"profil": profils.EQUIPE_SOIGNANTE, "lieu": Lieu.of(unite), "fin": today + timedelta(days=200)}
    times = {"today": today, "now": timezone.now()}
    return actions.ask(**known, motif="x", cle=uuid4(), **times, by=as_professionnel(user))


@pytest.fixture
def holding(asked, unite, today):
    """The person got it meanwhile."""

    def holding(*, start=0, days=200, **fields):
        known = {"user": asked.user, "lieu": unite, "profil": asked.profil}
        dates = {"debut": today + timedelta(days=start), "fin": today + timedelta(days=days)}
        return HabilitationFactory(**known | dates | fields)

    return holding


def accept(demande, by, **fields):
    known = {"profil": demande.le_profil, "lieu": demande.lieu, "fin": demande.fin}
    times = {"today": timezone.localdate(), "now": timezone.now()}
    return actions.accept(demande, **known | fields, **times, by=by)


def close(today):
    return actions.close_satisfied(today=today, now=timezone.now(), by=Actor.system("demandes"))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{}], "as it is"),
        ([{"days": 500}], "as it is"),
        ([{"days": 199}], "prolonged"),
        ([{"days": 90}, {"start": 91, "days": 300}], "as it is"),
        ([{"days": 90}, {"start": 91, "days": 150}], "prolonged"),
        ([{"days": 90}, {"start": 92, "days": 300}], "refused"),  # a day's gap: no way to close it by a date
        ([{"start": 10, "days": 300}], "refused"),
        ([{"revoked_at": timezone.now()}], "given"),
        ([{"start": -90, "days": -1}], "given"),
        ([{"profil": "gestionnaire_administratif"}], "given"),
        ([{"lieu": "other"}], "given"),
        ([{"user": "other"}], "given"),
    ],
    ids=[
        "the same",
        "longer",
        "a day short",
        "two in a row",
        "two in a row, short",
        "a gap",
        "to come",
        "deleted",
        "over",
        "another profile",
        "elsewhere",
        "somebody else",
    ],
)
def test_accepting_comes_to_what_was_asked(asked, holding, by, today, rows, expected):
    """Never a second row, never a date that shortens."""
    others = {"lieu": UniteFactory, "user": UserFactory}
    held = [
        holding(**{name: others[name]() if value == "other" else value for name, value in one.items()})
        for one in rows
    ]
    if expected == "refused":
        with pytest.raises(ValidationError):
            accept(asked, by)
        return
    given = accept(asked, by)
    if expected == "given":
        assert given.pk not in [one.pk for one in held]
    else:
        assert (given.pk, given.version) == (held[-1].pk, 2 if expected == "prolonged" else 1)
    assert given.fin >= asked.fin
    asked.refresh_from_db()
    assert (asked.state, asked.accorde) == (State.ACCEPTED, given)
    assert Message.objects.filter(to=asked.user.email, subject__contains="acceptée").count() == 1


@pytest.mark.parametrize(
    ("rows", "closed"),
    [
        ([{}], 1),
        ([{"days": 199}], 0),
        ([{"days": 90}, {"start": 91, "days": 300}], 1),
        ([{"days": 90}, {"start": 92, "days": 300}], 0),
        ([{"start": 10, "days": 300}], 0),
        ([{"revoked_at": timezone.now()}], 0),
        ([{"profil": "gestionnaire_administratif"}], 0),
    ],
    ids=["the same", "a day short", "two in a row", "a gap", "to come", "deleted", "another profile"],
)
def test_closed_by_itself_as_accepted(asked, holding, today, rows, closed):
    for one in rows:
        holding(**one)
    assert [close(today), close(today)] == [closed, 0]
    asked.refresh_from_db()
    assert (asked.state == State.ACCEPTED, asked.closed_by) == (bool(closed), None)
    assert Entry.objects.filter(event="demande_habilitation.accepted").count() == closed
    letters = Message.objects.filter(to=asked.user.email, subject__contains="acceptée")
    assert len(letters) == closed
    for letter in letters:
        assert "Médecine, Centre hospitalier d’Essai" in letter.text


def test_nobody_is_told_of_a_request_that_was_given_meanwhile(asked, holding, by, today):
    """The beat closes before it tells."""
    from habilitations.tasks import tell_referents

    holding()
    tell_referents()
    assert not Message.objects.filter(to=by.user.email).exists()


def test_only_the_exploitation_closes_them(by, today):
    with pytest.raises(Denied):
        actions.close_satisfied(today=today, now=timezone.now(), by=by)


def test_a_prolongation_already_made(by, today):
    """By its own row, or by the one that follows it."""
    for follows in (False, True):
        held = HabilitationFactory(lieu=by.user.habilitations.get().etablissement, profil="equipe_soignante")
        known = {"motif": "", "cle": uuid4(), "today": today, "now": timezone.now()}
        wanted = held.fin + timedelta(days=100)
        demande = actions.ask_prolongation(held, fin=wanted, **known, by=as_professionnel(held.user))
        if follows:
            fields = {"lieu": held.etablissement, "profil": held.profil, "user": held.user}
            HabilitationFactory(**fields, debut=held.fin + timedelta(days=1), fin=wanted)
        else:
            actions.change_end(held, fin=wanted, version=held.version, today=today, by=by)
        before = list(Habilitation.objects.of(held.user).values_list("pk", "fin").order_by("pk"))
        assert accept(demande, by).fin == wanted
        assert list(Habilitation.objects.of(held.user).values_list("pk", "fin").order_by("pk")) == before


def test_a_date_that_gives_nothing_is_refused(by, today):
    """The request wants more than is held; the référent typed less."""
    held = HabilitationFactory(lieu=by.user.habilitations.get().etablissement, profil="equipe_soignante")
    known = {"motif": "", "cle": uuid4(), "today": today, "now": timezone.now()}
    demande = actions.ask_prolongation(
        held, fin=held.fin + timedelta(days=100), **known, by=as_professionnel(held.user)
    )
    with pytest.raises(ValidationError, match="va déjà"):
        accept(demande, by, fin=held.fin - timedelta(days=1))


def test_what_was_deleted_meanwhile_is_not_prolonged(by, today):
    held = HabilitationFactory(lieu=by.user.habilitations.get().etablissement, profil="equipe_soignante")
    known = {"motif": "", "cle": uuid4(), "today": today, "now": timezone.now()}
    demande = actions.ask_prolongation(
        held, fin=held.fin + timedelta(days=9), **known, by=as_professionnel(held.user)
    )
    actions.revoke(held, now=timezone.now(), by=by)
    with pytest.raises(ValidationError, match="a été supprimée depuis"):
        accept(demande, by)


def test_other_rights_than_those_held_are_not_given_in_silence(asked, holding, by):
    """What a référent validates is what is given, or he is told."""
    holding(days=90)
    with pytest.raises(ValidationError, match="sans changer ses droits"):
        accept(asked, by, droits={"sanitaire-suivi": "aucun"})


def test_what_one_holds_already_is_not_asked_for(asked, holding, today, unite):
    actions.withdraw(asked, now=timezone.now(), by=as_professionnel(asked.user))
    holding(days=90)
    known = {"profil": profils.EQUIPE_SOIGNANTE, "lieu": Lieu.of(unite), "motif": ""}
    times = {"today": today, "now": timezone.now(), "by": as_professionnel(asked.user)}
    with pytest.raises(ValidationError, match="déjà ce profil") as refusal:
        actions.ask(**known, fin=today + timedelta(days=90), cle=uuid4(), **times)
    assert list(refusal.value.error_dict) == ["fin"]
    assert actions.ask(**known, fin=today + timedelta(days=91), cle=uuid4(), **times)


def test_nor_a_prolongation_that_follows_on_already(asked, holding, today):
    first = holding(days=20)
    holding(start=21, days=90)
    known = {"motif": "", "cle": uuid4(), "today": today, "now": timezone.now()}
    by = as_professionnel(asked.user)
    with pytest.raises(ValidationError, match="va déjà"):
        actions.ask_prolongation(first, fin=today + timedelta(days=90), **known, by=by)


@pytest.mark.django_db(transaction=True)
def test_granted_and_accepted_at_once_is_one_habilitation(asked, unite, by, today):
    """Real threads: one référent gives it, another accepts the request for it."""
    other = as_professionnel(referent_of(unite.etablissement))
    fields = {"profil": asked.le_profil, "lieux": [Lieu.of(unite)], "debut": today, "fin": asked.fin}
    answers = at_once(
        lambda: accept(asked, by),
        lambda: actions.grant(users=[asked.user], **fields, droits={}, cle=uuid4(), today=today, by=other),
    )
    assert isinstance(answers[0], Habilitation)
    assert Habilitation.objects.of(asked.user).get().fin == asked.fin


class TestPages:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, by):
        sign_in(client, by.user)

    def test_shows_the_account_and_what_is_held(self, client, asked, holding, unite):
        elsewhere = HabilitationFactory(user=asked.user, lieu=EtablissementFactory(nom="Clinique voisine"))
        other = holding(lieu=unite.etablissement, profil="gestionnaire_administratif")
        shown = client.get(f"{INDEX}{asked.pk}/").text
        assert f'href="/administration/comptes/{asked.user_id}/"' in shown
        assert f'data-id="{other.pk}"' in shown
        assert "hors de votre périmètre" in shown
        assert str(elsewhere.lieu) not in shown
        assert client.get(f"/administration/comptes/{asked.user_id}/").status_code == 200

    def test_somebody_who_holds_nothing_here_is_opened_from_his_request(self, client, asked):
        """His request has shown him; before that, his number opens nothing."""
        path = f"/administration/comptes/{asked.user_id}/"
        assert client.get(path).status_code == 404
        assert "Aucune habilitation dans votre périmètre" in client.get(f"{INDEX}{asked.pk}/").text
        assert client.get(path).status_code == 200

    def test_already_satisfied_is_closed_by_one_click(self, client, asked, holding):
        held = holding()
        assert "déjà satisfaite" in client.get(f"{INDEX}{asked.pk}/").text
        assert client.post(f"{INDEX}{asked.pk}/").status_code == 302
        asked.refresh_from_db()
        assert (asked.state, asked.accorde_id) == (State.ACCEPTED, held.pk)

    def test_held_for_less_is_prolonged(self, client, asked, holding):
        held = holding(days=90)
        shown = client.get(f"{INDEX}{asked.pk}/")
        assert list(shown.context["form"].fields) == ["fin"]
        assert client.post(f"{INDEX}{asked.pk}/", {"fin": asked.fin.isoformat()}).status_code == 302
        held.refresh_from_db()
        assert held.fin == asked.fin

    def test_a_page_drawn_before_it_was_given_still_accepts(self, client, asked, holding):
        held = holding()
        drawn = {
            "lieu": asked.lieu_key,
            "profil": asked.profil,
            "droits_de": asked.profil,
            "debut": timezone.localdate().isoformat(),
            "fin": asked.fin.isoformat(),
        }
        lowered = drawn | sent_droits(asked.le_profil) | {"droit-sanitaire-tableau_demandeur": "lecture"}
        answer = client.post(f"{INDEX}{asked.pk}/", lowered)
        assert (answer.status_code, "sans changer ses droits" in answer.text) == (422, True)
        assert client.post(f"{INDEX}{asked.pk}/", drawn | sent_droits(asked.le_profil)).status_code == 302
        assert Habilitation.objects.of(asked.user).get() == held

    def test_closed_by_itself_says_why(self, client, asked, holding, today):
        holding()
        close(today)
        assert "entre-temps" in client.get(f"{INDEX}{asked.pk}/").text

    def test_withdrawn_too_late_is_not_said_withdrawn(self, client, asked, holding, today):
        holding()
        close(today)
        sign_in(client, asked.user)
        answer = client.post(f"/administration/mes-demandes/{asked.pk}/retirer/", follow=True)
        assert "avait déjà reçu sa réponse" in answer.text
        assert "est retirée" not in answer.text
