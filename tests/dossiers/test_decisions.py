"""Suspended, cancelled with its reason, resumed; six months without a change, and two more (DOS-3)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courrier.models import Message
from dossiers import actions, policies
from dossiers.models import Dossier, LienMedecin, Role, Volet
from dossiers.tasks import follow_unchanged
from habilitations.profils import ACCOMPAGNANT, EQUIPE_SOIGNANTE, PRESCRIPTEUR_MEDICAL, RESPONSABLE_ADMISSIONS
from journal.models import Entry
from tests.concurrency import at_once
from tests.dossiers.factories import (
    READER,
    DossierFactory,
    lend,
    name_traitant,
    place_at,
    professionnel,
    volet_of,
    write,
)
from tests.dossiers.test_views import text_of
from tests.factories import MedecinFactory, UniteFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.policies import Denied, can
from viatraj.core.saving import act

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLOCK = Actor.system("echeances")


@pytest.fixture
def medecin():
    return MedecinFactory()


@pytest.fixture
def dossier(medecin):
    return DossierFactory(auteur=medecin, orientation=Orientation.GRAND_AGE)


class TestDecisions:
    def test_suspended_then_resumed_each_once(self, dossier, medecin):
        by = as_medecin(medecin)
        for _ in range(2):
            actions.suspend(dossier, now=NOW, by=by)
        dossier.refresh_from_db()
        assert (dossier.decision, dossier.decided_at, dossier.decided_by) == ("suspendu", NOW, medecin)
        for _ in range(2):
            actions.resume(dossier, now=NOW, by=by)
        dossier.refresh_from_db()
        assert (dossier.decision, dossier.decided_at) == ("", None)
        told = [entry.sentence for entry in Entry.objects.about(dossier).order_by("pk")]
        assert len(told) == 2
        assert "a classé le dossier «\u00a0suspendu\u00a0»" in told[0]
        assert told[1].endswith("a repris le dossier, qui était suspendu")

    def test_cancelled_with_a_reason_of_the_list(self, dossier, medecin):
        with pytest.raises(ValidationError, match="motifs de la liste"):
            actions.cancel(dossier, motif="", now=NOW, by=as_medecin(medecin))
        actions.cancel(dossier, motif="domicile", now=NOW, by=as_medecin(medecin))
        dossier.refresh_from_db()
        assert (dossier.decision, dossier.motif) == ("annule", "domicile")

    def test_what_is_cancelled_takes_nothing_more(self, dossier, medecin):
        by = as_medecin(medecin)
        actions.cancel(dossier, motif="doublon", now=NOW, by=by)
        volet = volet_of(dossier)
        dossier.refresh_from_db()
        for policy in (policies.edit_identite, policies.send, policies.name_traitant):
            assert not can(policy, by, dossier), policy
        with pytest.raises(Denied, match="Ce dossier est annulé"):
            write(volet, caisse="X", by=by)
        assert can(policies.read_volet, by, volet_of(dossier)), "it is still read"

    def test_who_decides(self, medecin):
        """Whoever asks, and writes; not who reads, answers, or accompanies as médecin traitant."""
        unite, there, traitant = UniteFactory(), UniteFactory(), MedecinFactory()
        dossier = DossierFactory(auteur=None, lieu=unite, orientation=Orientation.GRAND_AGE)
        place_at(dossier, Role.RECEVEUR, there)
        name_traitant(dossier, traitant)
        reads = {"grand_age__tableau_demandeur": "lecture"}
        actors = {
            "prescripteur": professionnel(PRESCRIPTEUR_MEDICAL, unite),
            "soignant": professionnel(EQUIPE_SOIGNANTE, unite),
            "reader": professionnel(EQUIPE_SOIGNANTE, unite, **reads),
            "receveur": professionnel(RESPONSABLE_ADMISSIONS, there),
            "traitant": as_medecin(traitant),
            "other médecin": as_medecin(medecin),
            "elsewhere": professionnel(ACCOMPAGNANT, there.etablissement),
        }
        allowed = {"prescripteur", "soignant"}
        assert {name for name, actor in actors.items() if can(policies.cancel, actor, dossier)} == allowed

    def test_only_a_dossier_of_hebergement_waits(self, medecin):
        sanitaire = DossierFactory(auteur=medecin)
        assert not can(policies.suspend, as_medecin(medecin), sanitaire)
        assert can(policies.cancel, as_medecin(medecin), sanitaire)

    def test_an_archived_one_is_final(self, dossier, medecin):
        Dossier.objects.update(decision="archive", decided_at=NOW)
        for verb in (policies.suspend, policies.cancel, policies.resume):
            assert not can(verb, as_medecin(medecin), Dossier.objects.get())


class TestPage:
    def test_suspend_cancel_resume(self, client, dossier, medecin):
        sign_in(client, medecin)
        path = f"{dossier.get_absolute_url()}etat/"
        assert path in client.get(dossier.get_absolute_url()).text
        assert client.post(path, {"choix": "suspendre"}).url == dossier.get_absolute_url()
        assert "État Suspendu" in text_of(client.get(dossier.get_absolute_url()))
        answer = client.post(path, {"choix": "annuler", "motif": ""})
        assert answer.status_code == 422
        assert "Indiquez le motif de l’annulation." in answer.text
        client.post(path, {"choix": "annuler", "motif": "deces"})
        shown = text_of(client.get(path))
        assert "annulé le" in shown
        assert "décès" in shown
        client.post(path, {"choix": "reprendre"})
        assert Dossier.objects.get().decision == ""

    @pytest.mark.parametrize("choice", ["suspendre", "reprendre", "zut", ""])
    def test_nothing_that_is_not_offered(self, client, medecin, choice):
        sanitaire = DossierFactory(auteur=medecin)
        sign_in(client, medecin)
        assert client.post(f"{sanitaire.get_absolute_url()}etat/", {"choix": choice}).status_code == 422

    def test_an_assistant_who_reads_is_refused(self, client, dossier, medecin):
        lent = lend(medecin, droits=READER, orientations=(Orientation.GRAND_AGE,))
        sign_in(client, lent.delegataire, acting=lent)
        assert client.get(f"{dossier.get_absolute_url()}etat/").status_code == 403
        assert not can(policies.decide, as_delegate(lent), dossier)


def aged(dossier, days, **more):
    """Nothing has moved for so long."""
    then = timezone.now() - timedelta(days=days)
    Dossier.objects.filter(pk=dossier.pk).update(created_at=then, modified_at=then, **more)
    Volet.objects.filter(dossier=dossier).update(updated_at=then)
    dossier.presences.update(created_at=then)
    return dossier


class TestClock:
    def letters(self):
        return list(Message.objects.order_by("pk").values_list("to", flat=True))

    def test_six_months_without_a_change_are_told_once(self, dossier, medecin):
        aged(dossier, 190)
        for _ in range(3):
            follow_unchanged()
        assert self.letters() == [medecin.email]
        letter = Message.objects.get()
        assert dossier.numero_affiche.replace("\u00a0", " ") in letter.subject
        for hidden in ("Garricou", "Michel"):
            assert hidden not in letter.subject + letter.text
        assert dossier.get_absolute_url() in letter.text

    @pytest.mark.parametrize(
        "moved", ["volet", "identity", "presence", "traitant", "young", "sanitaire", "suspendu"]
    )
    def test_not_when_something_has_moved(self, dossier, medecin, moved):
        aged(dossier, 190)
        if moved == "volet":
            by = as_medecin(medecin)
            write(volet_of(dossier), caisse="Vu", by=by)
        elif moved == "identity":
            actions.edit_identite(
                dossier, version=1, now=timezone.now(), by=as_medecin(medecin), nom="Garriguou"
            )
        elif moved == "presence":
            place_at(dossier, Role.RECEVEUR, UniteFactory())
        elif moved == "traitant":
            name_traitant(dossier, MedecinFactory(), LienMedecin.Etat.ACCEPTE)
        elif moved == "young":
            aged(dossier, 170)
        elif moved == "sanitaire":
            Dossier.objects.update(orientation="sanitaire")
        else:
            actions.suspend(dossier, now=NOW, by=as_medecin(medecin))
        follow_unchanged()
        assert self.letters() == []

    def test_two_months_later_it_is_archived(self, dossier):
        aged(dossier, 260, reminded_at=timezone.now() - timedelta(days=70))
        follow_unchanged()
        dossier.refresh_from_db()
        assert (dossier.decision, dossier.decided_by) == ("archive", None)
        assert Entry.objects.get(event="dossier.archived").label == dossier.numero
        follow_unchanged()
        assert self.letters() == []

    def test_nobody_is_archived_unwarned_after_an_outage(self, dossier, medecin):
        """The clock stood still for a year: it is told today, and archived in two months."""
        aged(dossier, 400)
        follow_unchanged()
        dossier.refresh_from_db()
        assert (dossier.decision, self.letters()) == ("", [medecin.email])

    def test_whoever_answers_the_reminder_is_told_again_only_after_six_months(self, dossier, medecin):
        aged(dossier, 400, reminded_at=timezone.now() - timedelta(days=200))
        Volet.objects.filter(dossier=dossier).update(updated_at=timezone.now() - timedelta(days=195))
        follow_unchanged()
        dossier.refresh_from_db()
        assert (dossier.decision, self.letters()) == ("", [medecin.email])

    def test_who_has_left_is_not_written_to(self, dossier, medecin):
        medecin.disabled_at = timezone.now()
        medecin.save()
        aged(dossier, 190)
        follow_unchanged()
        assert self.letters() == []

    def test_nobody_does_it_by_a_page(self, medecin):
        for verb in (actions.archive_unchanged, actions.remind_unchanged):
            with pytest.raises(Denied):
                verb(today=NOW.date(), now=NOW, by=as_medecin(medecin))


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_write_one_letter():
    dossier = aged(DossierFactory(orientation=Orientation.GRAND_AGE), 190)
    now = timezone.now()
    known = {"today": timezone.localdate(now), "now": now, "by": CLOCK}
    at_once(*[lambda: act(actions.remind_unchanged, **known)] * 3)
    assert Message.objects.count() == 1
    assert Entry.objects.about(dossier).count() == 1
