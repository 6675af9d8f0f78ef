"""Giving, changing, ending habilitations: rules, journal, mails, races (HAB-1, HAB-3…5, HAB-8)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from annuaire.models import Lieu
from courrier.models import Message
from habilitations import actions, profils
from habilitations.models import Habilitation
from journal.models import Entry
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def etablissement():
    return EtablissementFactory()


@pytest.fixture
def by(etablissement):
    return as_professionnel(referent_of(etablissement))


def give(by, lieu, today, **fields):
    known = {
        "users": [UserFactory()],
        "profil": profils.EQUIPE_SOIGNANTE,
        "lieux": [Lieu.of(lieu)],
        "debut": today,
        "fin": today + timedelta(days=180),
        "droits": {},
        "cle": uuid4(),
    }
    return actions.grant(**(known | fields), today=today, by=by)


def test_the_same_rights_to_several_people_on_several_units(by, etablissement, today):
    """HAB-4; one line of the journal each, one mail a person."""
    users, unites = UserFactory.create_batch(2), UniteFactory.create_batch(2, etablissement=etablissement)
    cle = uuid4()
    for _ in range(2):  # a double click is one lot
        lieux = [Lieu.of(unite) for unite in unites]
        given = give(by, etablissement, today, users=users, lieux=lieux, cle=cle)
    assert len(given) == 4
    assert Habilitation.objects.filter(lot=cle).count() == 4
    assert Entry.objects.filter(event="habilitation.granted").count() == 4
    assert Message.objects.count() == 2


def test_all_or_nothing(by, etablissement, today):
    """One lieu out of the perimeter refuses the whole lot."""
    with pytest.raises(Denied):
        give(by, etablissement, today, lieux=[Lieu.of(etablissement), Lieu.of(EtablissementFactory())])
    user = UserFactory()
    give(by, etablissement, today, users=[user])
    with pytest.raises(ValidationError, match="déjà ce profil"):
        give(by, etablissement, today, users=[UserFactory(), user])
    assert Habilitation.objects.filter(profil="equipe_soignante").count() == 1


def test_five_years_from_today_and_no_more(by, etablissement, today):
    """HAB-1, HAB-5: at the grant and at each prolongation."""
    last = add_months(today, 60)
    (habilitation,) = give(by, etablissement, today, fin=last)
    for verb in (
        lambda: give(by, etablissement, today, fin=last + timedelta(days=1)),
        lambda: give(by, etablissement, today, fin=today - timedelta(days=1)),
        lambda: give(by, etablissement, today, debut=today - timedelta(days=1)),
        lambda: change(habilitation, last + timedelta(days=1), by, today),
        lambda: change(habilitation, today - timedelta(days=1), by, today),
    ):
        with pytest.raises(ValidationError):
            verb()


def change(habilitation, fin, by, today):
    return actions.change_end(habilitation, fin=fin, version=habilitation.version, today=today, by=by)


def test_prolonged_and_shortened(by, etablissement, today):
    (habilitation,) = give(by, etablissement, today)
    habilitation = change(habilitation, today + timedelta(days=365), by, today)
    habilitation = change(habilitation, today, by, today)
    assert habilitation.fin == today
    assert list(Entry.objects.order_by("id").values_list("event", flat=True))[-2:] == [
        "habilitation.prolonged",
        "habilitation.shortened",
    ]


def test_a_stale_version_is_refused(by, etablissement, today):
    """Two référents: nobody's change is lost silently."""
    (habilitation,) = give(by, etablissement, today)
    change(habilitation, today + timedelta(days=365), by, today)
    with pytest.raises(Stale):
        change(habilitation, today + timedelta(days=30), by, today)


@pytest.mark.parametrize(
    ("key", "mode"),
    [
        ("sanitaire-volet_medical", "validation"),  # fixed: écriture
        ("sanitaire-volet_soins", "validation"),  # out of its range
        ("sanitaire-reponse", "oui"),  # of another profile
        ("-habilitation", "oui"),
        ("sanitaire-envoi", "lecture"),
        ("", ""),
    ],
)
def test_a_forged_right_is_refused(by, etablissement, today, key, mode):
    """HAB-3."""
    with pytest.raises(ValidationError) as refused:
        give(by, etablissement, today, droits={key: mode})
    assert refused.value.code == "droits"
    (habilitation,) = give(by, etablissement, today)
    with pytest.raises(ValidationError):
        actions.adjust(habilitation, droits={key: mode}, version=habilitation.version, by=by)


def test_what_is_not_deployed_is_not_given(by, etablissement, today):
    etablissement.coordination.modules = ["sanitaire"]
    etablissement.coordination.save()
    (habilitation,) = give(by, etablissement, today)
    assert {one.domaine for one in habilitation.droits.all()} == {"grand_age"}


