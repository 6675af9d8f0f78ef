"""The homes: what ends soon, what was asked, one click to ask; a référent's news (COM-9)."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from annuaire.models import Lieu
from habilitations import actions, profils
from habilitations.models import DemandeHabilitation, Habilitation, Import
from habilitations.reads import nouveautes
from journal.models import Entry
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    RegionFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.periods import add_months

pytestmark = pytest.mark.django_db
HOME = "/professionnel/"


def today():
    return timezone.localdate()


def main_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.text.split("<main")[1])


def visited(client, at):
    """The session says when its owner signed in the time before."""
    session = client.session
    session["previous"] = [at.isoformat(), "mail"]
    session.save()


@pytest.fixture
def soon():
    return HabilitationFactory(fin=today() + timedelta(days=9))


def button(text) -> dict[str, str]:
    """What the one button of the page sends, as a browser would."""
    (form,) = re.findall(
        r'<form method="post" action="/administration/mes-demandes/prolonger/.*?</form>', text
    )
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


# --- Everybody ------------------------------------------------------------------------


def test_one_post_from_the_home_asks_and_the_home_says_so(client, soon):
    """COM-9, HAB-6: one click; the page comes back with the state, and the button has gone."""
    sign_in(client, soon.user)
    text = main_of(client.get(HOME))
    assert "Expire dans 9 jours" in text
    sent = button(text)
    answer = client.post(f"/administration/mes-demandes/prolonger/{soon.pk}/", sent, follow=True)
    assert answer.redirect_chain[-1][0] == HOME
    text = main_of(answer)
    assert "Votre demande est transmise à vos référents" in text
    assert "Prolongation demandée" in text
    assert "Demander la prolongation" not in text
    demande = DemandeHabilitation.objects.get(user=soon.user)
    assert (demande.fin, demande.habilitation, demande.is_waiting) == (add_months(soon.fin, 12), soon, True)


def test_two_clicks_are_one_demande_and_a_second_page_says_why_not(client, soon):
    sign_in(client, soon.user)
    path = f"/administration/mes-demandes/prolonger/{soon.pk}/"
    sent, other = button(main_of(client.get(HOME))), button(main_of(client.get(HOME)))
    assert [client.post(path, sent).status_code for _ in range(2)] == [302, 302]
    refused = client.post(path, other)
    assert refused.status_code == 422
    assert "Cette demande est déjà faite" in unescape(refused.text)
    assert DemandeHabilitation.objects.filter(user=soon.user).count() == 1


def test_nobody_asks_for_somebody_else(client, soon):
    sign_in(client, UserFactory())
    sent = {"fin": str(soon.fin + timedelta(days=9)), "motif": "", "cle": uuid4(), "retour": "accueil"}
    assert client.post(f"/administration/mes-demandes/prolonger/{soon.pk}/", sent).status_code == 404
    assert not DemandeHabilitation.objects.exists()


def test_what_ends_later_or_is_prolonged_is_not_announced(client, soon):
    after = soon.fin + timedelta(days=1)
    HabilitationFactory(user=soon.user, lieu=soon.etablissement, debut=after, fin=after + timedelta(days=300))
    HabilitationFactory(user=soon.user, fin=today() + timedelta(days=80))
    sign_in(client, soon.user)
    assert "Ce qui se termine bientôt" not in main_of(client.get(HOME))


def test_answers_stand_there_for_a_month(client, soon):
    def asked(**known):
        place = {"niveau": "etablissement", **Lieu.of(EtablissementFactory()).columns}
        known |= {"asked_at": timezone.now(), "fin": soon.fin, "profil": "equipe_soignante", **place}
        return DemandeHabilitation.objects.create(user=soon.user, **known)

    referent, now = UserFactory(), timezone.now()
    closed = {"state": "refused", "closed_by": referent}
    asked(**closed, reponse="Vous quittez ce service.", closed_at=now - timedelta(days=3))
    asked(**closed, reponse="Une réponse ancienne.", closed_at=now - timedelta(days=40))
    asked(state="withdrawn", closed_by=soon.user, closed_at=now)
    sign_in(client, soon.user)
    text = main_of(client.get(HOME))
    assert "Vous quittez ce service." in text
    assert "Une réponse ancienne." not in text
    assert "Retirée" not in text


def test_without_habilitation_nothing_reads_as_a_fault(client):
    """COM-9: the way to one's référents, and to a demande."""
    sign_in(client, UserFactory())
    text = main_of(client.get(HOME))
    assert "tableau de bord" not in text
    assert "/administration/mes-demandes/nouvelle/" in text
    assert "/mes-referents/" in text


