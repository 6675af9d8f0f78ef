"""What demandes of the invented country keep to: their table, their presences, their deadlines (DOS-4)."""

from collections import defaultdict

from django.db.models import F

from demandes import etats
from demandes.etats import CLOS, RECUS, Cote, Etat, Verbe
from demandes.impasses import Impasse
from demandes.models import Demande, SansSolution, Transition, echeances
from demandes.reads import solutions
from dossiers.models import Dossier, Presence, Role

ASKED = ("par_niveau", "par_coordination", "par_etablissement", "par_unite", "par_professionnel")
ABOVE = ("etablissement", "coordination", "region")
OVERSEAS = ("971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988")
ALSACE_MOSELLE = ("57", "67", "68")


def assert_demandes(now):
    """Three a dossier, each along its table, where the presences of its dossier say."""
    assert 7_000 < Demande.objects.count() < 8_000
    assert set(Demande.objects.values_list("etat", flat=True)) == set(Etat.values)
    _assert_solutions(now)  # before the trigger of those places has it reckoned again
    _assert_places()
    steps = defaultdict(list)
    for one in Transition.objects.order_by("demande", "version"):
        steps[one.demande_id].append(one)
    for demande in Demande.objects.select_related("dossier"):
        _assert_steps(demande, steps.pop(demande.pk), now)
    assert not steps
    _assert_deadlines(now)


def _assert_places():
    """Copies are what triggers write; whoever receives one has the dossier, and nobody else has."""
    written = set(Demande.objects.values_list("pk", *ASKED, *ABOVE))
    Presence.objects.update(niveau=F("niveau"))
    assert set(Demande.objects.values_list("pk", *ASKED, *ABOVE)) == written
    above = Demande.objects.filter(
        etablissement=F("unite__etablissement"),
        coordination=F("unite__etablissement__coordination"),
        region=F("unite__etablissement__coordination__region"),
    )
    assert above.count() == len(written)
    received = Presence.objects.filter(role=Role.RECEVEUR)
    living = Demande.objects.filter(etat__in=[one.value for one in RECUS])
    for demandes, presences, columns in (
        (living, received.filter(admis_at=None), ("dossier", "lieu_key")),
        (Demande.objects.filter(etat=Etat.ADMIS), received.exclude(admis_at=None), ("dossier", "lieu_key")),
    ):
        assert set(demandes.values_list(*columns)) == set(presences.values_list(*columns)) != set()
    moments = dict(received.exclude(admis_at=None).values_list("dossier", "admis_at"))
    assert dict(Demande.objects.filter(etat=Etat.ADMIS).values_list("dossier", "depuis")) == moments


def _assert_steps(demande, steps, now):
    """Each is a row of the table; the columns say what the last ones did, and when."""
    assert [one.version for one in steps] == list(range(1, demande.version + 1))
    etat, moments = "", [one.at for one in steps]
    assert moments == sorted(moments)
    assert steps[0].at == demande.created_at
    assert demande.created_at >= demande.dossier.created_at
    assert moments[-1] == demande.changed_at <= now
    for one in steps:
        acte = etats.acte(demande.orientation, one.verbe, one.cote)
        assert acte.begins if etat == "" else etat in acte.before
        assert (one.before, one.after) == (etat, acte.after or etat)
        assert (one.par_id is None) == (one.cote == Cote.SYSTEME)
        etat = one.after
    assert etat == demande.etat
    changed = [one for one in steps if one.before != one.after]
    assert changed[-1].at == demande.depuis
    at = {one.verbe: one.at for one in steps}
    assert (demande.sent_at, demande.opened_at) == (at.get(Verbe.ENVOYER), at.get(Verbe.CONSULTER))
    assert demande.rappels == sum(one.verbe in (Verbe.RAPPELER, Verbe.ESCALADER) for one in steps)
    assert (demande.motif, steps[-1].motif) == ((demande.motif,) * 2 if demande.etat in CLOS else ("", ""))
    if acte.motifs:
        assert demande.motif in acte.motifs


def _assert_deadlines(now):
    """What falls due is what the service reckons, but where days are counted or end otherwise."""
    rows = Demande.objects.filter(etat__in=[one.value for one in RECUS]).select_related("dossier")
    usual = rows.exclude(coordination__departement__in=[*OVERSEAS, *ALSACE_MOSELLE])
    assert usual
    for demande in usual:
        assert demande.echeance_at == echeances.next_of(demande), demande.etat
        assert demande.echeance_at is None or demande.echeance_at > now
    assert {one.rappels for one in rows} == {0, 1, 2}


def _assert_solutions(now):
    """Who regulates is told of those that the service reckons, and of no other that lives."""
    usual = Dossier.objects.filter(decision="")
    kept = {one.dossier_id: one for one in SansSolution.objects.all()}
    reckoned = {one.pk: solutions.sought(one, now=now) for one in usual}
    # Overseas, days end at another hour.
    found = {
        pk: one for pk, one in reckoned.items() if one and one.coordination.departement_id not in OVERSEAS
    }
    assert found
    for pk, one in found.items():
        for name in ("orientation", "coordination_id", "etablissement_id", "unite_id", "etat", "depuis"):
            assert getattr(kept[pk], name) == getattr(one, name), name
        assert kept[pk].echeance_at == one.echeance_at, one.orientation
        assert kept[pk].depuis <= kept[pk].changed_at <= now
    assert {one.etat for one in kept.values()} >= {Impasse.COURS, Impasse.DELAI}
    told = Presence.objects.filter(role=Role.REGULATEUR, dossier__decision="")
    there = {(pk, solutions.told_at(one).key) for pk, one in kept.items() if one.is_signalee}
    assert set(told.values_list("dossier", "lieu_key")) == there
