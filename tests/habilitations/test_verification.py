"""HAB-4: the check page runs the action's rules and names whom each refusal concerns; its promise holds."""

import random
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Lieu
from habilitations import actions, profils
from habilitations.models import Habilitation
from habilitations.reads.attribution import Attribution
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sent_droits,
    sign_in,
)

pytestmark = pytest.mark.django_db
PROFILS = [profils.EQUIPE_SOIGNANTE, profils.REGULATEUR, profils.REFERENT_UNITE, profils.ADRESSEUR_TND]
DROITS = [{}, {}, {}, {"sanitaire-suivi": "aucun"}, {"sanitaire-volet_medical": "validation"}]


class World:
    """Places in and out of a référent's perimeter, one closed; people with and without something there."""

    def __init__(self, rng):
        self.rng, self.today = rng, timezone.localdate()
        modules = rng.choice([["sanitaire"], ["sanitaire", "grand_age", "tnd"]])
        here = EtablissementFactory(coordination=CoordinationFactory(modules=modules))
        units = UniteFactory.create_batch(2, etablissement=here)
        closed = UniteFactory(etablissement=here, closed_at=timezone.now() - timedelta(days=9))
        self.lieux = [Lieu.of(one) for one in (here, *units, *units, closed, UniteFactory())]
        self.by = as_professionnel(referent_of(here))
        self.people = [*UserFactory.create_batch(4), UserFactory(disabled_at=timezone.now()), self.by.user]
        for user in self.people[:3]:
            for _ in range(rng.randint(0, 3)):
                self.give(user, units)

    def give(self, user, units):
        debut = self.today + timedelta(days=self.rng.randint(-60, 60))
        fields = {"debut": debut, "fin": debut + timedelta(days=self.rng.randint(0, 60))}
        revoked = {"revoked_at": timezone.now()} if self.rng.random() < 0.2 else {}
        profil = self.rng.choice(PROFILS[:3:2])
        try:
            with transaction.atomic():
                HabilitationFactory(
                    user=user, lieu=self.rng.choice(units), profil=profil.code, **fields, **revoked
                )
        except Exception:  # two at once: the database keeps the first
            return

    def asked(self) -> dict:
        rng = self.rng
        often = rng.random() < 0.7  # a world where all is well is rare by chance alone
        lieux = rng.sample(self.lieux[1:3] if often else self.lieux, rng.randint(1, 2))
        start = rng.randint(0, 40) if often else rng.randint(-2, 40)
        debut = self.today + timedelta(days=start)
        return {
            "users": rng.sample(self.people[:4] if often else self.people, rng.randint(1, 3)),
            "profil": rng.choice(PROFILS[:3:2] if often else PROFILS),
            "lieux": list({lieu.key: lieu for lieu in lieux}.values()),
            "debut": debut,
            "fin": debut + timedelta(days=rng.randint(0, 60) if often else rng.choice([-3, 9, 1900])),
            "droits": rng.choice(DROITS[:3] if often else DROITS),
            "cle": uuid4(),
        }


def refused(asked, world) -> bool:
    """What the action does; nothing of it is kept."""
    try:
        with transaction.atomic():
            given = actions.grant(**asked, today=world.today, by=world.by)
            assert len(given) == len(asked["users"]) * len(asked["lieux"])
            transaction.set_rollback(True)
    except (PermissionDenied, ValidationError):
        return True
    return False


@pytest.mark.parametrize("seed", range(6))
def test_what_it_promises_is_what_happens(seed):
    """In random worlds: refused on the page if and only if refused by the action, for each person alike."""
    world = World(random.Random(seed))
    outcomes = set()
    for _ in range(12):
        asked = world.asked()
        refusals = Attribution(**asked).refusals(today=world.today, by=world.by)
        assert bool(refusals) == refused(asked, world), asked
        outcomes.add(bool(refusals))
        if any(one.user is None for one in refusals):
            assert all(refused({**asked, "users": [user]}, world) for user in asked["users"])
            continue
        named = {one.user.pk for one in refusals}
        for user in asked["users"]:
            alone = {**asked, "users": [user], "cle": uuid4()}
            assert refused(alone, world) == (user.pk in named), (user, asked)
    assert outcomes == {True, False}, "this world proves nothing"


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="Centre hospitalier d’Essai")