def test_a_medecin_sees_what_he_lends_and_holds_end(client):
    medecin = MedecinFactory()
    sign_in(client, medecin)
    assert "Ce qui se termine bientôt" not in main_of(client.get("/medecin/"))
    lent = DelegationFactory(delegant=medecin, fin=today() + timedelta(days=5))
    DelegationFactory(delegant=medecin, fin=today() + timedelta(days=90))
    HabilitationFactory(user=medecin, fin=today() + timedelta(days=3))
    text = main_of(client.get("/medecin/"))
    assert f"/medecin/delegations/{lent.pk}/modifier/" in text
    assert text.count("Prolonger…") == 1
    assert button(text)["retour"] == "accueil"


def test_nothing_of_one_s_own_is_shown_while_acting(client):
    """DEL-5: the home is the médecin's."""
    row = DelegationFactory()
    HabilitationFactory(user=row.delegataire, fin=today() + timedelta(days=3))
    sign_in(client, row.delegataire, acting=row)
    assert "Ce qui se termine bientôt" not in main_of(client.get("/medecin/"))


def test_a_look_at_the_home_writes_nothing(client, soon):
    sign_in(client, soon.user)
    before = Entry.objects.count()
    main_of(client.get(HOME))
    assert Entry.objects.count() == before


# --- Référents ------------------------------------------------------------------------

LONG_AGO = timedelta(days=10)


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH des Tilleuls")


@pytest.fixture
def referent(hopital):
    user = referent_of(hopital)
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - timedelta(days=900))
    return user


def named(nom, **known) -> User:
    user = UserFactory(nom=nom, prenom="Léa", last_sign_in_at=timezone.now())
    User.objects.filter(pk=user.pk).update(**{"created_at": timezone.now() - timedelta(days=900), **known})
    return user


def fill(hopital, referent, *, next_door):
    """One of each kind, and its near misses."""
    new, now = {"created_at": timezone.now() - timedelta(days=1)}, timezone.now()
    yesterday = today() - timedelta(days=1)
    HabilitationFactory(user=named("Nouvelle", **new), lieu=hopital)
    HabilitationFactory(user=named("Ancienne"), lieu=hopital)
    HabilitationFactory(user=named("Sienne", **new, created_by=referent), lieu=hopital)
    HabilitationFactory(user=named("Ailleurs", **new), lieu=next_door)
    ended = {"debut": yesterday - timedelta(days=50), "fin": yesterday}
    HabilitationFactory(user=named("Partie"), lieu=hopital, **ended)
    stays = named("Restante")
    HabilitationFactory(user=stays, lieu=hopital, **ended)
    HabilitationFactory(user=stays, lieu=hopital, profil="equipe_soignante")
    HabilitationFactory(user=named("Partiedavant"), lieu=hopital, **{**ended, "fin": today() - LONG_AGO * 2})
    for lieu, nom in ((hopital, "Demandeuse"), (next_door, "Voisine")):
        actions.ask(
            profil=profils.EQUIPE_SOIGNANTE,
            lieu=Lieu.of(lieu),
            fin=today() + timedelta(days=200),
            motif="J’y prends mon service.",
            cle=uuid4(),
            today=today(),
            now=now,
            by=as_professionnel(named(nom)),
        )
    for user, state in ((referent, "refused"), (referent, "ready"), (UserFactory(), "refused")):
        Import.objects.create(
            user=user, file_name=f"{state}.xlsx", total=3, state=state, deposited_at=now, checked_at=now
        )


