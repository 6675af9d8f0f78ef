"""COM-12: référents hear of each other; the last one of a structure does not leave without a word."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

import accounts.actions
from annuaire.models import Lieu
from courrier.models import Message
from habilitations import actions, profils
from habilitations.models import Habilitation, ReferentConnu
from habilitations.reads import relais
from habilitations.tasks import tell_referents
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
COMPTES = "/administration/comptes/"
LAST = "n’aurait plus de référent"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="Centre hospitalier d’Essai")


def referent(lieu, **known):
    usual = {"profil": "referent_structure", "fin": timezone.localdate() + timedelta(days=900)}
    return HabilitationFactory(lieu=lieu, **usual | known)


def tell():
    by = Actor.system("referents")
    return actions.tell_of_referents(today=timezone.localdate(), now=timezone.now(), by=by)


def mails_to(user):
    return list(Message.objects.filter(to=user.email, key__startswith="referents:").order_by("pk"))


@pytest.fixture
def known(hopital):
    """Two référents of the structure, and one of its coordination, who know of each other."""
    rows = [referent(hopital), referent(hopital)]
    rows.append(referent(hopital.coordination, profil="referent_coordination"))
    tell()
    Message.objects.all().delete()
    return rows


class TestToldOfEachOther:
    def test_of_an_arrival_once(self, hopital, known):
        new = referent(hopital)
        assert [tell(), tell()] == [2, 0]
        for row in known[:2]:
            (letter,) = mails_to(row.user)
            assert new.user.nom_complet in letter.text
            assert "Référent structure, Centre hospitalier d’Essai" in letter.text
            assert "attribuée" in letter.text
            assert "\n\n\n" not in letter.text
        assert not mails_to(new.user), "nobody is told of himself"
        assert not mails_to(known[2].user), "the coordination, where there is nobody near"
        assert Entry.objects.filter(event="referents.told").latest("pk").data == {"count": 2}

    @pytest.mark.parametrize("way", ["deleted", "given up", "over", "disabled", "left"])
    def test_of_a_departure_by_whatever_way(self, known, way, today):
        leaver, stays, above = known
        now = timezone.now()
        if way == "deleted":
            actions.revoke(leaver, now=now, by=as_professionnel(above.user))
        elif way == "given up":
            actions.give_up(leaver, now=now, by=as_professionnel(leaver.user))
        elif way == "over":
            Habilitation.objects.filter(pk=leaver.pk).update(
                debut=today - timedelta(days=9), fin=today - timedelta(days=1)
            )
        elif way == "disabled":
            accounts.actions.disable(user=leaver.user, now=now, by=as_professionnel(above.user))
        else:
            lieu, by = Lieu.of(leaver.etablissement), as_professionnel(stays.user)
            actions.depart(leaver.user, lieu=lieu, fin=today, today=today, now=now, by=by)
            assert tell() == 0, "a référent until tonight"
            Habilitation.objects.filter(pk=leaver.pk).update(
                debut=today - timedelta(days=9), fin=today - timedelta(days=1)
            )
        assert [tell(), tell()] == [1, 0]
        (letter,) = mails_to(stays.user)
        assert leaver.user.nom_complet in letter.text
        assert "terminée" in letter.text

    def test_who_did_it_is_not_told_of_it(self, hopital, known, today):
        one, other, _ = known
        fields = {
            "profil": profils.REFERENT_STRUCTURE,
            "lieux": [Lieu.of(hopital)],
            "droits": {},
            "cle": uuid4(),
        }
        fin = today + timedelta(days=90)
        actions.grant(
            users=[UserFactory()], **fields, debut=today, fin=fin, today=today, by=as_professionnel(one.user)
        )
        assert tell() == 1
        assert (len(mails_to(one.user)), len(mails_to(other.user))) == (0, 1)

    def test_undone_before_it_was_told_nobody_hears_of_it(self, hopital, known):
        new = referent(hopital)
        Habilitation.objects.filter(pk=new.pk).update(revoked_at=timezone.now())
        Habilitation.objects.filter(pk=known[0].pk).update(revoked_at=timezone.now())
        Habilitation.objects.filter(pk=known[0].pk).update(revoked_at=None)
        assert tell() == 0

    def test_followed_by_another_row_is_neither_gone_nor_come(self, hopital, known, today):
        leaver = known[0]
        Habilitation.objects.filter(pk=leaver.pk).update(
            debut=today - timedelta(days=9), fin=today - timedelta(days=1)
        )
        referent(hopital, user=leaver.user)
        assert tell() == 0

    @pytest.mark.parametrize(
        ("profil", "told"),
        [("referent_unite", 1), ("equipe_soignante", 0), ("gestionnaire_administratif", 0)],
    )
    def test_of_référents_only(self, hopital, known, profil, told):
        HabilitationFactory(lieu=UniteFactory(etablissement=hopital), profil=profil)
        tell()
        assert len(mails_to(known[0].user)) == told

    def test_one_letter_for_all_that_changed(self, hopital, known):
        for _ in range(3):
            referent(hopital)
        Habilitation.objects.filter(pk=known[1].pk).update(revoked_at=timezone.now())
        tell()
        (letter,) = mails_to(known[0].user)
        assert letter.text.count("Référent structure, Centre") == 4

    def test_the_coordination_hears_of_a_structure_left_alone(self, hopital, known):
        Habilitation.objects.filter(pk__in=[row.pk for row in known[:2]]).update(revoked_at=timezone.now())
        assert tell() == 1
        (letter,) = mails_to(known[2].user)
        assert letter.subject == "« Centre hospitalier d’Essai » n’a plus de référent"
        assert "n’a plus de référent structure" in letter.text
        assert "/administration/orphelines/" in letter.text

    @pytest.mark.parametrize("level", ["region", "national"])
    def test_else_whoever_is_above(self, hopital, known, level):
        region = hopital.coordination.region
        place = {"region": region, "national": None}[level]
        profil = {"region": "referent_regional", "national": "administrateur_national"}[level]
        above = referent(place, profil=profil)
        tell()
        Habilitation.objects.filter(pk__in=[row.pk for row in known]).update(revoked_at=timezone.now())
        Message.objects.all().delete()
        tell()
        assert mails_to(above.user)

    def test_quietly_at_first(self, hopital):
        referent(hopital), referent(hopital)
        by, now = Actor.system("demonstration"), timezone.now()
        assert actions.tell_of_referents(today=timezone.localdate(), now=now, by=by, quiet=True) == 0
        assert ReferentConnu.objects.count() == 2
        assert (tell(), Message.objects.count()) == (0, 0)

    def test_the_beat_tells(self, hopital, known):
        referent(hopital)
        tell_referents()
        assert mails_to(known[0].user)

    def test_only_the_exploitation(self, known):
        with pytest.raises(Denied):
            actions.tell_of_referents(
                today=timezone.localdate(), now=timezone.now(), by=as_professionnel(known[0].user)
            )

    def test_a_constant_number_of_queries(self, hopital, known, django_assert_max_num_queries):
        for _ in range(12):
            referent(EtablissementFactory(coordination=hopital.coordination))
        with django_assert_max_num_queries(20):
            tell()

    @pytest.mark.django_db(transaction=True)
    def test_two_runs_at_once_tell_once(self, hopital, known):
        referent(hopital)
        assert sorted(at_once(tell, tell)) == [0, 2]


@pytest.mark.parametrize(
    ("other", "is_left"),
    [
        (None, True),
        ({}, False),
        ({"debut": 40, "fin": 90}, False),
        ({"fin": 9}, True),
        ({"fin": 10}, False),
        ({"revoked_at": timezone.now()}, True),
        ({"user__disabled_at": timezone.now()}, True),
        ({"profil": "gestionnaire_administratif"}, True),
        ({"lieu": "unite", "profil": "referent_unite"}, True),
        ({"lieu": "elsewhere"}, True),
        ({"lieu": "coordination", "profil": "referent_coordination"}, True),
    ],
    ids=[
        "nobody",
        "another",
        "a successor named",
        "another until the day before",
        "another until that day",
        "deleted",
        "disabled",
        "not a référent",
        "of a unit only",
        "elsewhere",
        "of the coordination",
    ],
)
def test_who_would_be_left(hopital, today, other, is_left):
    """From the tenth day on, once this one has gone."""
    row = referent(hopital)
    if other is not None:
        places = {
            "unite": lambda: UniteFactory(etablissement=hopital),
            "elsewhere": lambda: EtablissementFactory(coordination=hopital.coordination),
            "coordination": lambda: hopital.coordination,
        }
        lieu = places[other.pop("lieu")]() if "lieu" in other else hopital
        days = {name: today + timedelta(days=other.pop(name)) for name in ("debut", "fin") if name in other}
        referent(lieu, **other, **days)
    found = relais.left_without([row], on=today + timedelta(days=10), today=today)
    assert found == ([hopital] if is_left else [])


@pytest.mark.parametrize(
    "known",
    [
        {"profil": "referent_unite"},
        {"profil": "prescripteur_medical"},
        {"future": True},
        {"over": True},
        {"revoked": True},
    ],
    ids=str,
)
def test_whose_end_leaves_nobody_behind(hopital, today, known):
    """Near misses: the structure has no référent today by this row."""
    lieu = UniteFactory(etablissement=hopital) if known.get("profil") == "referent_unite" else hopital
    if "over" in known:
        row = HabilitationFactory(lieu=lieu, profil="referent_structure", over=True)
    else:
        row = referent(lieu, **known)
    assert relais.left_without([row], on=today, today=today) == []
    hopital.closed_at = timezone.now()
    hopital.save()
    assert relais.left_without([referent(hopital)], on=today, today=today) == [], "closed: nobody is missed"


class TestTheLastOne:
    @pytest.fixture
    def last(self, hopital):
        return referent(hopital)

    @pytest.fixture
    def above(self, hopital):
        return referent(hopital.coordination, profil="referent_coordination")

    def leaving(self, last, above, way, **known):
        now, today = timezone.now(), timezone.localdate()
        if way == "give up":
            return actions.give_up(last, now=now, by=as_professionnel(last.user), **known)
        by = as_professionnel(above.user)
        if way == "revoke":
            return actions.revoke(last, now=now, by=by, **known)
        fin, lieu = today + timedelta(days=3), Lieu.of(last.etablissement)
        return actions.depart(last.user, lieu=lieu, fin=fin, today=today, now=now, by=by, **known)

    @pytest.mark.parametrize("way", ["give up", "revoke", "depart"])
    def test_says_that_the_coordination_is_to_be_told(self, last, above, way):
        with pytest.raises(ValidationError, match=LAST) as refused:
            self.leaving(last, above, way)
        assert list(refused.value.error_dict) == ["prevenir"]
        last.refresh_from_db()
        assert last.is_living
        self.leaving(last, above, way, prevenir=True)
        last.refresh_from_db()
        assert not last.is_living or last.fin < timezone.localdate() + timedelta(days=4)

    @pytest.mark.parametrize("way", ["give up", "revoke", "depart"])
    def test_another_kept_or_named_no_question_is_asked(self, last, above, way, hopital, today):
        referent(hopital, debut=today + timedelta(days=30))
        self.leaving(last, above, way)

    def test_without_anybody_above_to_tell_it_is_refused(self, last):
        with pytest.raises(ValidationError, match="qui puisse être prévenu"):
            self.leaving(last, None, "give up", prevenir=True)
        last.refresh_from_db()
        assert last.is_living

    def test_renounced_the_coordination_is_told_within_the_quarter(self, last, above):
        tell()
        self.leaving(last, above, "give up", prevenir=True)
        tell()
        assert mails_to(above.user)[-1].subject == "« Centre hospitalier d’Essai » n’a plus de référent"

    def test_a_departure_to_come_is_told_at_once_to_the_others_above(self, last, above, hopital):
        colleague = referent(hopital.coordination, profil="referent_coordination")
        self.leaving(last, above, "depart", prevenir=True)
        (letter,) = Message.objects.filter(key__startswith="relais:")
        assert letter.to == colleague.user.email
        assert letter.subject == "« Centre hospitalier d’Essai » n’aura bientôt plus de référent"
        assert last.user.nom_complet in letter.text

    def test_among_several_deleted_at_once_it_is_named(self, last, above, hopital):
        others = [
            HabilitationFactory(lieu=hopital),
            HabilitationFactory(lieu=UniteFactory(etablissement=hopital)),
        ]
        with pytest.raises(ValidationError, match=f"{last.user.nom_complet}.*{LAST}"):
            actions.revoke_all([*others, last], now=timezone.now(), by=as_professionnel(above.user))
        assert Habilitation.objects.living().filter(pk__in=[one.pk for one in others]).count() == 2

    def test_two_last_ones_deleted_at_once_are_the_last(self, last, above, hopital):
        with pytest.raises(ValidationError, match=LAST):
            actions.revoke_all([last, referent(hopital)], now=timezone.now(), by=as_professionnel(above.user))

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("ways", [("give up", "give up"), ("give up", "revoke"), ("depart", "give up")])
    def test_two_who_leave_at_once_are_not_both_the_last_but_one(self, last, above, hopital, ways):
        """Real threads: one goes, the other learns that he is the last."""
        rows = [last, referent(hopital)]
        acts = [
            lambda row=row, way=way: self.leaving(row, above, way)
            for row, way in zip(rows, ways, strict=True)
        ]
        answers = at_once(*acts)
        refusals = [one for one in answers if isinstance(one, ValidationError)]
        assert len(refusals) == 1
        assert LAST in str(refusals[0])

    @pytest.mark.django_db(transaction=True)
    def test_lots_that_meet_do_not_lock_each_other_out(self, last, above, hopital):
        """Rows and référents are held by ascending key, whichever way one came by."""
        rows = [HabilitationFactory(lieu=hopital), referent(hopital), HabilitationFactory(lieu=hopital)]
        other = as_professionnel(referent(hopital.coordination, profil="referent_coordination").user)
        at_once(
            lambda: actions.revoke_all([rows[0], last], now=timezone.now(), by=as_professionnel(above.user)),
            lambda: actions.revoke_all([rows[2], rows[1]], now=timezone.now(), by=other),
        )
        kept = Habilitation.objects.living().filter(profil="referent_structure", etablissement=hopital)
        assert kept.count() == 1


class TestPages:
    @pytest.fixture
    def last(self, hopital):
        return referent(hopital)

    @pytest.fixture
    def above(self, hopital):
        return referent(hopital.coordination, profil="referent_coordination")

    def test_renouncing_warns_and_asks(self, client, last, above):
        sign_in(client, last.user)
        path = f"/mon-compte/habilitations/{last.pk}/renoncer/"
        page = client.get(path).text
        assert "Aucune autre personne n’est référente" in page
        assert 'name="prevenir"' in page
        refused = client.post(path)
        assert (refused.status_code, LAST in refused.text) == (422, True)
        assert client.post(path, {"prevenir": "on"}).status_code == 302

    def test_one_of_two_is_asked_nothing(self, client, last, hopital):
        referent(hopital)
        sign_in(client, last.user)
        path = f"/mon-compte/habilitations/{last.pk}/renoncer/"
        assert 'name="prevenir"' not in client.get(path).text
        assert client.post(path).status_code == 302

    def test_with_nobody_above_no_question_is_asked(self, client, last):
        sign_in(client, last.user)
        path = f"/mon-compte/habilitations/{last.pk}/renoncer/"
        page = client.get(path).text
        assert "n’a pas de référent qui puisse être prévenu" in page
        assert 'name="prevenir"' not in page
        assert client.post(path, {"prevenir": "on"}).status_code == 422

    def test_the_other_left_since_the_page_was_drawn(self, client, last, above, hopital):
        """What the page did not ask, it asks now."""
        other = referent(hopital)
        sign_in(client, last.user)
        path = f"/mon-compte/habilitations/{last.pk}/renoncer/"
        client.get(path)
        Habilitation.objects.filter(pk=other.pk).update(revoked_at=timezone.now())
        refused = client.post(path)
        assert (refused.status_code, 'name="prevenir"' in refused.text) == (422, True)

    @pytest.mark.parametrize("page", ["supprimer", "depart"])
    def test_deleting_and_departing_warn_too(self, client, last, above, page, today):
        sign_in(client, above.user)
        path, typed = f"/administration/habilitations/{last.pk}/supprimer/", {}
        if page == "depart":
            path = f"{COMPTES}{last.user_id}/depart/"
            typed = {"choix": last.pk, "fin": str(today + timedelta(days=2))}
        assert 'name="prevenir"' in client.get(path).text
        assert client.post(path, typed).status_code == 422
        assert client.post(path, {**typed, "prevenir": "on"}).status_code == 302

    def test_disabling_says_who_will_be_left_alone(self, client, last, above):
        sign_in(client, above.user)
        assert (
            "Aucune autre personne n’est référente" in client.get(f"{COMPTES}{last.user_id}/desactiver/").text
        )


def test_the_command_names_a_first_referent_whom_the_coordination_hears_of(hopital):
    above = referent(hopital.coordination, profil="referent_coordination")
    tell()
    Message.objects.all().delete()
    user = UserFactory()
    hopital.finess = "310000001"
    hopital.save()
    call_command("create_referent", finess=hopital.finess, identifiant=user.login, stdout=StringIO())
    tell()
    assert user.nom_complet in mails_to(above.user)[0].text
