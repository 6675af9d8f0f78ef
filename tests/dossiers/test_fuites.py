"""Nobody learns who a patient is beyond his mode; the walk fails when a page is broken (DOS-4)."""

import os
import random

import pytest
from django.db.models import F

import demandes.policies
from demandes.alertes import DES_DEMANDES, Annonce, Evenement
from demandes.etats import Cote, Verbe
from demandes.reads import fil
from demandes.reads.tableaux import lignes as tableaux
from dossiers import perimetres, policies
from dossiers.models import Dossier
from dossiers.reads import doublons, historiques, impressions, lignes, listes
from habilitations import profils
from tests.demandes.factories import tick
from tests.dossiers.factories import lend, professionnel
from tests.dossiers.fuites import CANARIES, ELSEWHERE, Monde, leaks
from tests.factories import MedecinFactory, UserFactory, referent_of, sign_in

pytestmark = pytest.mark.django_db
BLIND = {"tableau_demandeur": "anonyme"}
RECEIVES = {"tableau_receveur": "anonyme"}
# Each profile that may see dossiers without names: where, with which choices, how many dossiers.
WITHOUT_NAMES = [
    (profils.PRESCRIPTEUR_MEDICAL, "ici", BLIND | {"grand_age__tableau_demandeur": "anonyme"}, 4),
    (profils.EQUIPE_SOIGNANTE, "etablissement", BLIND, 4),
    (profils.ADRESSEUR_TND, "ici", BLIND, 1),
    (profils.ACCOMPAGNANT, "coordination", BLIND, 1),
    (profils.RESPONSABLE_ADMISSIONS, "receveur", RECEIVES, 1),
    (profils.RESPONSABLE_ADMISSIONS, "guichet", RECEIVES, 1),
    (profils.RESPONSABLE_ADMISSIONS_GA, "receveur", RECEIVES, 1),
    (profils.PCO_SECRETARIAT, "pco", RECEIVES, 1),
    (profils.REGULATEUR, "etablissement", {"tableau_regulateur": "anonyme"}, 1),
    (profils.REGULATEUR_GA, "coordination", {}, 1),
]
# Each that receives, with names.
WITH_NAMES = [
    (profils.RESPONSABLE_ADMISSIONS, "receveur"),
    (profils.RESPONSABLE_ADMISSIONS, "guichet"),
    (profils.RESPONSABLE_ADMISSIONS_GA, "receveur"),
    (profils.MEDECIN_COORDONNATEUR, "receveur"),
    (profils.PCO_MEDECIN, "pco"),
    (profils.PCO_GESTIONNAIRE, "pco"),
    (profils.PCO_SECRETARIAT, "pco"),
]
SAMPLE_NAMED = (profils.MEDECIN_COORDONNATEUR,)
SAMPLE = (profils.ACCOMPAGNANT, profils.RESPONSABLE_ADMISSIONS, profils.REGULATEUR)
STRANGERS = ("référent", "médecin", "assistant", "support", "nobody")
PROOFS = [pytest.mark.proofs]
SEED = int(os.environ.get("SEED") or 10)


@pytest.fixture
def monde(db):
    monde = Monde()
    monde.pco = monde.receveur.etablissement
    return monde


def _named(value) -> str:
    return getattr(value, "code", None) or getattr(value, "__name__", None) or str(value)


def sampled(rows, sample):
    """`make test` sends some of them, `make proofs` all."""
    return [
        pytest.param(*row, id="-".join(map(_named, row[:2])), marks=[] if row[0] in sample else PROOFS)
        for row in rows
    ]


def drawn(rows, count) -> list:
    """By SEED, others each time that it changes."""
    return [one for one, *_ in random.Random(SEED).sample(rows, count)]


@pytest.mark.parametrize(("profil", "place", "modes", "count"), sampled(WITHOUT_NAMES, SAMPLE))
def test_who_sees_dossiers_without_names_learns_none(client, monde, profil, place, modes, count):
    actor = professionnel(profil, getattr(monde, place), **modes)
    tick(actor)
    assert Dossier.objects.visible_to(actor).count() == count
    sign_in(client, actor.user)
    canaries = CANARIES + ELSEWHERE if modes == RECEIVES else CANARIES
    assert leaks(client, monde, canaries) == set()


@pytest.mark.parametrize(("profil", "place"), sampled(WITH_NAMES, SAMPLE_NAMED))
def test_who_receives_learns_nothing_of_another_unit(client, monde, profil, place):
    """Whatever he knows of the patient."""
    actor = professionnel(profil, getattr(monde, place))
    tick(actor)
    assert Dossier.objects.named_to(actor).count() == 1
    sign_in(client, actor.user)
    assert leaks(client, monde, ELSEWHERE) == set()


def test_who_sees_some_with_names_and_some_without(client, monde):
    sign_in(client, monde.blind())
    assert leaks(client, monde) == set()


