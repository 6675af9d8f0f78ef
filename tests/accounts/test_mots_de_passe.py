"""The policy of passwords, and what is done with them (MDP-3, MDP-4, CON-12; checks 7, 11 to 14, 17)."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import actions, mots_de_passe
from accounts.hashers import Argon2id
from accounts.models import AncienMotDePasse, Session
from authcps.actions import identify
from courrier.models import Message
from journal.models import Entry
from tests.factories import (
    PASSWORD,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
NOW = timezone.now()
NEW = "la barque verte du lac"
SYSTEM = Actor.system("test")


def change(user, new, *, old=PASSWORD, now=NOW):
    by = Actor(user=user, means=Means.MAIL)
    return actions.change_password(user, ancien=old, mot_de_passe=new, keep="", now=now, by=by)


def refused(password, user=None) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


class TestPolicy:
    """Check 12: 12–128, nothing cut off, commonest and personal refused, any letter allowed."""

    @pytest.mark.parametrize(
        ("password", "bad"),
        [
            ("x2-Vf!9qLm", True),
            ("onze-lettre", True),
            ("douze-lettres", False),
            ("é" * 3 + "zàçù ~ 'ö…–", False),
            ("ab cd " * 21 + "z", False),
            ("a1B!" * 32 + "z", True),
            ("un mot de passe solide", False),
            ("correct cheval pile agrafe", False),
        ],
    )
    def test_length_is_the_only_shape(self, password, bad):
        assert refused(password) is bad

    @pytest.mark.parametrize(
        "password",
        [
            "azertyuiopqs",
            "AzertyUiopQs",
            "motdepasse2026",
            "MotDePasse!!2026",
            "Mot de passe 1",
            "Soleil!!2026",
            "soleilsoleil",
            "password1234",
            "P a s s w o r d 1",
            "aaaaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "1234567890123",
            "bienvenue2026!",
            "docteur-1985!",
            "marseille13000",
            "jetaimemaman!!",
            "Trajectoire2026",
        ],
    )
    def test_common_ones(self, password):
        assert refused(password)

    def test_the_commonest_of_the_world_dressed_to_twelve(self):
        """Check 12: of the commonest, none passes, however it is lengthened with figures."""
        common = sorted(
            word for word in CommonPasswordValidator().passwords if word.isalpha() and len(word) > 5
        )
        passed = [word for word in common if not refused(f"{word.title()}202600")]
        assert len(common) > 3000
        assert passed == []

    @pytest.mark.parametrize(
        "password",
        [
            "Leclercq-a-Toulouse",
            "les chats de Christine",
            "CLÉCLERCQ, mon phare",
            "christine.l et la mer",
            "phare ViaTraj de nuit",
            "phare 899100045771 nuit",
            "phare 99100045771 nuit",
        ],
    )
    def test_personal_words(self, password):
        user = MedecinFactory(
            nom="Leclercq",
            prenom="Christine",
            login="899100045771",
            email="christine.l@cabinet-leclercq.example",
        )
        assert refused(password, user)
        assert not refused("un phare sur la lande", user)

    def test_short_names_forbid_nothing(self):
        assert not refused("le royaume des oiseaux", UserFactory(nom="Roy", prenom="Li", login="lroy"))


class TestHashes:
    """Check 13."""

    def test_argon2id_as_owasp_sizes_it(self):
        assert (Argon2id.time_cost, Argon2id.memory_cost, Argon2id.parallelism) == (2, 19456, 1)
        assert identify_hasher(make_password(NEW)).algorithm == "argon2"
        assert "$argon2id$" in make_password(NEW)


class TestChange:
    """MDP-4."""

    def test_other_sessions_end_and_the_owner_is_told(self, client):
        """Checks 17, 18."""
        user = UserFactory()
        sign_in(client, user)
        change(user, NEW)
        user.refresh_from_db()
        assert user.check_password(NEW)
        assert user.password_changed_at == NOW
        assert not Session.objects.filter(user=user).exists()
        assert Message.objects.get().to == user.email
        assert Entry.objects.filter(event="mot_de_passe.changed", user=user).count() == 1

    def test_the_old_one_is_asked(self):
        user = UserFactory()
        with pytest.raises(ValidationError) as error:
            change(user, NEW, old="pas celui-ci du tout")
        assert list(error.value.error_dict) == ["ancien"]
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
        assert len(user.wrong_passwords_at) == 1

    def test_guessing_it_locks_it(self):
        """A stolen session gives no endless tries at the password."""
        user = UserFactory()
        for _ in range(5):
            with pytest.raises(ValidationError):
                change(user, NEW, old="pas celui-ci du tout")
        with pytest.raises(ValidationError, match="bloqué"):
            change(user, NEW)

    def test_the_last_five_are_refused_the_sixth_is_not(self):
        user, words = UserFactory(), ["rouge", "bleue", "verte", "noire", "jaune"]
        used = [PASSWORD]
        for step, word in enumerate(words):
            user = change(user, f"la barque {word} du lac", old=used[-1], now=NOW + timedelta(minutes=step))
            used.append(f"la barque {word} du lac")
        for word in used[-5:]:
            with pytest.raises(ValidationError) as error:
                change(user, word, old=used[-1])
            assert list(error.value.error_dict) == ["mot_de_passe"]
        assert AncienMotDePasse.objects.filter(user=user).count() == 4
        assert change(user, used[0], old=used[-1], now=NOW + timedelta(hours=1)).check_password(used[0])

    def test_nobody_changes_somebody_else_s(self):
        """Check 11: not even the support."""
        user, support = UserFactory(), UserFactory(is_staff=True)
        with pytest.raises(Denied):
            actions.change_password(
                user,
                ancien=PASSWORD,
                mot_de_passe=NEW,
                keep="",
                now=NOW,
                by=Actor(user=support, means=Means.MAIL),
            )
        with pytest.raises(Denied):
            actions.choose_password(user, password=NEW, now=NOW, by=Actor(user=support))

    def test_an_account_without_password_chooses_one_by_its_session(self):
        user = UserFactory()
        user.set_unusable_password()
        user.save()
        assert change(user, NEW, old="").check_password(NEW)


class TestExpiry:
    """MDP-3; check 14."""

    @pytest.mark.parametrize(
        ("days", "expired", "soon"), [(164, 0, 0), (165, 0, 1), (179, 0, 1), (180, 1, 0)]
    )
    def test_180_days_warned_15_before(self, days, expired, soon):
        user = UserFactory(password_changed_at=NOW - timedelta(days=days))
        assert mots_de_passe.is_expired(user, NOW) is bool(expired)
        assert mots_de_passe.is_soon_over(user, NOW) is bool(soon)

    def test_zero_means_never(self, settings):
        settings.PASSWORD_MAX_AGE_DAYS = 0
        user = UserFactory(password_changed_at=NOW - timedelta(days=9000))
        assert not mots_de_passe.is_expired(user, NOW)
        actions.warn_of_expiry(now=NOW, by=SYSTEM)
        assert not Message.objects.exists()

    def test_one_mail_a_password(self):
        due = UserFactory(password_changed_at=NOW - timedelta(days=170))
        UserFactory(password_changed_at=NOW - timedelta(days=170), disabled_at=NOW)
        UserFactory(password_changed_at=NOW - timedelta(days=100))
        UserFactory(password_changed_at=NOW - timedelta(days=200))
        for day in range(3):
            actions.warn_of_expiry(now=NOW + timedelta(days=day), by=SYSTEM)
        assert Message.objects.get().to == due.email
        assert Entry.objects.filter(event="mot_de_passe.warned").count() == 1


class TestLock:
    """CON-12; check 7."""

    def lock(self, user):
        for _ in range(5):
            user.refresh_from_db()
            actions.note_wrong_password(user, now=NOW, by=Actor.anonymous("192.0.2.1"))
        user.refresh_from_db()
        return user

    def test_the_owner_is_told_once(self):
        user = self.lock(UserFactory())
        assert user.locked_at == NOW
        assert "bloqué" in Message.objects.get(to=user.email).subject

    def test_lifted_by_the_owner_alone(self):
        user = self.lock(UserFactory())
        for by in (Actor.anonymous("192.0.2.1"), Actor(user=UserFactory())):
            with pytest.raises(Denied):
                actions.lift_lock(user, by=by)
        for _ in range(2):
            actions.lift_lock(user, by=Actor(user=user, means=Means.CPS))
        user.refresh_from_db()
        assert user.locked_at is None
        assert Entry.objects.filter(event="compte.unlocked").count() == 1

    def test_unlocked_by_a_referent_of_his_perimeter(self):
        """COM-7: of the places where the account holds something, which nobody hands in."""
        user, unite, now = self.lock(UserFactory()), UniteFactory(), timezone.now()
        by = as_professionnel(referent_of(unite.etablissement))
        elsewhere = as_professionnel(referent_of(UniteFactory()))
        with pytest.raises(Denied):
            actions.unlock(user, now=now, by=by)
        HabilitationFactory(user=user, lieu=unite)
        with pytest.raises(Denied):
            actions.unlock(user, now=now, by=elsewhere)
        actions.unlock(user, now=now, by=by)
        entry = Entry.objects.get(event="compte.unlocked")
        assert (entry.quality, entry.etablissement_id) == ("référent structure", unite.etablissement_id)
        user.refresh_from_db()
        assert user.locked_at is None
        assert entry.user == by.user


class TestOneFormOfEachKey:
    """A password typed on a Mac, where «é» is two characters, is the same one."""

    COMPOSED, APART = "café au lait du matin", "cafe\u0301 au lait du matin"

    def test_hashed_in_one_form(self):
        assert mots_de_passe.verify(self.APART, mots_de_passe.encode(self.COMPOSED)) == (True, False)
        assert mots_de_passe.verify(self.COMPOSED, mots_de_passe.encode(self.APART)) == (True, False)
        assert mots_de_passe.verify(self.APART + "!", mots_de_passe.encode(self.APART)) == (False, False)

    def test_a_hash_of_before_still_verifies_and_is_made_anew(self):
        user = UserFactory(password=self.APART)  # hashed as typed
        assert mots_de_passe.verify(self.APART, user.password) == (True, True)
        known = {"identifiant": user.login, "door": "professionnel", "next_path": "", "now": NOW}
        assert identify(mot_de_passe=self.APART, by=Actor.anonymous("192.0.2.7"), **known)
        user.refresh_from_db()
        assert mots_de_passe.verify(self.COMPOSED, user.password) == (True, False)