def test_what_is_new_since_the_last_visit_by_name(client, hopital, referent):
    """COM-9, COM-8: of his perimeter, by others, since he was last here."""
    fill(hopital, referent, next_door=EtablissementFactory())
    sign_in(client, referent)
    visited(client, timezone.now() - LONG_AGO)
    text = main_of(client.get(HOME))
    block = re.sub(
        r"<[^>]+>|\s+", " ", text[text.index("Depuis votre dernière visite") :].split("</section>")[0]
    )
    for said in ("1 nouvelle demande", "Léa Demandeuse", "1 compte ouvert", "Léa Nouvelle", "Léa Partie"):
        assert said in " ".join(block.split())
    assert "1 import à corriger" in " ".join(block.split())
    for absent in ("Ancienne", "Sienne", "Ailleurs", "Restante", "Partiedavant", "Voisine", "ready"):
        assert absent not in block


@pytest.mark.parametrize("level", ["etablissement", "unite", "coordination"])
def test_the_perimeter_in_sql_is_the_one_of_querysets(hopital, referent, level):
    """COM-8: one rule, two texts."""
    unite = UniteFactory(etablissement=hopital)
    fill(unite if level == "unite" else hopital, referent, next_door=EtablissementFactory())
    lieu = {"etablissement": hopital, "unite": unite, "coordination": hopital.coordination}[level]
    by = as_professionnel(referent_of(lieu))
    news = nouveautes.of(by, since=timezone.now() - LONG_AGO, now=timezone.now())
    asked = DemandeHabilitation.objects.visible_to(by).waiting().select_related("user")
    assert [one.nom for one in news.demandes.first] == [one.user.nom_complet for one in asked]
    seen = Habilitation.objects.visible_to(by).current(today()).exclude(user=by.user)
    new = {one.user.nom_complet for one in seen.filter(user__created_at__gt=timezone.now() - LONG_AGO)}
    assert news.comptes.count == len(new) > 0
    assert {one.nom for one in news.comptes.first} <= new
    assert [one.nom for one in news.departs.first] == ["Léa Partie"]


def test_many_are_counted_and_few_are_named(client, hopital, referent):
    for rank in range(5):
        user = named(f"Nom{'abcde'[rank]}", created_at=timezone.now() - timedelta(hours=rank + 1))
        HabilitationFactory(user=user, lieu=hopital)
    news = nouveautes.of(as_professionnel(referent), since=timezone.now() - LONG_AGO, now=timezone.now())
    assert (news.comptes.count, len(news.comptes.first), news.comptes.others) == (5, 3, 2)
    sign_in(client, referent)
    visited(client, timezone.now() - LONG_AGO)
    assert "et 2 autres" in main_of(client.get(HOME))


def test_who_is_told_nothing(hopital, referent):
    """A first visit, nobody's référent, a region: none; nothing new: said."""
    now, since = timezone.now(), timezone.now() - LONG_AGO
    assert nouveautes.of(as_professionnel(referent), since=None, now=now) is None
    plain = as_professionnel(HabilitationFactory(lieu=hopital).user)
    assert nouveautes.of(plain, since=since, now=now) is None
    assert nouveautes.of(as_professionnel(referent_of(RegionFactory())), since=since, now=now) is None
    nothing = nouveautes.of(as_professionnel(referent), since=timezone.now(), now=timezone.now())
    assert nothing is not None
    assert not nothing


def test_after_a_year_away_one_is_told_of_a_month(referent):
    now = timezone.now()
    news = nouveautes.of(as_professionnel(referent), since=now - timedelta(days=400), now=now)
    assert news.since == now - nouveautes.AT_MOST


def queries(client) -> int:
    main_of(client.get(HOME))
    with CaptureQueriesContext(connection) as seen:
        main_of(client.get(HOME))
    return len(seen)


def test_the_home_costs_the_same_whatever_there_is_to_tell(hopital, referent):
    client = sign_in(Client(), referent)
    visited(client, timezone.now() - LONG_AGO)
    fill(hopital, referent, next_door=EtablissementFactory())
    HabilitationFactory(user=referent, lieu=hopital, profil="regulateur", fin=today() + timedelta(days=2))
    few = queries(client)
    for _ in range(8):
        fill(hopital, referent, next_door=EtablissementFactory())
        HabilitationFactory(user=referent, profil="regulateur", fin=today() + timedelta(days=2))
    assert queries(client) == few
