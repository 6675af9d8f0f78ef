"""Giving a profile, its rights and its end, on the pages (HAB-1, HAB-3…5, HAB-10)."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from courrier.models import Message
from habilitations.models import Habilitation
from tests.concurrency import at_once
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from viatraj.core.periods import add_months
from viatraj.core.typography import long_day, short_day

pytestmark = pytest.mark.django_db
ADMIN = "/administration/"


@pytest.fixture
def etablissement():
    return EtablissementFactory()


@pytest.fixture
def referent(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


@pytest.fixture
def colleague(etablissement):
    return HabilitationFactory(lieu=etablissement, profil="gestionnaire_administratif").user


def give(client, users, lieux, /, *, profil="equipe_soignante", etape="confirmer", **fields):
    people = "&".join(f"compte={user.pk}" for user in users)
    known = {
        "lieux": lieux,
        "debut": str(timezone.localdate()),
        "duree": "12",
        "fin": "",
        "etape": etape,
        "cle": uuid4(),
        # as the page has them, unless said
        "droit-sanitaire-tableau_demandeur": "ecriture",
        "droit-sanitaire-dossier_creation": "on",
        "droit-sanitaire-volet_administratif": "ecriture",
        "droit-sanitaire-volet_soins": "ecriture",
        "droit-sanitaire-suivi": "on",
        "droit-grand_age-tableau_demandeur": "ecriture",
        "droit-grand_age-dossier_creation": "on",
        "droit-grand_age-volet_administratif": "ecriture",
        "droit-grand_age-volet_autonomie": "ecriture",
    }
    return client.post(
        f"{ADMIN}comptes/attribuer/{profil}/?{people}",
        known | fields,
        follow=etape in ("verifier", "modifier"),
    )


def held(*users):
    return Habilitation.objects.filter(user__in=users, profil="equipe_soignante")


def test_checked_then_given_to_several_people_on_several_units(client, referent, etablissement, colleague):
    """HAB-4: nothing is written before the check page; unticked and lowered rights are kept."""
    other = HabilitationFactory(lieu=etablissement).user
    lieux = [f"unite:{unite.pk}" for unite in UniteFactory.create_batch(2, etablissement=etablissement)]
    lowered = {"droit-sanitaire-tableau_demandeur": "lecture", "droit-sanitaire-suivi": ""}
    check = give(client, [colleague, other], lieux, etape="verifier", **lowered)
    assert "4 habilitations" in check.text
    assert "rien n’est encore enregistré" in check.text
    assert not held(colleague, other).exists()
    hidden = {
        field.html_name: "" if field.value() is None else field.value() for field in check.context["check"]
    }
    people = f"compte={colleague.pk}&compte={other.pk}"
    path = f"{ADMIN}comptes/attribuer/equipe_soignante/?{people}"
    for _ in range(2):  # a double click
        assert client.post(path, {**hidden, "etape": "confirmer"}).status_code == 302
    given = held(colleague, other)
    assert given.count() == 4
    assert {one.fin for one in given} == {add_months(timezone.localdate(), 12)}
    assert {(one.droit, one.mode) for one in given.first().droits.all()} == {
        ("tableau_demandeur", "lecture"),
        ("suivi", "aucun"),
    }


@pytest.mark.parametrize(
    "forged",
    [
        {"droit-sanitaire-tableau_demandeur": "repondre"},
        {"droit-sanitaire-volet_soins": "validation"},
        {"droit-grand_age-volet_autonomie": "aucun"},
        {"duree": "61"},
        {"duree": "", "fin": ""},
        {"duree": "", "fin": "2099-01-01"},
        {"debut": "2020-01-01"},
        {"lieux": []},
        {"lieux": ["national:"]},
        {"lieux": ["unite:999999"]},
        {"lieux": ["unite:²"]},
    ],
    ids=str,
)
def test_what_the_profile_or_the_perimeter_does_not_offer(client, referent, etablissement, colleague, forged):
    answer = give(client, [colleague], [f"etablissement:{etablissement.pk}"], **forged)
    assert answer.status_code == 422
    assert not held(colleague).exists()


def test_fixed_rights_cannot_be_sent(client, referent, etablissement, colleague):
    """HAB-3: «Volet médical» is fixed at écriture: a forged field is no field."""
    give(
        client,
        [colleague],
        [f"etablissement:{etablissement.pk}"],
        **{"droit-sanitaire-volet_medical": "validation"},
    )
    assert held(colleague).get().droits.count() == 0


def test_five_years_and_no_more(client, referent, etablissement, colleague):
    lieu, last = [f"etablissement:{etablissement.pk}"], add_months(timezone.localdate(), 60)
    too_far = give(client, [colleague], lieu, duree="", fin=str(last + timedelta(days=1)))
    assert too_far.status_code == 422
    assert "cinq ans au plus" in too_far.text
    assert give(client, [colleague], lieu, duree="60").status_code == 302
    assert held(colleague).get().fin == last


def test_nobody_out_of_the_perimeter_unless_found(client, referent, etablissement):
    """By id: 404; the place next door: 422."""
    stranger, next_door = HabilitationFactory().user, EtablissementFactory()
    assert give(client, [stranger], [f"etablissement:{etablissement.pk}"]).status_code == 404
    client.post(
        f"{ADMIN}comptes/", {"nom": stranger.nom, "prenom": "", "identifiant": "", "email": stranger.email}
    )
    assert give(client, [stranger], [f"etablissement:{next_door.pk}"]).status_code == 422
    assert give(client, [stranger], [f"etablissement:{etablissement.pk}"]).status_code == 302


def test_never_to_oneself(client, referent, etablissement):
    """No référent raises himself: by giving, adjusting, prolonging, departing."""
    answer = give(client, [referent], [f"etablissement:{etablissement.pk}"])
    assert (answer.status_code, held(referent).exists()) == (302, False)
    assert "Vous ne pouvez pas vous attribuer" in client.get(answer.url).text
    mine = referent.habilitations.get()
    for page in ("fin", "supprimer"):
        assert client.get(f"{ADMIN}habilitations/{mine.pk}/{page}/").status_code == 403
    assert client.post(f"{ADMIN}habilitations/{mine.pk}/droits/", {"version": 1}).status_code == 403
    assert client.get(f"{ADMIN}comptes/{referent.pk}/modifier/").status_code == 403


def test_only_profiles_that_he_may_give_are_shown(client, etablissement):
    unite = UniteFactory(etablissement=etablissement)
    user = referent_of(unite)
    sign_in(client, user)
    colleague = HabilitationFactory(lieu=unite).user
    page = client.get(f"{ADMIN}comptes/attribuer/?compte={colleague.pk}").text
    assert "/attribuer/equipe_soignante/" in page
    for above in ("regulateur", "referent_structure", "referent_coordination"):
        assert f"/attribuer/{above}/" not in page
    forged = give(client, [colleague], [f"etablissement:{etablissement.pk}"])
    assert forged.status_code == 422


def test_a_module_not_deployed_is_said_and_gives_nothing(client):
    """HAB-3."""
    etablissement = EtablissementFactory(coordination=CoordinationFactory(modules=["sanitaire"]))
    sign_in(client, referent_of(etablissement))
    colleague = HabilitationFactory(lieu=etablissement, profil="regulateur").user
    page = client.get(f"{ADMIN}comptes/attribuer/?compte={colleague.pk}").text
    assert "/attribuer/adresseur_tnd/" not in page
    assert "Non déployé" in page
    lieu = [f"etablissement:{etablissement.pk}"]
    assert "Non déployé" in give(client, [colleague], [], etape="verifier").text
    assert give(client, [colleague], lieu).status_code == 302
    assert {one.mode for one in held(colleague).get().droits.filter(domaine="grand_age")} == {"aucun"}


def test_what_no_page_serves_is_said_and_not_chosen(client, referent, etablissement, colleague):
    """HAB-3: of a profile, and of one right of another."""
    sign_in(client, referent)
    page = client.get(f"{ADMIN}comptes/attribuer/?compte={colleague.pk}").text
    assert "/attribuer/accompagnant_dua/" not in page
    assert "Accompagnant DUA" in page
    esms = client.get(f"{ADMIN}comptes/attribuer/esms_gestionnaire/?compte={colleague.pk}").text
    assert "Non déployé" in esms
    assert "droit-handicap-evaluation" not in esms
    assert "droit-handicap-statut" in esms


def test_what_exists_already_is_said_on_the_check_page(client, referent, etablissement, colleague):
    lieu = [f"etablissement:{etablissement.pk}"]
    give(client, [colleague], lieu)
    check = give(client, [colleague], lieu, etape="verifier")
    assert f"{colleague.nom_complet} a déjà ce profil" in unescape(check.text)
    assert 'value="confirmer"' not in check.text
    assert give(client, [colleague], lieu).status_code == 422


def test_a_wide_perimeter_is_narrowed_by_name(client):
    coordination = CoordinationFactory()
    for n in range(70):
        EtablissementFactory(coordination=coordination, nom=f"Maison {n:02}")
    EtablissementFactory(coordination=coordination, nom="Zénith")
    sign_in(client, referent_of(coordination))
    colleague = HabilitationFactory(lieu=coordination, profil="accompagnant_medico_social").user
    path = f"{ADMIN}comptes/attribuer/equipe_soignante/?compte={colleague.pk}"
    assert "Zénith" not in client.get(path).text
    assert "Zénith" in client.get(f"{path}&structure=zenith").text


@pytest.fixture
def row(referent, etablissement):
    return HabilitationFactory(lieu=UniteFactory(etablissement=etablissement), profil="equipe_soignante")


def fin(client, row, **fields):
    return client.post(f"{ADMIN}habilitations/{row.pk}/fin/", {"version": row.version, **fields})


@pytest.mark.parametrize("months", [6, 12, 24, 60])
def test_prolonged_in_one_click(client, row, months):
    """HAB-5: from today."""
    assert fin(client, row, duree=str(months)).status_code == 302
    row.refresh_from_db()
    assert row.fin == add_months(timezone.localdate(), months)


def test_to_a_date_longer_or_refused(client, row):
    today = timezone.localdate()
    assert fin(client, row, fin=str(today + timedelta(days=400))).status_code == 302
    row.refresh_from_db()
    assert row.fin == today + timedelta(days=400)
    for bad in ("", "2020-01-01", "2099-01-01", "31/02/2027"):
        answer = fin(client, row, fin=bad)
        assert answer.status_code == 422
    assert Habilitation.objects.get(pk=row.pk).fin == today + timedelta(days=400)


@pytest.mark.parametrize("typed", [{"duree": "6"}, {"fin": "a date"}])
def test_what_shortens_says_so_and_asks(client, row, typed):
    """HAB-5: a click on «6 mois» took four years off a right without a word."""
    today = timezone.localdate()
    present = add_months(today, 56)
    Habilitation.objects.filter(pk=row.pk).update(fin=present)
    wanted = add_months(today, 6)
    shown = client.get(f"{ADMIN}habilitations/{row.pk}/fin/").text
    assert shown.count("réduit de") == 3, "5 ans goes further"
    assert "réduit de 4\u00a0ans et 2\u00a0mois" in unescape(shown)
    asked = fin(client, row, **{name: str(wanted) if name == "fin" else "6" for name in typed})
    assert asked.status_code == 200
    assert "Réduire de 4\u00a0ans et 2\u00a0mois\u00a0?" in unescape(asked.text)
    assert Habilitation.objects.get(pk=row.pk).fin == present, "nothing yet"
    assert not Message.objects.exists()

    assert fin(client, row, fin=str(wanted), reduire="on").status_code == 302
    row.refresh_from_db()
    assert row.fin == wanted
    done = unescape(client.get(f"{ADMIN}comptes/{row.user_id}/").text)
    assert f"passe du {long_day(present)} au {long_day(wanted)}." in done
    assert "Annuler ce changement" in done


def test_one_to_come_counts_its_stretches_from_its_start(client, row):
    """HAB-5: «6 mois» of a right that begins in a month would else end before it has well begun."""
    today = timezone.localdate()
    start = today + timedelta(days=40)
    Habilitation.objects.filter(pk=row.pk).update(debut=start, fin=start)
    shown = unescape(client.get(f"{ADMIN}habilitations/{row.pk}/fin/").text)
    assert f"À partir du {long_day(start)}, premier jour" in shown
    assert f"jusqu’au {short_day(add_months(start, 6))}" in shown
    assert f"jusqu’au {short_day(add_months(today, 60))}" in shown, "five years from today at most"
    assert fin(client, row, duree="6").status_code == 302
    assert Habilitation.objects.get(pk=row.pk).fin == add_months(start, 6)


def test_a_grant_that_starts_later_counts_from_its_start(client, referent, etablissement, colleague):
    """HAB-1, HAB-5: each choice shows its date before the check page."""
    today = timezone.localdate()
    start, lieu = today + timedelta(days=40), [f"etablissement:{etablissement.pk}"]
    first = client.get(f"{ADMIN}comptes/attribuer/equipe_soignante/?compte={colleague.pk}").text
    assert f">{short_day(add_months(today, 12))}</span>" in first
    again = give(client, [colleague], lieu, debut=str(start), etape="modifier").text
    assert f">{short_day(add_months(start, 12))}</span>" in again
    assert f">{short_day(add_months(today, 60))}</span>" in again, "five years from today at most"
    assert give(client, [colleague], lieu, debut=str(start), duree="12").status_code == 302
    assert held(colleague).get().fin == add_months(start, 12)


def test_a_stale_page_shows_what_stands_now(client, row):
    """Two référents: the second sees the first one's date, and nothing is lost."""
    fin(client, row, duree="6")
    answer = fin(client, row, duree="60")
    assert answer.status_code == 409
    today = timezone.localdate()
    now, typed = (long_day(add_months(today, months)) for months in (6, 60))
    assert f"Fin\u00a0: {now}. Votre saisie\u00a0: {typed}." in unescape(answer.text)
    assert Habilitation.objects.get(pk=row.pk).fin == add_months(timezone.localdate(), 6)


