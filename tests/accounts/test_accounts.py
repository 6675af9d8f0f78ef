"""Accounts: spellings, contact details, charte, sessions, constraints (COM-1, COM-5, CON-4, CON-13)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import actions, chartes, policies
from accounts.forms import ContactForm
from accounts.identifiants import spellings
from accounts.models import AcceptationCharte, Identite, Session, User
from journal.models import Entry
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can
from viatraj.core.saisie import emails

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("99012345678", "899012345678"),
        ("8 9901 2345 678", "899012345678"),
        ("319999990", "0319999990"),
        ("2a9999990", "02A9999990"),
        ("PDurand", "pdurand"),
        ("3310099999/CPE0000042", "3310099999/CPE0000042"),
        ("8\u202f99.01-2345\u00a0678", "899012345678"),
        ("\u202a٨٩٩٠١٢٣٤٥٦٧٨\u202c", "899012345678"),
        ("10012345", "0010012345"),
    ],
)
def test_spellings(typed, means):
    """CON-4."""
    assert means in spellings(typed)


def test_bare_rpps_is_not_somebody_else_s_login():
    assert "0" + "99012345678" not in spellings("99012345678")


class TestConstraints:
    def refused_by(self, name, save):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            save()
        assert refusal.value.__cause__.diag.constraint_name == name

    def test_login_is_lower_case(self):
        user = UserFactory()
        user.login = "Majuscule"
        self.refused_by("accounts_user_login_lower", user.save)

    def test_a_living_number_belongs_to_one_account(self):
        """CPX-4."""
        first = MedecinFactory().identites.get()
        other = UserFactory()
        again = {"user": other, "idnat": first.idnat, "kind": "rpps"}
        self.refused_by("accounts_identite_idnat_living", lambda: Identite.objects.create(**again))
        Identite.objects.update(ended_at=timezone.now())
        assert Identite.objects.create(**again).pk

    def test_charte_is_accepted_once_a_version(self):
        user = UserFactory()
        again = {"user": user, "version": "2026-11", "digest": "x"}
        self.refused_by("accounts_acceptation_once", lambda: AcceptationCharte.objects.create(**again))

    def test_session_never_outlives_its_end(self):
        now = timezone.now()
        self.refused_by(
            "accounts_session_within_its_end",
            lambda: Session.objects.create(
                session_key="x", expire_date=now + timedelta(seconds=1), ends=now, session_data=""
            ),
        )


class TestPolicies:
    def test_own_account_is_closed_while_acting(self):
        row = DelegationFactory()
        table = {
            "médecin": (as_medecin(row.delegant), True),
            "professional": (Actor(user=UserFactory()), True),
            "acting": (as_delegate(row), False),
            "nobody": (Actor.anonymous("127.0.0.1"), False),
            "system": (Actor.system("test"), False),
        }
        assert {n: can(policies.own_account, actor) for n, (actor, _) in table.items()} == {
            n: expected for n, (_, expected) in table.items()
        }

    def test_system(self):
        assert can(policies.system, Actor.system("test"))
        assert not can(policies.system, Actor.anonymous("127.0.0.1"))
        assert not can(policies.system, Actor(user=UserFactory(is_staff=True)))


class TestActions:
    def create(self, **known):
        fields = {"login": "PDurand", "nom": "Durand", "prenom": "Paul", "email": "p@x.example"}
        return actions.create(**{**fields, **known}, now=timezone.now(), by=Actor.system("test"))

    def test_create_lowers_the_login_and_leaves_no_password(self):
        user = self.create()
        assert user.login == "pdurand"
        assert not user.has_usable_password()

    def test_same_login_twice(self):
        self.create()
        with pytest.raises(ValidationError) as refused:
            self.create()
        assert "login" in refused.value.message_dict

    @pytest.mark.parametrize(
        ("idnat", "kind"),
        [("899012345678", "rpps"), ("0319999990", "adeli"), ("3310099999/CPE0000042", "structure")],
    )
    def test_first_identity(self, idnat, kind):
        assert self.create(idnat=idnat).identites.get().kind == kind

    @pytest.mark.parametrize("weak", ["court", "password1234"])
    def test_weak_password(self, weak):
        with pytest.raises(ValidationError):
            actions.choose_password(self.create(), password=weak, now=timezone.now(), by=Actor.system("test"))

    def test_update_contact_tells_the_fields_not_the_values(self):
        user = UserFactory()
        actions.update_contact(
            user, telephone="+33199001234", adresse="1 rue X", version=1, by=Actor(user=user)
        )
        entry = Entry.objects.get(event="compte.updated")
        assert entry.data == {"fields": ["telephone", "adresse"]}

    def test_nothing_changed_leaves_no_trace(self):
        user = UserFactory(telephone="+33199001234")
        actions.update_contact(user, telephone="+33199001234", adresse="", version=1, by=Actor(user=user))
        assert not Entry.objects.exists()

    def test_accepting_the_charte_twice(self):
        user, charte = UserFactory(charte=False), chartes.current(date(2026, 11, 21))
        for _ in range(2):
            actions.accept_charte(user, charte=charte, by=Actor(user=user))
        assert user.acceptations.get().digest == charte.digest
        assert len(charte.digest) == 64
        assert Entry.objects.filter(event="charte.accepted").count() == 1

    def test_acting_one_accepts_nothing_for_the_medecin(self):
        row = DelegationFactory()
        with pytest.raises(Denied):
            actions.accept_charte(row.delegant, charte=chartes.VERSIONS[0], by=as_delegate(row))

    def test_purge_sessions(self, client):
        sign_in(client, UserFactory())
        Session.objects.update(expire_date=timezone.now() - timedelta(days=2))
        actions.purge_sessions(now=timezone.now(), by=Actor.system("purge"))
        assert not Session.objects.exists()


class TestAccountPage:
    """COM-5, first form."""

    def test_shows_who_one_is(self, client):
        user = MedecinFactory(nom="Leclercq", prenom="Christine")
        sign_in(client, user)
        text = client.get("/mon-compte/").text
        assert "Leclercq" in text
        assert user.login in text
        assert "référent structure" in text

    def test_the_telephone_is_saved(self, client):
        user = MedecinFactory()
        sign_in(client, user)
        typed = {"telephone": "01 99 00 12 34", "adresse": "1 rue de l’Essai", "version": 1}
        assert client.post("/mon-compte/", typed).status_code == 302
        user.refresh_from_db()
        assert (user.telephone, user.version) == ("+33199001234", 2)
        assert 'value="01 99 00 12 34"' in client.get("/mon-compte/").text

    def test_bad_number_is_kept_with_its_sentence(self, client):
        sign_in(client, UserFactory())
        answer = client.post("/mon-compte/", {"telephone": "zéro un", "version": 1})
        assert answer.status_code == 422
        assert "Donnez le numéro complet, sans texte" in answer.text
        assert "zéro un" in answer.text

    def test_stale(self, client):
        user = MedecinFactory(version=4, telephone="+33199001111")
        sign_in(client, user)
        answer = client.post("/mon-compte/", {"telephone": "01 99 00 22 22", "version": 3})
        assert answer.status_code == 409
        assert "01 99 00 22 22" in answer.text
        user.refresh_from_db()
        assert user.telephone == "+33199001111"


def test_overseas_and_foreign_numbers():
    form = ContactForm({"telephone": "+41 22 767 61 11", "version": 1}, named=False)
    assert form.is_valid()
    assert form.cleaned_data["telephone"] == "+41227676111"


@pytest.mark.parametrize(
    ("profession", "categorie", "is_medecin"),
    [("10", "C", True), ("10", "M", True), ("10", "E", False), ("10", "", False), ("60", "C", False)],
)
def test_medecin_is_profession_ten_civil_or_military(profession, categorie, is_medecin):
    assert User(profession=profession, categorie=categorie).is_medecin is is_medecin


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "Anne@c.example"),
        ("email", "anne@c.example\u200b"),
        ("email", "anne@hôpital.example"),
        ("email", "an ne@c.example"),
        ("telephone", "poste 4512"),
        ("telephone", "0199001234"),
        ("mobile", "+0639981234"),
    ],
)
def test_the_database_takes_one_form_only(name, value):
    """COM-4: whoever writes, one mailbox is one address."""
    user = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(user).objects.filter(pk=user.pk).update(**{name: value})


def test_one_mailbox_is_one_account():
    """COM-4: an unseen character, capitals or another way to write its domain make no second account."""
    UserFactory(email="anne@xn--hpital-ixa.example")
    for typed in ("anne@hôpital.example", "Anne@HO\u0302PITAL.example\u200b", " anne@hôpital\u00ad.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            UserFactory(email=emails.read(typed))
