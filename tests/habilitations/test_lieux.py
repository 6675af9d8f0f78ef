"""HAB-6, COM-8: a place is named with its établissement, in every letter, list and line of the journal."""

import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from annuaire.models import Guichet, Lieu
from courrier.models import Message
from habilitations import actions, emails
from habilitations.reads import search
from journal.models import Entry
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from tests.house.source import ROOT, modules

pytestmark = pytest.mark.django_db
FULL = "Chirurgie, CH de Saint-Aubin"


@pytest.fixture
def unite():
    return UniteFactory(nom="Chirurgie", etablissement=EtablissementFactory(nom="CH de Saint-Aubin"))


@pytest.fixture
def held(unite):
    return HabilitationFactory(lieu=unite)


def test_its_name_says_both(unite):
    above = unite.etablissement
    guichet = Guichet.objects.create(nom="Admissions", coordination=above.coordination, etablissement=above)
    assert str(Lieu.of(unite)) == FULL
    assert str(Lieu.of(guichet)) == "Admissions, CH de Saint-Aubin"
    assert str(Lieu.of(above)) == "CH de Saint-Aubin"
    assert [Lieu.of(one).name_inside for one in (unite, above)] == ["Chirurgie", "Tout l’établissement"]


def letters(held) -> dict:
    """Each letter that names a place, about a habilitation on a unit."""
    now, user, cle = timezone.now(), held.user, uuid.uuid4()
    was, done = {"fin": str(now.date())}, SimpleNamespace(ended=[held], cancelled=[])
    others = {"left": [], "orphans": [], "now": now}
    demande = SimpleNamespace(
        pk=1,
        user=user,
        asked_at=now,
        lieu=held.lieu,
        le_profil=held.le_profil,
        fin=held.fin,
        accorde=held,
        is_prolongation=False,
    )
    return {
        "granted": lambda: emails.granted(user, [held]),
        "departed": lambda: emails.departed(user, held.lieu, held.fin, done, changement=cle),
        "changed": lambda: emails.changed(user, [(held, was)], verb="moved", changement=cle),
        "undone": lambda: emails.undone(
            user, [held], made=False, changement=SimpleNamespace(cle=cle, at=now)
        ),
        "ending": lambda: emails.ending(user, [held], today=now.date()),
        "digest": lambda: emails.digest(user, [held], total=1, monday=now.date()),
        "referents_changed": lambda: emails.referents_changed(user, came=[held], **others),
        "demandes_waiting": lambda: emails.demandes_waiting(user, [demande]),
        "demande_habilitation_accepted": lambda: emails.demande_habilitation_accepted(
            demande, changement=None
        ),
        "demande_habilitation_refused": lambda: emails.demande_habilitation_refused(demande, changement=None),
    }


def test_every_letter_names_the_unit_and_its_etablissement(held):
    silent = []
    for name, post in letters(held).items():
        post()
        if FULL not in Message.objects.latest("pk").text:
            silent.append(name)
    assert silent == []


def test_the_journal_too(held):
    assert Entry.objects.count() == 0
    referent = as_professionnel(referent_of(held.etablissement))
    actions.revoke(held, now=timezone.now(), by=referent)
    assert Entry.objects.get(event="habilitation.revoked").data["lieu"] == FULL


# A unit or a guichet by its own name, in a template or in a text of the code.
ALONE = re.compile(r"\{\{[^}]*\b(?:unite|guichet)\b[^}]*\}\}|\blieu\.nom\b")
ALONE_IN_CODE = re.compile(r"\{[\w.]*\b(?:unite|guichet)\}|\bstr\([\w.]*(?:unite|guichet)\)|\blieu\.nom\b")
BESIDE = {  # its établissement stands beside it
    "templates/habilitations/revue_row.html",
    "habilitations/reads/entete.py",
    "templates/habilitations/imports/lines.html",
    "habilitations/imports/annuaire.py",
    "templates/annuaire/edit_guichet.html",
    "templates/annuaire/etablissement_public.html",
    "templates/annuaire/fermetures.html",
    "templates/annuaire/guichet.html",
    "templates/annuaire/guichets.html",
    "templates/annuaire/rapprochement.html",
    "templates/annuaire/territoire.html",
    "templates/demandes/unites.html",
}
# There a unit is a figure's: hours, demandes.
OF_FIGURES = {"templates/observatoire/chiffres.html", "templates/observatoire/dictionnaire.html"}


def test_nobody_names_a_unit_alone():
    """One home for the way a place is named: `str(lieu)`."""
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    found = {str(path.relative_to(ROOT)) for path in pages if ALONE.search(path.read_text())}
    found |= {one.path for one in modules() if ALONE_IN_CODE.search((ROOT / one.path).read_text())}
    assert found - OF_FIGURES == BESIDE


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [
        ("{{ habilitation.unite }}", True),
        ("{{ row.unite.nom }}", True),
        ("{{ row.lieu.nom }}", True),
        ("{{ row.lieu }}", False),
        ("{% for unite in unites %}", False),
    ],
)
def test_a_unit_alone_is_recognised(text, is_alone):
    assert bool(ALONE.search(text)) is is_alone


def test_a_search_names_places_of_the_perimeter_only(unite):
    """COM-2, COM-8: elsewhere is said, and not named; near misses: nothing elsewhere, nothing here."""
    referent = referent_of(unite.etablissement)
    both, here, there, nowhere = (UserFactory(nom="Garri", prenom=one) for one in "ABCD")
    later = timezone.localdate() + timedelta(days=900)
    elsewhere = EtablissementFactory(nom="CH de Valmont")
    HabilitationFactory(user=both, lieu=unite)
    HabilitationFactory(user=both, lieu=elsewhere, fin=later)
    HabilitationFactory(user=here, lieu=unite.etablissement)
    HabilitationFactory(user=there, lieu=elsewhere)
    actor, today = as_professionnel(referent), timezone.localdate()
    found = search.hits(actor, search.find(actor, nom="garri", today=today).ids, today=today)
    assert {hit.user: (hit.structures, hit.elsewhere) for hit in found} == {
        both: (["CH de Saint-Aubin"], True),
        here: (["CH de Saint-Aubin"], False),
        there: ([], True),
        nowhere: ([], False),
    }