def test_rights_adjusted(by, etablissement, today):
    (habilitation,) = give(by, etablissement, today, droits={"sanitaire-envoi": "oui"})
    assert [(one.droit, one.mode) for one in habilitation.droits.all()] == [("envoi", "oui")]
    habilitation = actions.adjust(habilitation, droits={}, version=habilitation.version, by=by)
    assert not habilitation.droits.exists()
    again = actions.adjust(habilitation, droits={}, version=habilitation.version, by=by)
    assert again.version == habilitation.version


def test_answering_goes_with_its_dashboard(by, etablissement, today):
    unite = UniteFactory(etablissement=etablissement)
    known = {"profil": profils.RESPONSABLE_ADMISSIONS, "lieux": [Lieu.of(unite)]}
    with pytest.raises(ValidationError, match="répondre"):
        give(by, unite, today, **known, droits={"sanitaire-tableau_receveur": "lecture"})
    give(
        by,
        unite,
        today,
        **known,
        droits={"sanitaire-tableau_receveur": "lecture", "sanitaire-reponse": "aucun"},
    )


def test_revoked_once_and_at_once(by, etablissement, today):
    (habilitation,) = give(by, etablissement, today)
    for _ in range(2):
        actions.revoke(habilitation, now=timezone.now(), by=by)
    assert not Habilitation.objects.of(habilitation.user).in_force(today).exists()
    assert Entry.objects.filter(event="habilitation.revoked").count() == 1
    with pytest.raises(Denied):
        change(Habilitation.objects.get(pk=habilitation.pk), today, by, today)


def test_given_up_by_its_holder_only(by, etablissement, today):
    (habilitation,) = give(by, etablissement, today)
    with pytest.raises(Denied):
        actions.give_up(habilitation, now=timezone.now(), by=by)
    actions.give_up(habilitation, now=timezone.now(), by=as_professionnel(habilitation.user))
    assert Entry.objects.filter(event="habilitation.given_up").count() == 1


def test_reception_of_mails(by, etablissement, today):
    """HAB-8: by the holder, or by the référent in the revue."""
    (habilitation,) = give(by, etablissement, today)
    actions.notify(habilitation, wanted=True, by=as_professionnel(habilitation.user))
    actions.notify(habilitation, wanted=True, by=by)
    habilitation.refresh_from_db()
    assert habilitation.emails
    assert Entry.objects.filter(event="habilitation.notified").count() == 1
    with pytest.raises(Denied):
        actions.notify(habilitation, wanted=False, by=as_professionnel(referent_of(EtablissementFactory())))


def test_departure_ends_all_in_the_structure_and_nothing_elsewhere(by, etablissement, today):
    user, unite = UserFactory(), UniteFactory(etablissement=etablissement)
    give(by, etablissement, today, users=[user])
    give(by, unite, today, users=[user])
    give(
        by, etablissement, today, users=[user], profil=profils.GESTIONNAIRE, debut=today + timedelta(days=30)
    )
    elsewhere = HabilitationFactory(user=user)
    fin = today + timedelta(days=7)
    for expected in ((2, 1), (0, 0)):
        done = actions.depart(
            user, lieu=Lieu.of(etablissement), fin=fin, today=today, now=timezone.now(), by=by
        )
        assert (len(done.ended), len(done.cancelled)) == expected
    assert (
        not Habilitation.objects.of(user).current(fin + timedelta(days=1)).exclude(pk=elsewhere.pk).exists()
    )
    assert Habilitation.objects.get(pk=elsewhere.pk).fin == elsewhere.fin


def test_the_first_referent_is_named_by_the_exploitation(etablissement, today):
    user, lieu = UserFactory(), Lieu.of(etablissement)
    known = {"user": user, "lieu": lieu, "fin": today, "today": today}
    actions.name_referent(**known, profil=profils.REFERENT_STRUCTURE, by=SYSTEM)
    assert Habilitation.objects.get().granted_by is None
    with pytest.raises(ValidationError):
        actions.name_referent(**known, profil=profils.PRESCRIPTEUR_MEDICAL, by=SYSTEM)
    with pytest.raises(Denied):
        actions.name_referent(**known, profil=profils.REFERENT_STRUCTURE, by=as_professionnel(user))


def test_nom_tri_follows_the_name(today):
    """Knot 4 of the model: whoever renames the account, and whatever he writes into the copy."""
    habilitation = HabilitationFactory(user__nom="N’Diaye", user__prenom="Aïssatou")
    habilitation.refresh_from_db()
    assert habilitation.nom_tri == "N DIAYE AISSATOU"
    User.objects.filter(pk=habilitation.user_id).update(nom="Léon")
    habilitation.refresh_from_db()
    assert habilitation.nom_tri == "LEON AISSATOU"
    Habilitation.objects.filter(pk=habilitation.pk).update(nom_tri="forged")
    habilitation.refresh_from_db()
    assert habilitation.nom_tri == "LEON AISSATOU"
