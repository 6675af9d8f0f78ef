"""Rows read to be changed: what waits for them, and what does not."""

import threading

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.errors import DeadlockDetected, SerializationFailure

import accounts.actions
import delegations.actions
from accounts.actions import referents
from accounts.models import User
from delegations.actions import propositions
from tests.concurrency import at_once
from tests.delegations.test_actions import listed
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UserFactory,
    as_medecin,
    as_professionnel,
    referent_of,
)
from tests.patience import PATIENCE
from viatraj.core.actor import Actor
from viatraj.core.forms import submit
from viatraj.core.saving import AGAIN, act, by_slices, locked, save_valid, update_unheld

pytestmark = pytest.mark.django_db(transaction=True)


def meeting(monkeypatch, module):
    """Both have locked their row before either writes the line that names the other."""
    record, both = module.record, threading.Barrier(2, timeout=PATIENCE)

    def wait_then_record(*args, **data):
        both.wait()
        return record(*args, **data)

    monkeypatch.setattr(module, "record", wait_then_record)


def test_two_referents_correct_each_other(monkeypatch):
    """COM-4: a line of the journal looks at its author’s key, which a correction of him does not change."""
    here = EtablissementFactory()
    first, second = referent_of(here), referent_of(here)
    meeting(monkeypatch, referents)

    def correct(user, by):
        said = {"nom": user.nom, "prenom": user.prenom, "profession_label": "Cadre", "telephone": ""}
        return accounts.actions.correct(
            user, **said, version=user.version, now=timezone.now(), by=as_professionnel(by)
        )

    done = at_once(lambda: correct(second, first), lambda: correct(first, second))
    assert [user.profession_label for user in done] == ["Cadre", "Cadre"]


def test_two_medecins_delegate_to_each_other(monkeypatch):
    """DEL-3: each one’s row is locked by his own grant while the other’s grant refers to it."""
    first, second = MedecinFactory(), MedecinFactory()
    for medecin in (first, second):
        listed(medecin)
    meeting(monkeypatch, propositions)
    now = timezone.now()
    today = timezone.localdate(now)

    def grant(confrere, by):
        period = {"debut": today, "fin": today, "cle": None, "today": today, "now": now}
        return delegations.actions.grant_confrere(idnat=confrere.login, **period, by=as_medecin(by))

    done = at_once(lambda: grant(second, first), lambda: grant(first, second))
    assert [one.delegataire for one in done] == [second, first]


class Crosswise:
    """An action that locks `first`, meets the other at its first tries, then locks `second`."""

    def __init__(self, first, second, barrier, *, meetings=1):
        self.first, self.second, self.barrier, self.meetings = first, second, barrier, meetings
        self.tries, self.kept = 0, []

    @transaction.atomic
    def __call__(self, *, word):
        self.tries += 1
        transaction.on_commit(lambda: self.kept.append(word))
        user = locked(self.first)
        user.adresse += word
        user.save(update_fields=["adresse"])
        if self.tries <= self.meetings:
            self.barrier.wait()
        return locked(self.second)


def test_after_a_deadlock_both_succeed_and_nothing_is_done_twice():
    """PostgreSQL ends one of the two; nobody sees it, and its first try left nothing."""
    left, right = UserFactory(adresse="-"), UserFactory(adresse="-")
    both = threading.Barrier(2, timeout=PATIENCE)
    one, other = Crosswise(left, right, both), Crosswise(right, left, both)

    class Word(forms.Form):
        word = forms.CharField()

    forms_sent = [Word({"word": "x"}), Word({"word": "x"})]
    answers = at_once(lambda: submit(forms_sent[0], one), lambda: submit(forms_sent[1], other))
    assert answers == [True, True]
    assert [form.result for form in forms_sent] == [right, left]
    assert max(one.tries, other.tries) > 1
    assert (one.kept, other.kept) == (["x"], ["x"])
    assert set(User.objects.filter(pk__in=[left.pk, right.pk]).values_list("adresse", flat=True)) == {"-x"}


def test_a_third_deadlock_in_a_row_is_raised():
    tries = []

    @transaction.atomic
    def unlucky():
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")

    with pytest.raises(OperationalError) as error:
        act(unlucky)
    assert (len(tries), type(error.value.__cause__)) == (AGAIN + 1, DeadlockDetected)


