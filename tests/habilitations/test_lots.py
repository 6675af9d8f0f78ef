"""Several rows of the revue at once: prolonged or deleted, all or nothing, a reason for each that may not."""

import random
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations import actions
from habilitations.models import Habilitation
from journal.models import Entry
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.periods import add_months
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
PROLONG = "/administration/habilitations/lot/prolonger/"
REVOKE = "/administration/habilitations/lot/supprimer/"
REVUE = "/administration/habilitations/revue/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def rows(etablissement):
    return [HabilitationFactory(lieu=UniteFactory(etablissement=etablissement)) for _ in range(3)]


@pytest.fixture
def referent(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


def typed(rows, **more):
    versions = {f"version-{row.pk}": row.version for row in rows}
    return {"choix": [row.pk for row in rows], "duree": "", "fin": "", **versions, **more}


def ends(rows) -> set:
    return set(Habilitation.objects.filter(pk__in=[row.pk for row in rows]).values_list("fin", flat=True))


def test_ticked_in_the_revue_then_prolonged(client, referent, rows, today):
    assert client.get(REVUE).text.count('name="choix"') == 3  # not one's own
    shown = client.get(PROLONG, {"choix": [row.pk for row in rows], "retour": "vue=mois"}).text
    assert "Prolonger 3 habilitations" in shown
    assert all(row.user.nom in shown for row in rows)
    answer = client.post(f"{PROLONG}?retour=vue%3Dmois", typed(rows[:2], duree="12"))
    assert answer.url == f"{REVUE}?vue=mois"
    assert ends(rows[:2]) == {add_months(today, 12)}
    assert ends(rows[2:]) == {rows[2].fin}  # left out on the page
    assert Entry.objects.filter(event="habilitation.prolonged").count() == 2
    assert "2 habilitations prolongées jusqu’au" in client.get(REVUE).text


def test_ticked_in_the_revue_then_deleted(client, referent, rows):
    assert "Supprimer 3 habilitations" in client.get(REVOKE, {"choix": [row.pk for row in rows]}).text
    assert not Habilitation.objects.filter(revoked_at__isnull=False).exists()
    assert client.post(REVOKE, {"choix": [row.pk for row in rows]}).status_code == 302
    assert Habilitation.objects.filter(revoked_at__isnull=False).count() == 3
    assert Entry.objects.filter(event="habilitation.revoked").count() == 3


def test_all_or_nothing_with_each_reason(client, referent, etablissement, rows, today):
    """One already goes further, one was changed meanwhile, one is his own."""
    far = HabilitationFactory(lieu=etablissement, fin=today + timedelta(days=900))
    stale = HabilitationFactory(lieu=etablissement)
    own = Habilitation.objects.of(referent).get()
    every = [*rows, far, stale]
    sent = typed(every, duree="12")
    Habilitation.objects.filter(pk=stale.pk).update(version=2)
    answer = client.post(PROLONG, sent)
    assert answer.status_code == 422
    assert "va déjà jusqu’au" in answer.text
    assert "modifiée entre-temps" in answer.text
    assert far.user.nom_complet in answer.text
    assert ends(rows) == {rows[0].fin}
    assert not Entry.objects.filter(event__startswith="habilitation.").exists()

    answer = client.post(PROLONG, typed([*rows, own], duree="12"))
    assert answer.status_code == 422
    assert "vos propres habilitations" in answer.text
    assert ends(rows) == {rows[0].fin}


@pytest.mark.parametrize("fin", ["", "2020-01-01", "2199-01-01", "x"])
def test_a_bad_date_is_said_at_the_field(client, referent, rows, fin):
    answer = client.post(PROLONG, typed(rows, fin=fin))
    assert answer.status_code == 422
    assert answer.context["form"].errors["fin"]
    assert ends(rows) == {rows[0].fin}


@pytest.mark.parametrize("url", [PROLONG, REVOKE])
@pytest.mark.parametrize("choix", ["x", "0", "-1", "9" * 30, "²"])
def test_ticks_that_are_not_visible_are_404(client, referent, url, choix):
    assert client.get(url, {"choix": choix}).status_code == 404
    assert client.post(url, {"choix": choix}).status_code == 404


@pytest.mark.parametrize("url", [PROLONG, REVOKE])
def test_not_by_id_out_of_the_perimeter(client, referent, rows, url):
    far = HabilitationFactory()
    assert client.post(url, typed([*rows, far], duree="12")).status_code == 404
    assert ends(rows) == {rows[0].fin}
    assert client.get(url).url == REVUE  # nothing ticked


def test_the_action_asks_too(etablissement, rows, today):
    by = as_professionnel(referent_of(UniteFactory(etablissement=etablissement)))
    versions = {row.pk: row.version for row in rows}
    with pytest.raises(ValidationError, match="périmètre"):
        actions.prolong_all(rows, fin=add_months(today, 12), versions=versions, today=today, by=by)
    with pytest.raises(ValidationError, match="périmètre"):
        actions.revoke_all(rows, now=timezone.now(), by=by)
    with pytest.raises(Denied):
        actions.revoke_all(rows, now=timezone.now(), by=as_professionnel(rows[0].user))


def test_the_page_costs_the_same_whatever_is_ticked(client, referent, rows):
    def queries(chosen):
        with CaptureQueriesContext(connection) as counted:
            assert client.get(PROLONG, {"choix": [row.pk for row in chosen]}).status_code == 200
        return len(counted)

    queries(rows)
    assert queries(rows[:1]) == queries(rows)


@pytest.mark.django_db(transaction=True)
def test_two_lots_at_once_cannot_deadlock(etablissement, rows, today):
    """Named in opposite orders, they lock in one; the second sees that it is stale."""
    by = [as_professionnel(referent_of(etablissement)) for _ in range(2)]
    known = {"versions": {row.pk: row.version for row in rows}, "today": today}
    orders = (rows, rows[::-1])
    answers = at_once(
        *(
            lambda n=n: actions.prolong_all(orders[n], fin=today + timedelta(days=300 + n), by=by[n], **known)
            for n in range(2)
        )
    )
    (refusal,) = [one for one in answers if one]
    assert all("modifiée entre-temps" in sentence for sentence in refusal.messages)
    assert len(ends(rows)) == 1


def test_a_line_deleted_meanwhile_is_said(client, referent, rows, today):
    """HAB-5: before the check page it is left out; after it, the whole lot is refused with the reason."""
    gone = {"revoked_at": timezone.now(), "revoked_by": referent}
    sent = typed(rows, duree="12")
    Habilitation.objects.filter(pk=rows[0].pk).update(**gone)
    shown = client.get(PROLONG, {"choix": [row.pk for row in rows]})
    assert "1 habilitation cochée n’est plus en cours" in shown.text
    assert {row.pk for row, _ in shown.context["rows"]} == {row.pk for row in rows[1:]}
    answer = client.post(PROLONG, sent)
    assert answer.status_code == 422
    assert "a été supprimée" in answer.text
    assert ends(rows[1:]) == {rows[1].fin}


def test_the_check_page_checks(client, referent, etablissement, rows, today):
    """HAB-4, HAB-5: what the action would refuse is named with its person before anything is sent."""
    own = Habilitation.objects.of(referent).get()
    shown = client.get(REVOKE, {"choix": [own.pk, *(row.pk for row in rows)]}).text
    assert "Supprimer 3 habilitations" in shown
    assert f"<strong>{referent.nom_complet}</strong>" in shown
    assert "vos propres habilitations" in shown
    assert f'value="{own.pk}" disabled' in shown
    assert shown.count(" checked>") == 3
    shown = client.get(PROLONG, {"choix": [own.pk]}).text
    assert "Revenir à la revue" in shown
    assert "Enregistrer cette date" not in shown


def test_of_two_last_referents_one_stays(client, etablissement, rows):
    """COM-12: the page names whom the action would refuse; without him the lot is done."""
    coordination = referent_of(etablissement.coordination)
    both = [Habilitation.objects.of(referent_of(etablissement)).get() for _ in range(2)]
    sign_in(client, coordination)
    shown = client.get(REVOKE, {"choix": [row.pk for row in both]}).text
    assert "Supprimer 1 habilitation" in shown
    assert f"<strong>{both[1].user.nom_complet}</strong>" in shown
    assert "n’aurait plus de référent" in shown
    assert client.post(REVOKE, {"choix": [row.pk for row in both]}).status_code == 422
    assert client.post(REVOKE, {"choix": [both[0].pk]}).status_code == 302
    assert not Habilitation.objects.get(pk=both[0].pk).is_living


@pytest.mark.parametrize("seed", range(6))
def test_what_the_page_promises_is_what_happens(client, etablissement, seed):
    """Over random lots of plain rights, référents, one's own, of another référent's profile."""
    chance = random.Random(seed)
    unite = UniteFactory(etablissement=etablissement)
    above = referent_of(etablissement)
    known = [HabilitationFactory(lieu=unite) for _ in range(2)]
    known += [
        Habilitation.objects.of(one).get() for one in (above, referent_of(unite), referent_of(etablissement))
    ]
    chosen = chance.sample(known, chance.randint(1, 4))
    sign_in(client, above)
    shown = client.get(REVOKE, {"choix": [row.pk for row in chosen]})
    promised = [row for row, why in shown.context["rows"] if not why]
    refused = len(promised) < len(chosen)
    assert client.post(REVOKE, {"choix": [row.pk for row in chosen]}).status_code == (422 if refused else 302)
    if refused and promised:
        assert client.post(REVOKE, {"choix": [row.pk for row in promised]}).status_code == 302
    assert not Habilitation.objects.living().filter(pk__in=[row.pk for row in promised]).exists()


@pytest.fixture
def mixed(etablissement, rows, today):
    """Beside `rows`: one that goes further, one that another follows later, one that is followed at once."""
    lieu = UniteFactory(etablissement=etablissement)
    far = HabilitationFactory(lieu=lieu, fin=today + timedelta(days=900), user__nom="Loin")
    held = {"later": today + timedelta(days=400), "at once": today + timedelta(days=31)}
    found = {"far": far}
    for name, debut in held.items():
        row = HabilitationFactory(lieu=lieu, fin=today + timedelta(days=30))
        HabilitationFactory(
            user=row.user, lieu=lieu, profil=row.profil, debut=debut, fin=debut + timedelta(days=30)
        )
        found[name] = row
    return found


def test_a_stretch_that_some_refuse_names_them_before_it_is_sent(client, referent, rows, mixed, today):
    """HAB-5: who goes further, whom another follows; who can go nowhere is left out from the start."""
    chosen = [*rows, *mixed.values()]
    shown = client.get(PROLONG, {"choix": [row.pk for row in chosen]})
    notes = {one.months: one.note for one in shown.context["form"].stretches()}
    far, later = (mixed[name].user.nom_complet for name in ("far", "later"))
    assert notes == {
        "6": f"1 sur 5 à décocher\u00a0: {far}",
        "12": f"1 sur 5 à décocher\u00a0: {far}",
        "24": f"2 sur 5 à décocher\u00a0: {far}, {later}",
        "60": f"1 sur 5 à décocher\u00a0: {later}",
    }
    assert f"la suivante commence le {today + timedelta(days=400):%d/%m/%Y}" in shown.text
    assert [row.pk for row, why in shown.context["rows"] if why] == [mixed["at once"].pk]


@pytest.mark.parametrize("duree", ["6", "12", "24", "60"])
def test_what_refuses_a_date_is_left_out_and_the_rest_is_done_next(client, referent, rows, mixed, duree):
    """The page names them, unticks them, keeps the date: sent again as it stands, what is ticked is done."""
    first = client.get(PROLONG, {"choix": [row.pk for row in [*rows, *mixed.values()]]})
    chosen = [row for row, why in first.context["rows"] if not why]
    answer = client.post(PROLONG, typed(chosen, duree=duree))
    assert answer.status_code == 422
    assert not Entry.objects.filter(event="habilitation.prolonged").exists()
    left = [row for row, _ in answer.context["rows"] if row.is_left]
    assert all(row.user.nom_complet in answer.text for row in left)
    ticked = [row for row, why in answer.context["rows"] if not why and not row.is_left]
    assert answer.text.count(" checked>") == len(ticked) == len(chosen) - len(left)
    again = {one.months: one.note for one in answer.context["form"].stretches()}
    assert again[duree] == ""
    assert ("sont maintenant décochées" in answer.text) is bool(left)
    assert client.post(PROLONG, typed(ticked, duree=duree)).status_code == 302
    assert Entry.objects.filter(event="habilitation.prolonged").count() == len(ticked)
