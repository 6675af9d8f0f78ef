"""A patient who has a dossier already: warned of, without telling what one may not know (DOS-3, DOS-4)."""

from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.db.models import Q
from django.utils import timezone
from limits import parse

from accounts import limits
from dossiers import actions, policies
from dossiers.models import Dossier, LienMedecin
from dossiers.reads import doublons
from dossiers.reads.doublons import Traits
from journal.models import Entry
from tests.dossiers.factories import DossierFactory, lend, name_traitant
from tests.factories import MedecinFactory, UniteFactory, UserFactory, as_medecin, sign_in
from viatraj.core.actor import Actor, Grant, Rights
from viatraj.core.droits import Droit, Mode, Niveau, Orientation
from viatraj.core.policies import Denied, can
from viatraj.core.typography import in_month

pytestmark = pytest.mark.django_db
CREATE = "/dossiers/creer/"
WARNING = "Ce patient a peut-être déjà un dossier"
TRAITS = {"nom": "Garricou", "prenom": "Michel", "date_naissance": date(1957, 2, 18), "sexe": "M"}
SENT = {"nom": "Garricou", "prenom": "Michel", "date_naissance": "18/02/1957", "sexe": "M"}
SENT |= {"statut": "provisoire"} | dict.fromkeys(
    "datamatrix prenoms nom_utilise prenom_utilise lieu_naissance piece matricule oid".split(), ""
)


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def theirs(client, medecin):
    sign_in(client, medecin)
    return client


def create(client, medecin, **changed):
    sent = {**SENT, "orientation": Orientation.SANITAIRE, "cle": uuid4(), "au_nom_de": medecin.pk, **changed}
    return client.post(CREATE, sent)


def warned(answer) -> bool:
    assert answer.status_code in (200, 302)
    return WARNING in answer.text if answer.status_code == 200 else False


def shown_doublons(answer) -> str:
    return answer.context["form"].data["shown_doublons"]


# --- At creation -----------------------------------------------------------------------


def test_nobody_else_has_this_name(theirs, medecin):
    assert create(theirs, medecin).status_code == 302
    assert Entry.objects.get(event="doublon.searched").data == {"found": 0}


def test_one_s_own_is_shown_with_the_way_to_it(theirs, medecin):
    """DOS-3: nothing is created before it is confirmed; then it is."""
    own = DossierFactory(auteur=medecin, **TRAITS)
    answer = create(theirs, medecin)
    assert warned(answer)
    assert f'href="{own.get_absolute_url()}"' in answer.text
    assert "Créer tout de même" in answer.text
    assert Dossier.objects.count() == 1
    assert create(theirs, medecin, shown_doublons=shown_doublons(answer)).status_code == 302
    assert Dossier.objects.count() == 2


def test_outside_one_s_sight_only_that_one_exists_its_orientation_and_month(theirs, medecin):
    """DOS-4: never number, place or author."""
    other = MedecinFactory(nom="Zingarelli", prenom="Ugo")
    elsewhere = DossierFactory(auteur=other, orientation=Orientation.GRAND_AGE, **TRAITS)
    unite = UniteFactory(nom="Unité Baluchon")
    there = DossierFactory(auteur=None, lieu=unite, **TRAITS)
    answer = create(theirs, medecin)
    assert warned(answer)
    text = unescape(answer.text)
    month = in_month(timezone.localdate())
    for orientation in (Orientation.GRAND_AGE, Orientation.SANITAIRE):
        assert f"{orientation.label}, créé en {month}" in text
    for dossier in (elsewhere, there):
        assert dossier.numero not in text
        assert dossier.numero_affiche not in text
    for hidden in ("Zingarelli", "Baluchon", unite.etablissement.nom):
        assert hidden not in text


def test_two_elsewhere_of_one_month_are_told_once(theirs, medecin):
    """How many there are says more than that there is one."""
    for _ in range(3):
        DossierFactory(**TRAITS)
    assert unescape(create(theirs, medecin).text).count("créé en") == 1


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, True),
        ({"nom": "GARRICOÙ", "prenom": "michel"}, True),
        ({"sexe": ""}, True),
        ({"nom": "Garricout"}, False),
        ({"prenom": "Michèle"}, False),
        ({"sexe": "F"}, False),
        ({"date_naissance": date(1957, 2, 19)}, False),
        ({"decision": "archive"}, False),
        ({"decision": "annule", "motif": "doublon"}, False),
        ({"decision": "suspendu"}, True),
        ({"origine": "papier", "orientation": "grand_age"}, False),
    ],
    ids=str,
)
def test_who_is_the_same_patient(theirs, medecin, known, expected):
    """DOS-3: nom, prénom, date, sexe; not archived, cancelled or paper."""
    if "decision" in known:
        known |= {"decided_at": timezone.now(), "decided_by": medecin}
    place = {"auteur": None, "lieu": UniteFactory()} if "origine" in known else {}
    DossierFactory(**{**TRAITS, **place, **known})
    assert warned(create(theirs, medecin)) is expected


def test_a_dossier_that_names_her_is_in_her_sight(theirs, medecin):
    asked = name_traitant(DossierFactory(**TRAITS), medecin, LienMedecin.Etat.A_ACCEPTER).dossier
    assert asked.numero in create(theirs, medecin).text


