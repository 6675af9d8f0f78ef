"""Who gives which profile where, near misses among them (COM-8, HAB-2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annuaire.models import Guichet, Lieu
from habilitations import actions, policies, profils
from habilitations.profils import PROFILS
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_professionnel,
    referent_of,
)
from viatraj.core.droits import Niveau
from viatraj.core.policies import Denied, can, refusal

pytestmark = pytest.mark.django_db

# Référent → profiles of référents he names; the others all give all other profiles of their perimeter.
NAMES = {
    "unité": set(),
    "structure": {"referent_unite", "referent_structure"},
    "coordination": {"referent_unite", "referent_structure"},
    "région": {"referent_unite", "referent_structure", "referent_coordination"},
    "national": {
        "referent_unite",
        "referent_structure",
        "referent_coordination",
        "referent_regional",
        "administrateur_national",
    },
    "prescripteur": set(),
}
LEVELS = {
    "unité": {Niveau.UNITE},
    "structure": {Niveau.UNITE, Niveau.GUICHET, Niveau.ETABLISSEMENT},
    "coordination": {Niveau.UNITE, Niveau.GUICHET, Niveau.ETABLISSEMENT, Niveau.COORDINATION},
    "région": {Niveau.UNITE, Niveau.GUICHET, Niveau.ETABLISSEMENT, Niveau.COORDINATION, Niveau.REGION},
    "national": set(Niveau),
    "prescripteur": set(),
}


def places(unite):
    etablissement = unite.etablissement
    guichet = Guichet.objects.create(
        nom="Guichet", coordination=etablissement.coordination, etablissement=etablissement
    )
    rows = (unite, guichet, etablissement, etablissement.coordination, etablissement.coordination.region)
    return {lieu.niveau: lieu for lieu in [*map(Lieu.of, rows), Lieu(Niveau.NATIONAL)]}


def actors(unite):
    above = unite.etablissement
    people = {
        "unité": referent_of(unite),
        "structure": referent_of(above),
        "coordination": referent_of(above.coordination),
        "région": referent_of(above.coordination.region),
        "national": HabilitationFactory(lieu=None, profil="administrateur_national").user,
        "prescripteur": HabilitationFactory(lieu=above).user,
    }
    return {name: as_professionnel(user) for name, user in people.items()}


def test_who_gives_which_profile_where():
    unite = UniteFactory()
    here = places(unite)
    for name, actor in actors(unite).items():
        for profil in PROFILS.values():
            for niveau, lieu in here.items():
                expected = (
                    niveau in profil.niveaux
                    and profil.is_offered
                    and niveau in LEVELS[name]
                    and (not profil.is_referent or profil.code in NAMES[name])
                )
                assert can(policies.grant, actor, profil, lieu) is expected, (name, profil.code, niveau)


def test_a_referent_gives_nothing_in_a_neighbouring_place():
    """Right role, wrong place: the neighbour unit, another établissement, another coordination."""
    unite = UniteFactory()
    near = {
        "unité": [UniteFactory(etablissement=unite.etablissement), UniteFactory()],
        "structure": [UniteFactory(etablissement__coordination=unite.etablissement.coordination)],
        "coordination": [
            UniteFactory(
                etablissement__coordination=CoordinationFactory(
                    region=unite.etablissement.coordination.region
                )
            )
        ],
        "région": [UniteFactory()],
    }
    people = actors(unite)
    for name, rows in near.items():
        for row in rows:
            assert not can(policies.grant, people[name], profils.EQUIPE_SOIGNANTE, Lieu.of(row)), name
            theirs = HabilitationFactory(lieu=row)
            assert not can(policies.read, people[name], theirs)
            assert not can(policies.manage, people[name], theirs)
            assert theirs not in type(theirs).objects.visible_to(people[name])


@pytest.mark.parametrize("trait", ["over", "future", "revoked"])
def test_a_referent_of_yesterday_or_tomorrow_is_none(trait):
    etablissement = EtablissementFactory()
    user = HabilitationFactory(lieu=etablissement, profil="referent_structure", **{trait: True}).user
    assert not can(policies.administer, as_professionnel(user))


def test_nobody_manages_his_own_habilitations():
    """HAB-5: nor by his own rights over the place; giving up is another matter."""
    etablissement = EtablissementFactory()
    user = referent_of(etablissement)
    mine, actor = user.habilitations.get(), as_professionnel(user)
    for policy, *arguments in (
        (policies.manage, mine),
        (policies.grant_to, user),
        (policies.depart, user, Lieu.of(etablissement)),
    ):
        with pytest.raises(Denied):
            policy(actor, *arguments)
    policies.own(actor, mine)
    with pytest.raises(Denied):
        policies.own(as_professionnel(referent_of(etablissement)), mine)


def test_a_referent_unite_does_not_touch_a_referent_structure():
    unite = UniteFactory()
    chief = HabilitationFactory(lieu=unite, profil="referent_unite")
    actor = as_professionnel(referent_of(unite))
    assert not can(policies.manage, actor, chief)
    assert can(policies.read, actor, chief)


def test_a_closed_structure_and_a_module_that_is_not_deployed():
    """HAB-3: «Non déployé» cannot be given."""
    etablissement = EtablissementFactory()
    actor = as_professionnel(referent_of(etablissement))
    etablissement.coordination.modules = ["sanitaire"]
    lieu = Lieu.of(etablissement)
    policies.grant(actor, profils.PRESCRIPTEUR_MEDICAL, lieu)
    policies.grant(actor, profils.REFERENT_STRUCTURE, lieu)
    assert not can(policies.grant, actor, profils.ESMS, lieu)
    etablissement.closed_at = timezone.now()
    assert not can(policies.grant, actor, profils.PRESCRIPTEUR_MEDICAL, lieu)


def test_what_no_page_serves_is_given_to_nobody_and_what_is_held_gives_nothing():
    """HAB-3: the near miss is the ESMS, which opens something, and one right of which does not yet."""
    etablissement = EtablissementFactory()
    actor = as_professionnel(referent_of(etablissement))
    lieu, today = Lieu.of(etablissement), timezone.localdate()
    assert "pas déployé" in refusal(policies.grant, actor, profils.ACCOMPAGNANT_DUA, lieu)
    for profil in (profils.ESMS, profils.ESMS_STATISTIQUES):
        policies.grant(actor, profil, lieu)
    held = HabilitationFactory(lieu=etablissement, profil="accompagnant_dua")
    assert not as_professionnel(held.user).rights
    esms = as_professionnel(HabilitationFactory(lieu=etablissement, profil="esms_gestionnaire").user)
    assert {one.droit for one in esms.rights.grants} == {"notifications", "statut"}
    known = {"version": held.version, "today": today, "by": actor}
    with pytest.raises(Denied, match="pas déployé"):
        actions.change_end(held, fin=held.fin + timedelta(days=30), **known)
    actions.change_end(held, fin=held.fin - timedelta(days=10), **known)
    held.refresh_from_db()
    actions.revoke(held, now=timezone.now(), by=actor)


def test_nobody_administers_while_acting_for_somebody():
    actor = as_delegate(DelegationFactory())
    assert not can(policies.administer, actor)
    assert not can(policies.own, actor, HabilitationFactory(user=actor.user))


def test_a_disabled_account_is_given_nothing():
    user = UserFactory(disabled_at=timezone.now())
    assert not can(policies.grant_to, as_professionnel(referent_of(EtablissementFactory())), user)
