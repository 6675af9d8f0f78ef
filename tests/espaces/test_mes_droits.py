"""«Mon compte» and its habilitations, «Mes référents», «Mes droits» (COM-5, COM-6, HAB-8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import accounts.actions
from habilitations.models import Habilitation
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_medecin,
    referent_of,
    sign_in,
)
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    etablissement = EtablissementFactory(coordination=CoordinationFactory(telephone="+33199002010"))
    return HabilitationFactory(lieu=UniteFactory(etablissement=etablissement))


@pytest.fixture
def mine(client, row):
    return sign_in(client, row.user)


def test_my_name_is_mine_to_say_unless_a_card_says_it(client, mine, row):
    """COM-5."""
    said = {"nom": "Nouveau", "prenom": "Camille", "profession_label": "Infirmière", "telephone": ""}
    assert mine.post("/mon-compte/", {**said, "adresse": "", "version": 1}).status_code == 302
    row.user.refresh_from_db()
    assert (row.user.nom, row.user.profession_label) == ("Nouveau", "Infirmière")
    medecin = MedecinFactory()
    sign_in(client, medecin)
    assert client.post("/mon-compte/", {**said, "adresse": "ici", "version": 1}).status_code == 302
    medecin.refresh_from_db()
    assert medecin.adresse == "ici"
    assert medecin.nom != "Nouveau"
    with pytest.raises(Denied):
        accounts.actions.update_contact(medecin, nom="Nouveau", version=2, by=as_medecin(medecin))


def test_the_tick_and_the_red_cross(mine, row):
    """COM-5, HAB-8: each alone, the cross after a confirmation."""
    path = f"/mon-compte/habilitations/{row.pk}/"
    assert mine.post(f"{path}e-mails/", {"emails": "on"}).status_code == 302
    assert Habilitation.objects.get(pk=row.pk).emails
    assert mine.post(f"{path}e-mails/", {}).status_code == 302
    assert not Habilitation.objects.get(pk=row.pk).emails
    assert mine.get(f"{path}renoncer/").status_code == 200
    assert Habilitation.objects.get(pk=row.pk).is_living
    assert mine.post(f"{path}renoncer/").status_code == 302
    assert not Habilitation.objects.get(pk=row.pk).is_living
    assert mine.post(f"{path}renoncer/").status_code == 404


def test_somebody_else_s_are_not_found(mine):
    other = HabilitationFactory()
    for path in ("e-mails/", "renoncer/"):
        assert mine.post(f"/mon-compte/habilitations/{other.pk}/{path}", {}).status_code == 404
    assert mine.get(f"/mes-referents/{other.pk}/").status_code == 404


def test_my_referents_of_the_etablissement_and_of_the_unit(mine, row):
    """COM-6; those next door and those that are over are not mine."""
    etablissement, unite = row.etablissement, row.unite
    of_etablissement, of_unite = referent_of(etablissement), referent_of(unite)
    next_door = referent_of(UniteFactory(etablissement=etablissement))
    over = HabilitationFactory(lieu=unite, profil="referent_unite", over=True).user
    disabled = referent_of(unite)
    disabled.disabled_at = timezone.now()
    disabled.save()
    assert "Voir" in mine.get("/mes-referents/").text
    page = mine.get(f"/mes-referents/{row.pk}/").text
    for user in (of_etablissement, of_unite):
        assert user.email in page
    for user in (next_door, over, disabled):
        assert user.email not in page
    assert "01 99 00 20 10" not in page.replace("\u202f", " ").replace("\u00a0", " ")


def test_an_orphan_structure_leads_to_its_coordination(mine, row):
    page = mine.get(f"/mes-referents/{row.pk}/").text.replace("\u202f", " ").replace("\u00a0", " ")
    assert row.coordination.nom in page
    assert "01 99 00 20 10" in page


def test_each_right_with_what_gives_it(mine, row):
    delegation = DelegationFactory(delegataire=row.user)
    page = mine.get("/mes-droits/").text
    assert "Volet médical" in page
    assert f"Prescripteur médical, {row.unite}, {row.etablissement}" in page
    assert delegation.delegant.titre in page


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"over": True}, "a pris fin le"),
        ({"future": True}, "commence le"),
        ({"revoked": True}, "a été supprimée le"),
    ],
)
def test_why_not(client, state, reason):
    user = HabilitationFactory(**state).user
    page = sign_in(client, user).get("/mes-droits/?droit=envoi").text
    assert "Non, vous n’avez pas ce droit" in page
    assert reason in page


def test_why_not_when_it_is_unticked_or_of_no_profile_of_mine(mine, row):
    row.droits.create(domaine="sanitaire", droit="envoi", mode="aucun")
    row.droits.create(domaine="grand_age", droit="envoi", mode="aucun")
    assert "n’est pas coché" in mine.get("/mes-droits/?droit=envoi").text
    assert "Oui, vous avez ce droit" in mine.get("/mes-droits/?droit=volet_medical").text
    answer = mine.get("/mes-droits/?droit=compte").text
    assert "Aucune de vos habilitations" in answer
    assert "Référent structure" in answer


def test_a_referent_sees_the_same_of_his_people_in_his_perimeter(client, row):
    elsewhere = HabilitationFactory(user=row.user, profil="regulateur")
    sign_in(client, referent_of(row.etablissement))
    page = client.get(f"/administration/comptes/{row.user_id}/droits/").text
    assert "Volet médical" in page
    assert str(elsewhere.etablissement) not in page


def test_pages_cost_the_same_whatever_their_length(client):
    user = UserFactory()
    sign_in(client, user)
    paths = ["/mes-droits/", "/mes-referents/", "/mon-compte/"]

    def queries(path):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    fin = timezone.localdate() + timedelta(days=90)
    HabilitationFactory(user=user, lieu=UniteFactory(), fin=fin)
    few = [queries(path) for path in paths]
    for _ in range(8):
        HabilitationFactory(user=user, lieu=UniteFactory(), fin=fin)
    assert [queries(path) for path in paths] == few