@pytest.fixture
def referent(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


def check(client, users, lieux, *, etape="verifier", **fields):
    people = "&".join(f"compte={user.pk}" for user in users)
    known = {
        "lieux": lieux,
        "debut": str(timezone.localdate()),
        "duree": "12",
        "fin": "",
        "etape": etape,
        "cle": uuid4(),
        **sent_droits(profils.EQUIPE_SOIGNANTE),
    }
    return client.post(
        f"/administration/comptes/attribuer/equipe_soignante/?{people}", known | fields, follow=True
    )


class TestPage:
    def test_names_the_person_of_each_refusal(self, client, referent, etablissement):
        unite = UniteFactory(etablissement=etablissement, nom="Médecine")
        holds = HabilitationFactory(lieu=unite, profil="equipe_soignante")
        free = HabilitationFactory(lieu=etablissement).user
        asked = [holds.user, free], [f"unite:{unite.pk}"]
        for etape, status in (("verifier", 200), ("confirmer", 422)):
            answer = check(client, *asked, etape=etape)
            text = unescape(answer.text)
            assert answer.status_code == status
            assert f"{holds.user.nom_complet} a déjà ce profil" in text
            assert f"/administration/habilitations/{holds.pk}/fin/" in text
            assert 'value="confirmer"' not in text
        assert Habilitation.objects.filter(profil="equipe_soignante").count() == 1

    def test_goes_on_without_those_who_are_refused(self, client, referent, etablissement):
        unite = UniteFactory(etablissement=etablissement, nom="Médecine")
        holds = HabilitationFactory(lieu=unite, profil="equipe_soignante")
        free = HabilitationFactory(lieu=etablissement).user
        shown = check(client, [holds.user, free], [f"unite:{unite.pk}"])
        again = client.get(shown.request["PATH_INFO"] + shown.context["without"])
        assert again.context["refusals"] == []
        assert [one.pk for one in again.context["people"]] == [free.pk]
        alone = check(client, [holds.user], [f"unite:{unite.pk}"])
        assert alone.context["without"] == ""

    def test_disabled_between_the_check_and_the_act(self, client, referent, etablissement):
        """Two référents: the second disables; the check page comes again and names whom."""
        people = [HabilitationFactory(lieu=etablissement).user for _ in range(2)]
        people[0].disabled_at = timezone.now()
        people[0].save()
        answer = check(client, people, [f"etablissement:{etablissement.pk}"], etape="confirmer")
        assert (answer.status_code, people[0].nom_complet in answer.text) == (422, True)
        assert f"Le compte {people[0].login} est désactivé" in unescape(answer.text)
        assert not Habilitation.objects.filter(profil="equipe_soignante").exists()

    def test_oneself_is_said(self, client, referent, etablissement):
        """Ticked in the revue among others: not left out in silence."""
        colleague = HabilitationFactory(lieu=etablissement).user
        answer = check(client, [referent, colleague], [f"etablissement:{etablissement.pk}"])
        assert "Vous ne pouvez pas vous attribuer d’habilitation" in unescape(answer.text)
        assert not Habilitation.objects.filter(profil="equipe_soignante").exists()

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"debut": "2020-01-01"}, "commence aujourd’hui ou plus tard"),
            ({"duree": "", "fin": "2099-01-01"}, "cinq ans au plus"),
            ({"duree": "", "fin": "2020-01-01"}, "Cette date est passée"),
            ({"debut": "2099-01-01"}, "précède la date de début"),
            ({"droit-sanitaire-tableau_demandeur": "x"}, ""),
        ],
        ids=str,
    )
    def test_a_refusal_about_what_was_typed_stands_at_its_field(
        self, client, referent, etablissement, typed, sentence
    ):
        """Before the check page, what was typed kept."""
        colleague = HabilitationFactory(lieu=etablissement).user
        answer = check(client, [colleague], [f"etablissement:{etablissement.pk}"], **typed)
        assert (answer.status_code, "rien n’est encore enregistré" in answer.text) == (422, False)
        assert sentence in answer.text
        assert answer.context["form"].errors

    def test_confirmed_twice_is_done_once(self, client, referent, etablissement):
        """A double click meets its own lot, which stands in nobody's way; Back says that it is given."""
        colleague = HabilitationFactory(lieu=etablissement).user
        asked, cle = ([colleague], [f"etablissement:{etablissement.pk}"]), uuid4()
        for _ in range(2):
            answer = check(client, *asked, etape="confirmer", cle=cle)
            assert (answer.status_code, "habilitation attribuée" in answer.text) == (200, True)
        assert "a déjà ce profil" in check(client, *asked, cle=cle).text
        assert Habilitation.objects.of(colleague).filter(profil="equipe_soignante").count() == 1

    def test_in_a_constant_number_of_queries(self, client, referent, etablissement):
        people = [HabilitationFactory(lieu=etablissement).user for _ in range(9)]
        lieux = [f"unite:{unite.pk}" for unite in UniteFactory.create_batch(9, etablissement=etablissement)]
        check(client, people[:1], lieux[:1])
        counts = []
        for size in (2, 9):
            with CaptureQueriesContext(connection) as asked:
                check(client, people[:size], lieux[:size])
            counts.append(len(asked))
        assert counts[0] == counts[1]
