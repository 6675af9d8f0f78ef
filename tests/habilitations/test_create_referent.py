"""The first référent of a structure, and the structures that have none."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from habilitations.models import Habilitation
from habilitations.reads import orphelines
from journal.models import Entry
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
PERSON = ("--nom", "Maurel", "--prenom", "Chloé", "--email", "chloe.maurel@ch.example")


def create(*words) -> str:
    said = StringIO()
    call_command("create_referent", *words, stdout=said)
    return said.getvalue()


@pytest.fixture
def hopital():
    return EtablissementFactory(finess="990000017")


def test_a_new_account_is_opened_and_invited(hopital):
    said = create("--finess", "990000017", *PERSON)
    user = User.objects.get(email="chloe.maurel@ch.example")
    given = Habilitation.objects.of(user).get()
    today = timezone.localdate()
    assert said.startswith("cmaurel\u00a0: Référent structure (")
    assert (given.profil, given.etablissement, given.fin) == (
        "referent_structure",
        hopital,
        add_months(today, 12),
    )
    assert Message.objects.filter(to=user.email).count() == 2
    events = Entry.objects.filter(system="exploitation").values_list("event", flat=True)
    assert {"compte.created", "habilitation.granted", "referent.named"} <= set(events)


def test_an_account_that_exists_and_a_day(hopital):
    user = UserFactory(login="cmaurel")
    create("--finess", "990000017", "--identifiant", "CMAUREL", "--fin", str(timezone.localdate()))
    assert Habilitation.objects.of(user).get().fin == timezone.localdate()


def test_the_other_levels():
    coordination = CoordinationFactory(nom="Haute-Lauze")
    user = UserFactory(login="cmaurel")
    create("--coordination", "haute-lauze", "--identifiant", "cmaurel")
    create("--region", coordination.region.code, "--identifiant", "cmaurel")
    create("--national", "--identifiant", "cmaurel")
    assert set(Habilitation.objects.of(user).values_list("profil", flat=True)) == {
        "referent_coordination",
        "referent_regional",
        "administrateur_national",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--finess", "990000025", *PERSON), "Aucun résultat"),
        (("--finess", "990000017", "--identifiant", "personne"), "Aucun compte"),
        (("--finess", "990000017", "--nom", "Maurel"), "il manque"),
        (("--finess", "990000017", *PERSON, "--fin", "2100-01-01"), "cinq ans"),
        (("--finess", "990000017", *PERSON, "--fin", "demain"), "31/12/2026"),
        (("--finess", "99", *PERSON), "neuf caractères"),
        (("--finess", "990000017", *PERSON[:4], "--email", "sans arobase"), "n’est pas complète"),
        (("--finess", "990000017", *PERSON[:4], "--email", "pris@ch.example"), "e-mail"),
        (PERSON, "required"),
    ],
)
def test_refused_in_one_sentence_and_nothing_written(hopital, words, sentence):
    UserFactory(email="pris@ch.example")
    with pytest.raises(CommandError, match=sentence):
        create(*words)
    assert not Habilitation.objects.exists()
    assert not User.objects.filter(nom="Maurel").exists()


def test_twice_is_refused(hopital):
    UserFactory(login="cmaurel")
    create("--finess", "990000017", "--identifiant", "cmaurel")
    with pytest.raises(CommandError, match="déjà ce profil"):
        create("--finess", "990000017", "--identifiant", "cmaurel")


class TestOrphans:
    @pytest.fixture
    def coordination(self):
        return CoordinationFactory()

    @pytest.fixture
    def orphans(self, coordination):
        """With none, with one that ended, will begin, was removed or is disabled; only a unit's."""
        found = EtablissementFactory.create_batch(5, coordination=coordination)
        for one, trait in zip(found[1:4], ("over", "future", "revoked"), strict=True):
            HabilitationFactory(lieu=one, profil="referent_structure", **{trait: True})
        gone = referent_of(found[4])
        User.objects.filter(pk=gone.pk).update(disabled_at=timezone.now())
        return found

    def test_only_structures_without_referent_are_listed(self, coordination, orphans):
        by = as_professionnel(referent_of(coordination))
        referent_of(EtablissementFactory(coordination=coordination))
        EtablissementFactory(coordination=coordination, closed_at=timezone.now())
        EtablissementFactory()
        seen = orphelines.visible_to(by, today=timezone.localdate())
        assert set(seen) == set(orphans)
        assert seen.get(pk=orphans[1].pk).derniere == timezone.localdate() - timedelta(days=1)

    def test_named_it_leaves_the_page(self, client, coordination, orphans):
        sign_in(client, referent_of(coordination))
        assert "5 structures" in client.get("/administration/orphelines/").content.decode()
        referent_of(orphans[0])
        assert "4 structures" in client.get("/administration/orphelines/").content.decode()

    def test_not_for_the_structure_s_own_referent(self, client, orphans):
        sign_in(client, referent_of(EtablissementFactory()))
        assert client.get("/administration/orphelines/").status_code == 403