def test_rights_are_seen_and_adjusted(client, row):
    """HAB-10, HAB-3."""
    path = f"{ADMIN}habilitations/{row.pk}/droits/"
    assert "Volet médical" in client.get(path).text
    fields = {
        field.html_name: {True: "on", False: ""}.get(value, value) if isinstance(value, bool) else value
        for field in client.get(path).context["form"]
        for value in [field.value()]
    }
    lowered = {**fields, "droit-sanitaire-tableau_demandeur": "anonyme"}
    assert client.post(path, lowered).status_code == 302
    assert row.droits.get().mode == "anonyme"
    other = {**lowered, "droit-sanitaire-tableau_demandeur": "lecture"}
    answer = client.post(path, other)  # a page read before
    assert answer.status_code == 409
    assert answer.context["differences"] == [("Tableau de bord demandeur (Sanitaire)", "anonyme", "lecture")]
    assert row.droits.get().mode == "anonyme"
    assert client.post(path, lowered).context["differences"] == []
    row.refresh_from_db()
    forged = {**fields, "version": row.version, "droit-sanitaire-tableau_demandeur": "repondre"}
    assert client.post(path, forged).status_code == 422


def test_the_sheet_leads_to_the_rights_of_each_habilitation(client, row):
    """HAB-10: one click on «Droits», on the account's sheet and in the revue."""
    for page in (f"{ADMIN}comptes/{row.user_id}/", f"{ADMIN}habilitations/revue/"):
        click = re.compile(
            rf'<a class="action" href="({ADMIN}habilitations/{row.pk}/droits/[^"]*)"[^>]*>Droits<'
        )
        link = click.search(client.get(page).text)
        shown = client.get(unescape(link[1])).text
        assert row.user.nom_complet in shown
        assert "Volet médical" in shown