def test_what_was_shown_of_one_patient_does_not_pass_for_another(theirs, medecin):
    """DOS-3: nor for another person."""
    for prenom in ("Michel", "Luc"):
        DossierFactory(**{**TRAITS, "prenom": prenom})
    shown = shown_doublons(create(theirs, medecin))
    assert warned(create(theirs, medecin, prenom="Luc", shown_doublons=shown))
    other = MedecinFactory()
    theirs.logout()
    sign_in(theirs, other)
    assert warned(create(theirs, other, shown_doublons=shown))


def test_a_double_click_is_not_warned_of_its_own_dossier(theirs, medecin):
    cle = uuid4()
    first = create(theirs, medecin, cle=cle)
    again = create(theirs, medecin, cle=cle)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert Dossier.objects.count() == 1


def test_a_form_that_is_refused_asks_nothing(theirs, medecin):
    DossierFactory(**TRAITS)
    assert create(theirs, medecin, statut="validee", piece="autre-chose").status_code == 422
    assert not Entry.objects.filter(event="doublon.searched").exists()


def test_the_question_is_journalled_without_any_trait(theirs, medecin):
    """TRC-1."""
    DossierFactory(**TRAITS)
    create(theirs, medecin)
    line = Entry.objects.get(event="doublon.searched")
    assert (line.user, line.data) == (medecin, {"found": 1})


def test_the_question_is_limited_as_a_search_is(theirs, medecin, monkeypatch):
    """TRC-4: who types names to learn of patients is stopped."""
    monkeypatch.setattr(limits, "SEARCHES_AT_ONCE", parse("2 per 10 minute"))
    DossierFactory(**TRAITS)
    assert [create(theirs, medecin).status_code for _ in range(3)] == [200, 200, 429]


def test_an_assistant_is_told_what_the_medecin_s_space_holds(client, medecin):
    """DEL-7: of orientations that were not lent to him, only that there is one."""
    own = DossierFactory(auteur=medecin, **TRAITS)
    not_lent = DossierFactory(auteur=medecin, orientation=Orientation.GRAND_AGE, **TRAITS)
    delegation = lend(medecin)
    sign_in(client, delegation.delegataire, acting=delegation)
    text = create(client, medecin).text
    assert own.numero in text
    assert not_lent.numero not in text
    assert Orientation.GRAND_AGE.label in unescape(text)


# --- When the identity changes ---------------------------------------------------------


def correct(client, medecin, dossier, **changed):
    sent = {**SENT, "version": dossier.version, "au_nom_de": medecin.pk, **changed}
    return client.post(f"{dossier.get_absolute_url()}identite/", sent)


def test_a_corrected_identity_is_asked_about(theirs, medecin):
    """DOS-3."""
    other = DossierFactory(**TRAITS)
    own = DossierFactory(auteur=medecin, **{**TRAITS, "nom": "Garicou"})
    answer = correct(theirs, medecin, own)
    assert warned(answer)
    assert other.numero not in answer.text
    assert "Enregistrer tout de même" in unescape(answer.text)
    own.refresh_from_db()
    assert own.nom == "Garicou"
    assert correct(theirs, medecin, own, shown_doublons=shown_doublons(answer)).status_code == 302
    own.refresh_from_db()
    assert own.nom == "Garricou"


def test_what_does_not_make_another_patient_of_him_asks_nothing(theirs, medecin):
    """An accent, a name in use: the patient is the same, and was asked about then."""
    DossierFactory(**TRAITS)
    own = DossierFactory(auteur=medecin, **TRAITS)
    assert correct(theirs, medecin, own, nom="GARRICOU", nom_utilise="Estrade").status_code == 302
    assert not Entry.objects.filter(event="doublon.searched").exists()


def test_its_own_dossier_is_no_other_one(theirs, medecin):
    own = DossierFactory(auteur=medecin, **{**TRAITS, "sexe": ""})
    assert correct(theirs, medecin, own).status_code == 302
    assert Entry.objects.get(event="doublon.searched").data == {"found": 0}


# --- Mode anonyme ----------------------------------------------------------------------


def at(unite, *modes) -> Actor:
    """Somebody of the unit: how his board shows the sanitaire, then the Grand Âge."""
    grants = {
        Grant(Droit.TABLEAU_DEMANDEUR, mode, orientation, Niveau.UNITE, unite.pk)
        for mode, orientation in zip(modes, (Orientation.SANITAIRE, Orientation.GRAND_AGE), strict=False)
    }
    return Actor(user=UserFactory(), rights=Rights(frozenset(grants)))


def test_in_mode_anonyme_it_is_not_asked():
    """DOS-4."""
    unite = UniteFactory()
    assert not can(policies.seek_doublons, at(unite, Mode.ANONYME))
    assert can(policies.seek_doublons, at(unite, Mode.LECTURE))
    assert can(policies.seek_doublons, as_medecin(MedecinFactory()))
    with pytest.raises(Denied):
        actions.seek_doublons(Traits.of(TRAITS), by=at(unite, Mode.ANONYME), but=Q(pk=None))
    assert not Entry.objects.exists()


def test_what_one_sees_anonymous_is_told_as_what_one_does_not_see():
    """DOS-4: its number would say whose it is."""
    unite = UniteFactory()
    hidden = DossierFactory(auteur=None, lieu=unite, **TRAITS)
    shown = DossierFactory(auteur=None, lieu=unite, orientation=Orientation.GRAND_AGE, **TRAITS)
    found = doublons.of(at(unite, Mode.ANONYME, Mode.LECTURE), Traits.of(TRAITS), but=Q(pk=None))
    assert found.seen == [shown]
    assert [orientation for orientation, _ in found.elsewhere] == [hidden.get_orientation_display()]
