"""Offers joined to units by a person, undone; synchronisation entered and left (ANN-1, ANN-2)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from annuaire import actions, policies
from annuaire.models import Modification, Offre, Rapprochement, SiteRor, Synchronisation, Unite
from annuaire.reads import fiches as reads
from annuaire.reads import rapprochements
from journal.models import Entry
from tests.annuaire.fiches import fill, nomenclatures
from tests.annuaire.ror_resources import FINESS, OTHER, eg, ej, hospital, lieu, offre
from tests.annuaire.test_ror_sync import NOW, activate, sync
from tests.concurrency import at_once
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
Suite = Rapprochement.Suite
OF_THE_UNIT = {
    "nom": "SMR gériatrique",
    "nature": "smr",
    "mode": "28",
    "activites": ["TRE_R211:001"],
    "ressources": ["RESSOURCES:A1"],
    "age_min": 70,
}


@pytest.fixture
def hopital():
    """Two units, two offers: the first ones are the same."""
    nomenclatures()
    etablissement = EtablissementFactory(finess=FINESS, nom="CH d’Arvigne")
    fill(
        UniteFactory(etablissement=etablissement, nom="SMR gériatrique"),
        {**OF_THE_UNIT, "code_interne": "S1"},
    )
    UniteFactory(etablissement=etablissement, nom="Accueil")
    sync(*hospital(offre(lits=20), lieu(lits=20), offre("99/002", nom="HAD du Val")))
    etablissement.refresh_from_db()
    return etablissement


@pytest.fixture
def referent(hopital):
    return referent_of(hopital)


def by(user):
    return as_professionnel(user)


def named(nom):
    return Unite.objects.get(nom=nom)


def of(cle):
    return Offre.objects.get(cle=cle)


def decide(etablissement, *choix, user, now=NOW):
    told = [actions.Choix(*one) for one in choix]
    return actions.reconcile(etablissement, choix=told, now=now, by=by(user))


def all_decided(etablissement, user):
    return decide(
        etablissement,
        (Suite.JOINTE, of("99/001"), named("SMR gériatrique")),
        (Suite.ECARTEE, of("99/002"), None),
        (Suite.HORS_ROR, None, named("Accueil")),
        user=user,
    )


# --- Who may -------------------------------------------------------------------------------------


def test_who_answers_for_the_etablissement_decides():
    """ANN-1: référents of the structure, its coordination, its région; nobody of another."""
    here, other = EtablissementFactory(finess=FINESS), EtablissementFactory(finess=OTHER)
    unite = UniteFactory(etablissement=here)
    places = {
        "structure": here,
        "coordination": here.coordination,
        "région": here.coordination.region,
        "unit": unite,
        "another structure": other,
        "another coordination": CoordinationFactory(),
    }
    people = {name: as_professionnel(referent_of(place)) for name, place in places.items()}
    people["prescripteur"] = as_professionnel(HabilitationFactory(lieu=here).user)
    may = {}
    for name, actor in people.items():
        try:
            policies.reconcile(actor, here)
            may[name] = True
        except Denied:
            may[name] = False
    assert may == {
        "structure": True,
        "coordination": True,
        "région": True,
        "unit": False,
        "another structure": False,
        "another coordination": False,
        "prescripteur": False,
    }


# --- Decisions -----------------------------------------------------------------------------------


def test_the_states_follow_what_is_decided(hopital, referent):
    assert hopital.synchronisation == Synchronisation.A_RAPPROCHER
    decide(hopital, (Suite.JOINTE, of("99/001"), named("SMR gériatrique")), user=referent)
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.A_RAPPROCHER
    decide(
        hopital,
        (Suite.NOUVELLE, of("99/002"), None),
        (Suite.HORS_ROR, None, named("Accueil")),
        user=referent,
    )
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.RAPPROCHE
    assert named("HAD du Val").cle_offre == "99/002"
    assert Entry.objects.filter(event="rapprochement.decided", user=referent).count() == 3


def test_joining_writes_nothing_else_before_the_synchronisation_is_entered(hopital, referent):
    before = reads.values(named("SMR gériatrique"))
    all_decided(hopital, referent)
    assert reads.values(named("SMR gériatrique")) == before | {"cle_offre": "99/001"}


def test_a_decision_is_taken_once(hopital, referent):
    decide(hopital, (Suite.JOINTE, of("99/001"), named("SMR gériatrique")), user=referent)
    for choix in (
        (Suite.ECARTEE, of("99/001"), None),
        (Suite.JOINTE, of("99/002"), named("SMR gériatrique")),
        (Suite.HORS_ROR, None, named("SMR gériatrique")),
    ):
        with pytest.raises(ValidationError):
            decide(hopital, choix, user=referent)
    assert Rapprochement.objects.count() == 1


def test_nothing_of_another_etablissement_is_joined(hopital, referent):
    other = UniteFactory(etablissement=EtablissementFactory(finess=OTHER), nom="Ailleurs")
    sync(*hospital(offre(lits=20), lieu(lits=20), offre("99/002")), eg(OTHER), offre("99/009", OTHER))
    for choix in ((Suite.JOINTE, of("99/001"), other), (Suite.JOINTE, of("99/009"), named("Accueil"))):
        with pytest.raises(ValidationError):
            decide(hopital, choix, user=referent)
    assert not Rapprochement.objects.exists()


def test_all_answers_of_a_page_or_none(hopital, referent):
    with pytest.raises(ValidationError):
        decide(
            hopital,
            (Suite.JOINTE, of("99/001"), named("SMR gériatrique")),
            (Suite.JOINTE, of("99/002"), named("SMR gériatrique")),
            user=referent,
        )
    assert not Rapprochement.objects.exists()


def test_two_people_at_once_join_one_offer_once(transactional_db):
    hopital = EtablissementFactory(finess=FINESS)
    first, second = (UniteFactory(etablissement=hopital, nom=f"Unité {n}") for n in "12")
    sync(*hospital(offre()))
    people = [as_professionnel(referent_of(hopital)) for _ in "12"]
    one = Offre.objects.get()

    def join(actor, unite):
        choix = [actions.Choix(Suite.JOINTE, one, unite)]
        return lambda: actions.reconcile(hopital, choix=choix, now=NOW, by=actor)

    answers = at_once(join(people[0], first), join(people[1], second))
    assert sorted(isinstance(one, ValidationError) for one in answers) == [False, True]
    assert Rapprochement.objects.standing().count() == 1


# --- Entering, leaving ---------------------------------------------------------------------------


def test_what_will_change_is_shown_then_is_what_changes(hopital, referent):
    all_decided(hopital, referent)
    hopital.refresh_from_db()
    site, joined = SiteRor.objects.get(), list(rapprochements.joined(hopital))
    shown = {
        (one.structure.nom, donnee.code)
        for one in rapprochements.changes(site, hopital, joined)
        for donnee, _, _ in one.champs
    }
    before = Modification.objects.count()
    count = activate(hopital, by=by(referent))
    rows = Modification.objects.order_by("pk")[before:]
    assert len(shown) == count == len(rows)
    names = {one.pk: one.nom for one in Unite.objects.all()}
    assert {code for _, code in shown} == {one.champ for one in rows}
    assert {one.origine for one in rows} == {"ror"}
    assert names[named("SMR gériatrique").pk] == "SMR gériatrique"


def test_entering_greys_what_the_ror_feeds_and_keeps_the_former_values(hopital, referent):
    all_decided(hopital, referent)
    activate(hopital, by=by(referent))
    hopital.refresh_from_db()
    assert (hopital.synchronisation, hopital.nom) == (Synchronisation.ACTIVE, "Centre hospitalier d’Arvigne")
    assert Modification.objects.get(etablissement=hopital, champ="nom").avant == "CH d’Arvigne"
    unite = named("SMR gériatrique")
    with pytest.raises(Denied):
        actions.modify(unite, values={"nom": "Forgé"}, version=unite.version, now=NOW, by=by(referent))
    actions.modify(unite, values={"code_interne": "S2"}, version=unite.version, now=NOW, by=by(referent))


def test_a_unit_that_is_not_in_the_ror_stays_open(hopital, referent):
    """ANN-2: not synchronised, all of it is edited here."""
    all_decided(hopital, referent)
    activate(hopital, by=by(referent))
    unite = named("Accueil")
    actions.modify(unite, values={"nom": "Accueil central"}, version=unite.version, now=NOW, by=by(referent))
    assert named("Accueil central").origine("nom") == "local"


def test_entering_waits_until_all_is_decided(hopital, referent):
    with pytest.raises(ValidationError, match="à rapprocher"):
        activate(hopital, by=by(referent))


def test_entering_asks_again_when_something_else_would_change(hopital, referent):
    all_decided(hopital, referent)
    hopital.refresh_from_db()
    site, joined = SiteRor.objects.get(), list(rapprochements.joined(hopital))
    seen = rapprochements.seen(site, hopital, joined)
    sync(*hospital(offre(nom="Autre", lits=20), lieu(lits=20), offre("99/002", nom="HAD du Val")))
    with pytest.raises(Stale):
        actions.enter_ror(hopital, seen=seen, now=NOW, by=by(referent))


def test_leaving_keeps_the_last_values_open_to_edition(hopital, referent):
    all_decided(hopital, referent)
    activate(hopital, by=by(referent))
    before = reads.values(named("SMR gériatrique"))
    actions.leave_ror(hopital, now=NOW, by=by(referent))
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.RAPPROCHE
    unite = named("SMR gériatrique")
    assert reads.values(unite) == before
    actions.modify(unite, values={"nom": "Le nôtre"}, version=unite.version, now=NOW, by=by(referent))
    sync(*hospital(offre(nom="Du ROR", lits=20), lieu(lits=20), offre("99/002", nom="HAD du Val")))
    assert named("Le nôtre").cle_offre == "99/001"
    activate(hopital, by=by(referent))
    assert not Unite.objects.filter(nom="Le nôtre").exists()


def test_a_new_offer_of_a_synchronised_etablissement_is_fed_once_it_is_joined(hopital, referent):
    all_decided(hopital, referent)
    activate(hopital, by=by(referent))
    sync(
        *hospital(
            offre(lits=20), lieu(lits=20), offre("99/002", nom="HAD du Val"), offre("99/003", nom="SMR B")
        )
    )
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.ACTIVE
    decide(hopital, (Suite.NOUVELLE, of("99/003"), None), user=referent)
    assert reads.values(named("SMR B"))["mode"] == "28"


# --- Undone --------------------------------------------------------------------------------------


def test_undone_within_thirty_days_the_former_values_are_back(hopital, referent):
    unite = named("SMR gériatrique")
    before, origins = reads.values(unite), dict(unite.origines)
    joined, *_ = all_decided(hopital, referent)
    activate(hopital, by=by(referent))
    assert reads.values(named("SMR gériatrique")) != before
    unite.refresh_from_db()
    own = {"code_interne": "Après"}
    actions.modify(unite, values=own, version=unite.version, now=NOW, by=by(referent))
    later = NOW + timedelta(days=29)
    actions.undo_rapprochement(joined, now=later, by=by(referent))
    actions.undo_rapprochement(joined, now=later, by=by(referent))
    unite.refresh_from_db()
    assert reads.values(unite) == before | own
    assert {code: unite.origine(code) for code in origins} == {code: one[0] for code, one in origins.items()}
    assert Entry.objects.filter(event="rapprochement.undone").count() == 1
    assert rapprochements.undecided_offres(SiteRor.objects.get()).count() == 1


def test_after_thirty_days_a_decision_stands(hopital, referent):
    joined, *_ = all_decided(hopital, referent)
    with pytest.raises(ValidationError, match="trente jours"):
        actions.undo_rapprochement(joined, now=NOW + timedelta(days=31), by=by(referent))
    assert Rapprochement.objects.standing().count() == 3


# --- Pages ---------------------------------------------------------------------------------------


def page(name, etablissement, *more):
    return reverse(f"annuaire:{name}", args=[etablissement.pk, *more])


def test_a_referent_matches_activates_and_leaves(client, hopital, referent):
    sign_in(client, referent)
    shown = client.get(page("rapprochement", hopital))
    first = shown.context["form"].lignes[1]
    assert (first[0].offre.cle, first[1].value()) == ("99/001", named("SMR gériatrique").pk)
    assert "même nom" in shown.text
    sent = {
        f"offre-{of('99/001').pk}": named("SMR gériatrique").pk,
        f"offre-{of('99/002').pk}": "ecartee",
        f"unite-{named('Accueil').pk}": "hors_ror",
    }
    assert client.post(page("rapprochement", hopital), sent).status_code == 302
    assert "Tout est rapproché" in client.get(page("rapprochement", hopital)).text
    activation = client.get(page("activation", hopital))
    assert "Ce qui va changer" in activation.text
    assert client.post(page("activation", hopital), {"seen": "nothing"}).status_code == 409
    assert client.post(page("activation", hopital), {"seen": activation.context["seen"]}).status_code == 302
    assert "Mise à jour de l’offre active" in client.get(page("synchronisation", hopital)).text
    assert client.post(page("desactivation", hopital)).status_code == 302
    hopital.refresh_from_db()
    assert hopital.synchronisation == Synchronisation.RAPPROCHE
    one = Rapprochement.objects.filter(offre__cle="99/001").get()
    assert client.post(page("rapprochement_undo", hopital, one.pk)).status_code == 302
    one.refresh_from_db()
    assert one.defait_par == referent


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (dict, "Répondez au moins"),
        (
            lambda: dict.fromkeys([f"offre-{one.pk}" for one in Offre.objects.all()], named("Accueil").pk),
            "ne répond qu’à une offre",
        ),
        (
            lambda: {
                f"offre-{of('99/001').pk}": named("Accueil").pk,
                f"unite-{named('Accueil').pk}": "hors_ror",
            },
            "Cette unité est choisie",
        ),
        (lambda: {f"offre-{of('99/001').pk}": "999999"}, "rouvrez la page"),
    ],
)
def test_answers_that_do_not_go_together_are_refused_where_they_stand(client, hopital, referent, sent, told):
    sign_in(client, referent)
    answer = client.post(page("rapprochement", hopital), sent())
    assert answer.status_code == 422
    assert told in answer.text
    assert not Rapprochement.objects.exists()


def test_the_tab_names_the_operator_and_what_awaits(client, hopital, referent):
    region = hopital.coordination.region
    region.operateur = "Opérateur de l’Orbe"
    region.save()
    sign_in(client, referent)
    text = client.get(page("synchronisation", hopital)).text
    for told in ("Opérateur de l’Orbe", "4 réponses attendues", "Rapprochement à faire"):
        assert told in text


def test_an_etablissement_that_the_ror_does_not_describe_has_no_such_page(client):
    here = EtablissementFactory()
    sign_in(client, referent_of(here))
    assert client.get(page("rapprochement", here)).status_code == 404


def test_an_entite_juridique_alone_is_no_etablissement(hopital):
    sync(ej("7"), *hospital(offre(lits=20), lieu(lits=20), offre("99/002", nom="HAD du Val")))
    assert SiteRor.objects.count() == 1
