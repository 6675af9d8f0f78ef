"""ANN-7: what becomes of demandes where a structure moves, closes, is replaced."""

from datetime import timedelta

import pytest
from django.utils import timezone

import annuaire.actions
import changements.actions
from annuaire.models import Lieu
from changements.models import Changement
from demandes.etats import Etat, Verbe
from demandes.models import Demande
from demandes.reads.fermetures import lignes
from dossiers.models import Role
from habilitations.profils import REFERENT_COORDINATION
from tests.demandes.factories import Cas
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, as_professionnel
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db
SERVICE = Actor.system("fermetures")


@pytest.fixture
def cas():
    return Cas()


def close(cas, unite, by=SERVICE, **known):
    return annuaire.actions.close_structure(
        unite, on=timezone.localdate(cas.now), now=cas.now, by=by, **known
    )


def test_without_a_successor_they_end_and_an_admission_stays(cas):
    other = Cas()
    demande = cas.sent()
    (admitted,) = other.send(cas.unites[0])
    admitted = other.admit(other.accept(admitted, by=cas.receveur), by=cas.receveur)
    assert [one.texte for one in lignes(Lieu.of(cas.unites[0]), today=None, by=None)] == [
        "1 demande en cours"
    ]
    fermeture = close(cas, cas.unites[0])
    assert "1 demande en cours est close" in fermeture.fini
    demande.refresh_from_db()
    admitted.refresh_from_db()
    assert (demande.etat, demande.motif, admitted.etat) == (Etat.ANNULEE, "structure", Etat.ADMIS)
    assert not cas.dossier.presences.filter(role=Role.RECEVEUR).exists()
    assert other.dossier.presences.filter(role=Role.RECEVEUR).exists()


def test_they_go_to_the_successor_with_the_dossier(cas):
    demande, after = cas.sent(), UniteFactory(etablissement=cas.unites[0].etablissement)
    fermeture = close(cas, cas.unites[0], replaced_by=after, follow=True)
    assert "1 demande en cours suit" in fermeture.suivi
    demande.refresh_from_db()
    assert (demande.unite, demande.etat) == (after, Etat.ENVOYEE)
    assert cas.dossier.presences.get(role=Role.RECEVEUR).unite == after


def test_where_the_successor_has_one_already_it_ends(cas):
    after = UniteFactory(etablissement=cas.unites[0].etablissement)
    first, second = cas.send(cas.unites[0], after)
    close(cas, cas.unites[0], replaced_by=after, follow=True)
    found = {one.pk: one.etat for one in Demande.objects.all()}
    assert found == {first.pk: Etat.ANNULEE, second.pk: Etat.ENVOYEE}
    assert cas.dossier.presences.get(role=Role.RECEVEUR).unite == after


def test_undone_they_come_back(cas):
    """COM-11: place and version, for ten minutes."""
    demande, after = cas.sent(), UniteFactory(etablissement=cas.unites[0].etablissement)
    coordination = cas.unites[0].etablissement.coordination
    held = HabilitationFactory(lieu=coordination, profil=REFERENT_COORDINATION.code)
    by = as_professionnel(held.user)
    close(cas, cas.unites[0], by=by, replaced_by=after, follow=True)
    changements.actions.undo(Changement.objects.get(), now=cas.now + timedelta(minutes=1), by=by)
    demande.refresh_from_db()
    assert demande.unite == cas.unites[0]
    assert cas.dossier.presences.get(role=Role.RECEVEUR).unite == cas.unites[0]
    assert cas.act(demande, Verbe.ETUDIER).etat == Etat.ETUDE


def test_moved_they_follow_and_copies_of_who_asks_too(cas):
    demande = cas.sent()
    here, there = EtablissementFactory(), EtablissementFactory()
    annuaire.actions.move(cas.unites[0], into=here, by=SERVICE)
    annuaire.actions.move(cas.unite, into=there, by=SERVICE)
    demande.refresh_from_db()
    assert (demande.etablissement, demande.coordination) == (here, here.coordination)
    assert (demande.par_etablissement, demande.par_coordination) == (there, there.coordination)