@pytest.mark.parametrize("who", sampled([(one,) for one in STRANGERS], ("référent",)))
def test_who_sees_none_of_them(client, monde, who):
    medecin = MedecinFactory()
    lent = lend(medecin)
    user = {
        "référent": referent_of(monde.etablissement),
        "médecin": medecin,
        "assistant": lent.delegataire,
        "support": UserFactory(is_staff=True),
        "nobody": UserFactory(),
    }[who]
    sign_in(client, user, acting=lent if who == "assistant" else None)
    colleagues = {"ecrivaincanari"} if who == "référent" else set()  # whose accounts he manages
    assert leaks(client, monde) - colleagues == set()


def in_the_list(monkeypatch):
    """The mask lets the value through."""
    monkeypatch.setattr(lignes, "_masked", lambda value, wholes, *, named: value)


def in_the_sort(monkeypatch):
    """Rows are hidden, and sorted by what they hide."""
    real = lignes.ordered

    def by_name(rows, sort):
        return rows.order_by(F("nom_cle").asc()) if sort == "nom" else real(rows, sort)

    monkeypatch.setattr(listes, "ordered", by_name)


def in_the_search(monkeypatch):
    of_all = perimetres._seeing
    monkeypatch.setattr(perimetres, "_seeing", lambda actor, **known: of_all(actor))
    monkeypatch.setattr(type(Dossier.objects.all()), "named_to", lambda rows, actor: rows.visible_to(actor))


def in_the_file_name(monkeypatch):
    monkeypatch.setattr(policies, "read_piece", lambda actor, dossier, kind: actor)


def in_the_history(monkeypatch):
    monkeypatch.setattr(historiques, "names_shown", lambda actor, dossier: True)


def on_paper(monkeypatch):
    """The page to be printed says what the page of the volet does not."""
    monkeypatch.setattr(impressions, "shown", lambda volet, mode: volet.values)


def in_the_dashboard(monkeypatch):
    monkeypatch.setattr(tableaux, "nominatives", lambda rows, *known, **more: {one.pk for one in rows})


def in_who_opened_it(monkeypatch):
    real = tableaux._opened
    monkeypatch.setattr(tableaux, "_opened", lambda one, now, *, named: real(one, now, named=True))


def in_the_steps_of_a_demande(monkeypatch):
    real = fil.pas
    monkeypatch.setattr(fil, "pas", lambda vue, *, named: real(vue, named=True))


def in_a_letter(monkeypatch):
    told = Annonce(Cote.RECEVEUR, Evenement.RECUE, "Pour Oscarine")
    monkeypatch.setitem(DES_DEMANDES, Verbe.ENVOYER, (told,))


def in_whom_else_it_was_asked(monkeypatch):
    monkeypatch.setattr(demandes.policies, "look", lambda actor, dossier: None)


def in_the_duplicate_warning(monkeypatch):
    real = doublons.of

    def of(actor, traits, *, but):
        known = real(actor, traits, but=but)
        same = Dossier.objects.visible_to(actor).filter(date_naissance=traits.date_naissance)
        return known._replace(seen=list(same))

    monkeypatch.setattr(doublons, "of", of)


BROKEN = [
    (in_the_list, "zephyrin"),
    (in_the_sort, "order by nom"),
    (in_the_search, "search by name"),
    (in_the_file_name, "fichiercanari"),
    (in_the_history, "ecrivaincanari"),
    (on_paper, "textecanari"),
    (in_the_duplicate_warning, "duplicate warning"),
]


@pytest.mark.parametrize(("breaking", "found"), sampled(BROKEN, drawn(BROKEN, 2)))
def test_the_walk_sees_a_page_that_is_broken(client, monde, monkeypatch, breaking, found):
    sign_in(client, monde.blind())
    breaking(monkeypatch)
    assert found in leaks(client, monde)


OF_WHO_RECEIVES = [
    (in_the_dashboard, "zephyrin"),
    (in_who_opened_it, "ecrivaincanari"),
    (in_the_steps_of_a_demande, "textecanari"),
    (in_a_letter, "oscarine"),
    (in_whom_else_it_was_asked, "autrecanari"),
]


@pytest.mark.parametrize(("breaking", "found"), sampled(OF_WHO_RECEIVES, drawn(OF_WHO_RECEIVES, 1)))
def test_the_walk_sees_a_page_of_who_receives_that_is_broken(client, monde, monkeypatch, breaking, found):
    actor = professionnel(profils.RESPONSABLE_ADMISSIONS, monde.receveur, **RECEIVES)
    tick(actor)
    sign_in(client, actor.user)
    breaking(monkeypatch)
    assert found in leaks(client, monde, CANARIES + ELSEWHERE)


@pytest.mark.proofs
def test_the_page_of_a_dossier_has_two_guards(client, monde, monkeypatch):
    """What is read is forgotten, and what is shown asks the mode again."""
    sign_in(client, monde.blind())
    monkeypatch.setattr(Dossier, "forget_names", lambda dossier: None)
    assert leaks(client, monde) == set()
