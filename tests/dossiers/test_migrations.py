"""Rows that were there before a migration, and what it makes of them."""

from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from annuaire.models import Lieu, Professionnel
from dossiers.models import Dossier, Presence, Role, Volet
from dossiers.natures import of_orientation
from journal.models import record
from tests.dossiers.factories import lend
from tests.factories import MedecinFactory, ProfessionnelFactory, UniteFactory, as_delegate, as_medecin

# Migrating backwards and forwards again takes long, and what was true of those of before stays so.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proofs]


def test_dossiers_of_before_lie_in_the_space_of_their_medecin(before):
    """With a volet «médical» that is the adressage in TND, their creator as the journal knows him."""
    known, new = MedecinFactory(), MedecinFactory(nom="Sévérac", prenom="Alix")
    ProfessionnelFactory(idnat=known.login)
    assistant = as_delegate(lend(known))
    old = before("dossiers", "0002_identites").get_model("dossiers", "Dossier")
    identity = {"nom": "Garricou", "prenom": "Michel", "date_naissance": "1957-02-18"}
    rows = [
        old.objects.create(auteur_id=medecin.pk, orientation=orientation, numero=numero, **identity)
        for medecin, orientation, numero in (
            (known, "tnd", "10000001"),
            (new, "sanitaire", "10000002"),
            (new, "grand_age", "10000003"),
        )
    ]
    for row in rows:
        for kind in ("administratif", "medical"):
            row.volets.create(kind=kind, texte=f"Texte {kind}")
    record("dossier.created", by=assistant, target=Dossier(pk=rows[0].pk, numero="10000001"))
    call_command("migrate", verbosity=0)

    adressee, medical, _ = dossiers = list(Dossier.objects.order_by("pk"))
    assert [one.pk for one in dossiers] == [one.pk for one in rows]
    assert [one.cree_par for one in dossiers] == [assistant.user, new, new]
    assert [one.origine for one in dossiers] == ["medecin"] * 3
    assert Professionnel.objects.get(idnat=new.login).nom == "Sévérac"
    for medecin, seen in ((known, {adressee}), (new, {*dossiers[1:]})):
        assert set(Dossier.objects.visible_to(as_medecin(medecin))) == seen
    assert {presence.role for one in dossiers for presence in one.presences.all()} == {Role.MEDECIN}
    assert {(one.kind, one.texte) for one in Volet.objects.filter(dossier=adressee)} == {
        ("administratif", "Texte administratif"),
        ("adressage", "Texte medical"),
    }
    wanted = set(of_orientation(medical.orientation))
    assert {one.kind for one in Volet.objects.filter(dossier=medical)} == wanted


def test_dossiers_of_before_have_their_state_beside_where_they_lie(before):
    """Decided, received, complete or being written; all rows are kept, as they were but for that."""
    old = before("dossiers", "0009_un_etablissement_demande")
    identity = {"nom": "D’Almeida", "prenom": "Zoé", "date_naissance": "1957-02-18"}
    medecin = MedecinFactory()
    there = ProfessionnelFactory(idnat=medecin.login).pk
    unite = UniteFactory()
    wanted = {"10000001": "archive", "10000002": "admis", "10000003": "complet", "10000004": "redaction"}
    for numero, etat in wanted.items():
        known = {"decision": "archive", "decided_at": timezone.now()} if etat == "archive" else {}
        known |= {"auteur_id": medecin.pk, "cree_par_id": medecin.pk, "orientation": "tnd", **identity}
        row = old.get_model("dossiers", "Dossier").objects.create(numero=numero, **known)
        row.presences.create(role="medecin", niveau="medecin", professionnel_id=there)
        row.volets.create(kind="administratif", complet=etat == "complet")
        if etat == "admis":
            columns = Lieu.of(unite).columns
            row.presences.create(role="receveur", niveau="unite", admis_at=timezone.now(), **columns)
    call_command("migrate", verbosity=0)

    assert dict(Dossier.objects.values_list("numero", "etat")) == wanted
    said = Presence.objects.values_list("dossier__numero", "numero", "etat", "patient")
    assert set(said) == {(numero, int(numero), etat, "DALMEIDA\x01ZOE") for numero, etat in wanted.items()}
    assert Presence.objects.count() == 5
    assert set(Presence.objects.values_list("date_naissance", flat=True)) == {date(1957, 2, 18)}
