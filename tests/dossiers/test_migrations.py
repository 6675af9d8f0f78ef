"""Rows that were there before a migration, and what it makes of them."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from annuaire.models import Professionnel
from dossiers.models import Dossier, Role, Volet
from dossiers.natures import of_orientation
from journal.models import record
from tests.dossiers.factories import lend
from tests.factories import MedecinFactory, ProfessionnelFactory, as_delegate, as_medecin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def before():
    """Models as they were; whatever happens, tables are of today again afterwards."""

    def migrate(app, name):
        call_command("migrate", app, name, verbosity=0)
        return MigrationExecutor(connection).loader.project_state([(app, name)]).apps

    yield migrate
    call_command("migrate", verbosity=0)


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