def test_deleted_at_once(client, row):
    holder = sign_in(Client(), row.user)
    assert "Équipe soignante" in holder.get("/mes-droits/").text
    path = f"{ADMIN}habilitations/{row.pk}/supprimer/"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert "Équipe soignante" not in holder.get("/mes-droits/").text


def test_a_locked_or_disabled_account(client, referent, etablissement):
    """Locked: only the password door is closed. Disabled: nothing is given, nothing opens."""
    locked = HabilitationFactory(lieu=etablissement, user=UserFactory(locked_at=timezone.now())).user
    disabled = HabilitationFactory(lieu=etablissement, user=UserFactory(disabled_at=timezone.now())).user
    lieu = [f"etablissement:{etablissement.pk}"]
    assert give(client, [locked], lieu).status_code == 302
    assert give(client, [disabled], lieu).status_code == 422
    assert client.get(f"{ADMIN}comptes/{disabled.pk}/modifier/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_referents_change_the_same_end_at_once():
    """Real concurrency: one is told, the other is kept; never both, never neither."""
    etablissement = EtablissementFactory()
    row = HabilitationFactory(lieu=etablissement, profil="equipe_soignante")
    clients, months = [sign_in(Client(), referent_of(etablissement)) for _ in range(2)], ("6", "24")
    acts = [lambda one=one: fin(clients[one], row, duree=months[one]).status_code for one in range(2)]
    statuses = at_once(*acts)
    assert sorted(statuses) == [302, 409]
    winner = int(months[statuses.index(302)])
    assert Habilitation.objects.get(pk=row.pk).fin == add_months(timezone.localdate(), winner)


def test_what_was_changed_meanwhile_is_said_before_shortening_is_asked(client):
    row = HabilitationFactory(lieu=EtablissementFactory(), profil="equipe_soignante")
    sign_in(client, referent_of(row.etablissement))
    assert fin(client, row, duree="24").status_code == 302
    assert fin(client, row, duree="6").status_code == 409  # it sends the version read before
    assert Habilitation.objects.get(pk=row.pk).fin == add_months(timezone.localdate(), 24)