def test_a_snapshot_that_is_too_old_is_taken_again():
    user, tries = UserFactory(adresse="-"), []

    @transaction.atomic
    def read_then_write():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        fresh = User.objects.get(pk=user.pk)
        tries.append(1)
        if len(tries) == 1:
            at_once(lambda: User.objects.filter(pk=user.pk).update(adresse="somebody else’s"))
        User.objects.filter(pk=user.pk).update(adresse=f"{fresh.adresse}, and ours")

    act(read_then_write)
    user.refresh_from_db()
    assert (len(tries), user.adresse) == (2, "somebody else’s, and ours")


@pytest.mark.parametrize("cause", [DeadlockDetected, SerializationFailure])
def test_inside_another_transaction_nothing_is_tried_again(cause):
    """The outer one is lost with the inner one: only who began it can begin again."""
    tries = []

    def meet():
        tries.append(1)
        raise OperationalError from cause()

    with pytest.raises(OperationalError), transaction.atomic():
        act(meet)
    assert len(tries) == 1


def test_other_errors_of_the_database_are_not_tried_again():
    tries = []

    def fall():
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '1', false)")
            try:
                cursor.execute("SELECT pg_sleep(5)")
            finally:
                cursor.execute("RESET statement_timeout")

    with pytest.raises(OperationalError):
        act(fall)
    assert len(tries) == 1


class TestSlices:
    """What concerns the whole country holds nobody for longer than one slice."""

    def test_by_ascending_key_each_in_its_own_transaction(self):
        users, seen = [UserFactory() for _ in range(5)], []

        def see(part):
            last = User.objects.filter(pk=users[-1].pk)
            seen.append(([user.pk for user in part], at_once(lambda: update_unheld(last, adresse="x"))))

        everybody = User.objects.filter(pk__in=[user.pk for user in users])
        assert by_slices(everybody, see, size=2) == 5
        keys = sorted(user.pk for user in users)
        assert [part for part, _ in seen] == [keys[:2], keys[2:4], keys[4:]]
        assert [free for _, (free,) in seen] == [1, 1, 0], "the last one is held by the last slice only"

    def test_a_slice_that_fails_leaves_the_former_ones(self):
        users = [UserFactory(adresse="") for _ in range(3)]

        def write(part):
            for user in part:
                user.adresse = "seen"
                user.save(update_fields=["adresse"])
            if part[0] == users[-1]:
                raise RuntimeError

        everybody = User.objects.filter(pk__in=[user.pk for user in users])
        with pytest.raises(RuntimeError):
            by_slices(everybody, write, size=2)
        assert list(everybody.order_by("pk").values_list("adresse", flat=True)) == ["seen", "seen", ""]

    def test_a_row_that_somebody_is_changing_is_left_to_the_next_run(self):
        users, seen = [UserFactory() for _ in range(3)], []
        everybody = User.objects.filter(pk__in=[user.pk for user in users])
        with transaction.atomic():
            locked(users[1])
            assert at_once(lambda: by_slices(everybody, seen.extend, size=1)) == [2]
            assert at_once(lambda: update_unheld(everybody, adresse="x")) == [2]
        assert seen == [users[0], users[2]]

    @pytest.mark.parametrize("many", [1, 4])
    def test_what_one_more_row_costs(self, many):
        """DEL-4: a délégation that ends is a line, two letters, and one look at nothing else."""
        today = timezone.localdate()
        for _ in range(many):
            DelegationFactory(debut=today, fin=today)
        with CaptureQueriesContext(connection) as seen:
            delegations.actions.tell_endings(today=today, by=Actor.system("echeances"))
        around = 4  # the slice, and the next one, which is empty
        assert len([one for one in seen if _is_work(one["sql"])]) <= around + 4 * many


def _is_work(sql):
    return not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))


class TestSaveValid:
    def test_references_are_the_database_s_to_judge(self, django_assert_num_queries):
        """Five of the twelve statements of a grant only read again the rows one had in one’s hand."""
        habilitation = HabilitationFactory()
        with transaction.atomic(), django_assert_num_queries(3):  # SAVEPOINT, UPDATE, RELEASE
            save_valid(habilitation)

    def test_one_that_is_missing_is_still_told(self):
        delegation = DelegationFactory()
        delegation.delegant = None
        with pytest.raises(ValidationError) as error:
            save_valid(delegation)
        assert "delegant" in error.value.message_dict
