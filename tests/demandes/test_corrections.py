"""DOS-4: a decision is corrected by its MDPH; less of it once an ESMS has answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from demandes import actions, policies
from demandes.alertes import CORRECTED
from demandes.handicap.statuts import Statut
from demandes.models import Alerte, Decision
from habilitations.profils import ESMS, MDPH, MDPH_CONSULTATION
from journal.models import Entry
from tests.concurrency import at_once
from tests.demandes.factories import tell
from tests.demandes.handicap import Cas, esms
from tests.demandes.test_notifications_pages import decided, post, words_of
from tests.dossiers.factories import professionnel
from tests.factories import CoordinationFactory, sign_in
from viatraj.core.policies import Denied, can
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def cas():
    return Cas()


def correct(cas, by=None, version=None, **said) -> Decision:
    row = Decision.objects.get(pk=cas.decision.pk)
    known = {"version": version or row.version, "now": cas.now, "by": by or cas.mdph}
    return actions.correct_decision(row, **known, **said)


def refused(cas, **said) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as raised:
        correct(cas, **said)
    return raised.value.message_dict if hasattr(raised.value, "error_dict") else {"": raised.value.messages}


class TestWhat:
    def test_all_of_it_before_anybody_answers(self, cas):
        """Reading is no answer."""
        row = cas.notified()
        actions.read_notification(row, opens=True, now=cas.now, by=cas.gestionnaire)
        birth = cas.decision.date_naissance - timedelta(days=1)
        said = {"numero": "2026-77", "nom": "Lacaze", "date_naissance": birth, "sexe": "F"}
        fresh = correct(cas, **said)
        assert {name: getattr(fresh, name) for name in said} == said
        assert fresh.version == 2
        entry = Entry.objects.get(event="decision.corrected")
        assert entry.data["champs"] == ["numéro de décision", "nom de naissance", "date de naissance", "sexe"]
        assert "Lacaze" not in str(entry.data) + entry.label

    @pytest.mark.parametrize(
        ("field", "value", "possible"),
        [
            ("nom", "Garrigou", True),
            ("prenom", "Michèle", True),
            ("debut", "day before", True),
            ("fin", "day after", True),
            ("numero", "2026-88", False),
            ("sexe", "F", False),
            ("categorie", "40", False),
            ("date_naissance", "day before", False),
        ],
    )
    def test_once_an_esms_has_answered(self, cas, field, value, possible):
        cas.change(cas.notified(), Statut.CONTACT)
        if value in ("day before", "day after"):
            value = getattr(cas.decision, field) + timedelta(days=1 if value == "day after" else -1)
        if possible:
            assert getattr(correct(cas, **{field: value}), field) == value
        else:
            (sentence,) = refused(cas, **{field: value})[field]
            assert "déjà répondu" in sentence

    def test_unchanged_it_is_nothing(self, cas):
        assert correct(cas, nom=cas.decision.nom, version=99).version == 1
        assert not Entry.objects.filter(event="decision.corrected").exists()

    def test_towards_what_a_notified_esms_does_not_take_in(self, cas):
        """Unless its notification is cancelled first."""
        row = cas.notified()
        assert "n’accueille pas" in refused(cas, categorie="40")["categorie"][0]
        cas.change(row, Statut.ANNULEE, by=cas.mdph, motif="112")
        assert correct(cas, categorie="40").categorie == "40"

    def test_neither_lapsed_nor_cancelled(self, cas):
        yesterday = timezone.localdate(cas.now) - timedelta(days=1)
        known = {"debut": yesterday - timedelta(days=9)}
        assert "Cette date est passée" in refused(cas, fin=yesterday, **known)["fin"][0]
        actions.cancel_decision(cas.decision, now=cas.now, by=cas.mdph)
        assert "rétablissez-la" in refused(cas, nom="Garrigou")[""][0]

    def test_the_number_of_another_decision(self, cas):
        other = cas.decide()
        assert "déjà enregistré" in str(refused(cas, numero=other.numero))


class TestWho:
    def test_the_mdph_that_has_decided_alone(self, cas):
        cas.notified()
        others = (
            professionnel(MDPH, CoordinationFactory()),
            professionnel(MDPH_CONSULTATION, cas.coordination),
            cas.gestionnaire,
        )
        for by in others:
            assert not can(policies.decide, by, cas.coordination.pk)
            with pytest.raises(Denied):
                correct(cas, by=by, nom="Garrigou")

    def test_esms_that_have_it_are_told_to_read_it_again(self):
        """DOS-6: not those whose notification is closed."""
        cas = Cas(notified=2)
        first, _ = cas.notify()
        cas.change(first, Statut.ANNULEE, by=cas.mdph, motif="112")
        correct(cas, nom="Garrigou")
        tell()
        assert list(Alerte.objects.filter(verbe=CORRECTED).values_list("user", flat=True)) == [
            cas.gestionnaires[1].user.pk
        ]

    def test_the_second_of_two_reads_what_the_first_wrote(self, cas):
        correct(cas, nom="Garrigou")
        with pytest.raises(Stale) as raised:
            correct(cas, nom="Garricoux", version=1)
        assert raised.value.fresh.nom == "Garrigou"


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_on_one_decision():
    """One is told what the other has written."""
    cas = Cas()
    colleague = professionnel(MDPH, cas.coordination)
    answers = at_once(
        lambda: correct(cas, version=1, nom="Garrigou"),
        lambda: correct(cas, by=colleague, version=1, nom="Garricoux"),
    )
    assert [type(one) for one in answers].count(Stale) == 1
    assert Decision.objects.get().version == 2


class TestPage:
    def url(self, cas) -> str:
        return f"/notifications/decisions/{cas.decision.pk}/corriger/"

    def test_as_it_stands_then_as_it_is_typed(self, client, cas):
        sign_in(client, cas.mdph.user)
        assert self.url(cas) in client.get(cas.decision.get_absolute_url()).text
        shown = client.get(self.url(cas)).text
        assert 'value="Garricou"' in shown
        assert 'value="2026-1"' in shown
        said = decided(version=1, numero="2026-9")
        answer = post(client, cas.mdph, self.url(cas), **said)
        assert answer.headers["Location"] == cas.decision.get_absolute_url()
        fresh = Decision.objects.get()
        assert (fresh.numero, fresh.nom, fresh.prenom) == ("2026-9", "Lacaze", "Inès")

    def test_from_an_old_page(self, client, cas):
        """409: what stands now, and what was typed; sent again, it is accepted."""
        correct(cas, nom="Garrigou")
        answer = post(client, cas.mdph, self.url(cas), **decided(version=1))
        assert answer.status_code == 409
        assert "Garrigou Michel" in words_of(answer)
        assert 'value="Lacaze"' in answer.text
        again = post(client, cas.mdph, self.url(cas), **decided(version=2))
        assert again.status_code == 302

    def test_once_an_esms_has_answered(self, client, cas):
        """What is settled is not asked; from a page of before, its field says why it stays."""
        cas.change(cas.notified(), Statut.CONTACT)
        sign_in(client, cas.mdph.user)
        shown = client.get(self.url(cas))
        assert "ne se corrigent plus" in words_of(shown)
        assert "numero" not in shown.context["form"].fields
        named = {name: decided()[name] for name in ("nom", "prenom", "debut", "fin")}
        assert post(client, cas.mdph, self.url(cas), version=1, **named).status_code == 302
        answer = post(client, cas.mdph, self.url(cas), **decided(version=2))
        assert answer.status_code == 422
        assert "déjà répondu" in words_of(answer)
        assert 'value="2026/118"' in answer.text

    def test_to_nobody_else(self, client, cas):
        cas.notified()
        for by in (cas.gestionnaire, professionnel(ESMS, esms())):
            sign_in(client, by.user)
            assert client.get(self.url(cas)).status_code == 404
        sign_in(client, professionnel(MDPH_CONSULTATION, cas.coordination).user)
        assert client.get(self.url(cas)).status_code == 403
