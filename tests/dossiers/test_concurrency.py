"""Real concurrency on PostgreSQL: a double click is one dossier, two writers one change and one refusal."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.utils import timezone

from dossiers import actions, timbres
from dossiers.models import Brouillon, Dossier, PieceJointe
from journal.models import Entry
from tests.annuaire import territoires
from tests.concurrency import at_once
from tests.core.files import samples
from tests.dossiers.factories import MEDICAL_REMPLI, DossierFactory, join, volet_of, write
from tests.factories import MedecinFactory, ProfessionnelFactory, as_medecin
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.files.content import Kind
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db(transaction=True)


def creating(medecin, cle, nom="Garricou"):
    def act():
        return actions.create(
            orientation=Orientation.SANITAIRE,
            nom=nom,
            prenom="Michel",
            date_naissance=date(1957, 2, 18),
            cle=cle,
            by=as_medecin(medecin),
        )

    return act


def test_a_double_click_on_create():
    """Six clicks while the first has not committed: one dossier, its volets, one line; all are shown it."""
    medecin = MedecinFactory()
    ProfessionnelFactory(idnat=medecin.login)
    answers = at_once(*[creating(medecin, uuid.uuid4())] * 6)
    dossier = Dossier.objects.get()
    assert answers == [dossier] * 6
    assert (dossier.volets.count(), Entry.objects.count()) == (6, 1)


def test_one_key_and_two_patients_at_once():
    """Not a double click: one is created, the other one is told that the page has served."""
    medecin, cle = MedecinFactory(), uuid.uuid4()
    answers = at_once(creating(medecin, cle), creating(medecin, cle, nom="Villedary"))
    created = [answer for answer in answers if isinstance(answer, Dossier)]
    assert len(created) == Dossier.objects.count() == 1
    assert sum(isinstance(answer, ValidationError) for answer in answers) == 1


def test_two_people_save_at_once():
    medecin = MedecinFactory()
    volet = volet_of(DossierFactory(auteur=medecin))
    acts = [
        lambda caisse=caisse: write(volet, caisse=caisse, version=1, by=as_medecin(medecin))
        for caisse in ("Vit seule.", "Vit avec sa fille.")
    ]
    answers = at_once(*acts)
    stale = [answer for answer in answers if isinstance(answer, Stale)]
    assert len(stale) == 1
    assert stale[0].fresh.values == volet_of(volet.dossier).values
    assert Entry.objects.filter(event="volet.updated").count() == 1


def joining(volet, cle):
    return lambda: actions.add_piece(
        volet,
        nom="radio.png",
        kind=Kind.PNG,
        raw=samples.png(),
        cle=cle,
        now=timezone.now(),
        by=as_medecin(volet.dossier.auteur),
    )


def test_a_double_click_on_joining_a_file():
    """DOS-3: one pièce and one line; the others' files are not left in the storage."""
    volet = volet_of(DossierFactory())
    storage = storages["pieces"]
    before = files_in(storage)
    answers = at_once(*[joining(volet, uuid.uuid4())] * 4)
    assert len({piece.pk for piece in answers}) == 1
    assert files_in(storage) - before == {PieceJointe.objects.get().stored_as}
    assert Entry.objects.filter(event="piece.added").count() == 1


def test_four_people_join_the_last_two_files(settings):
    """DOS-3: a dossier has so many at most, whoever comes at once."""
    settings.PIECES_A_DOSSIER = 2
    volet = volet_of(DossierFactory())
    answers = at_once(*[joining(volet, uuid.uuid4()) for _ in range(4)])
    assert sum(isinstance(answer, PieceJointe) for answer in answers) == PieceJointe.objects.count() == 2
    assert all("déjà 2 pièces" in str(answer) for answer in answers if isinstance(answer, ValidationError))


def test_a_verdict_and_a_withdrawal_at_once():
    """DOS-3: neither undoes the other."""
    volet = volet_of(DossierFactory())
    piece = join(volet, etat="analyse")
    at_once(
        lambda: actions.analyse_piece(piece, by=Actor.system("antivirus")),
        lambda: actions.hide_piece(piece, now=timezone.now(), by=as_medecin(volet.dossier.auteur)),
    )
    piece.refresh_from_db()
    assert (piece.etat, bool(piece.hidden_at)) == ("acceptee", True)


def files_in(storage) -> set[str]:
    folders, _ = storage.listdir("") if storage.exists("") else ([], [])
    return {f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1]}


def test_two_people_save_two_volets_at_once():
    """DOS-3: they wait for each other, and nobody is refused."""
    territoires.some("35238")
    medecin = MedecinFactory()
    dossier = DossierFactory(auteur=medecin)
    medical, administratif = volet_of(dossier, "medical"), volet_of(dossier)
    answers = at_once(
        lambda: write(medical, version=1, by=as_medecin(medecin), valider=True, **MEDICAL_REMPLI),
        lambda: write(administratif, version=1, by=as_medecin(medecin), code_postal="35000"),
    )
    assert [answer.version for answer in answers] == [2, 2]
    dossier.refresh_from_db()
    assert dossier.departement == "35"


def test_validating_while_the_identity_changes():
    """Whoever comes first: what is validated was read with the identity that stands."""
    medecin = MedecinFactory()
    dossier = DossierFactory(auteur=medecin)
    volet, by = volet_of(dossier, "medical"), as_medecin(medecin)
    write(volet, by=by, valider=True, **MEDICAL_REMPLI)
    validated, changed = at_once(
        lambda: write(volet, version=2, by=by, valider=True, **MEDICAL_REMPLI),
        lambda: actions.edit_identite(dossier, version=1, now=timezone.now(), nom="Villedary", by=by),
    )
    volet.refresh_from_db()
    assert volet.etat == "a_revalider"
    assert [one.pk for one in changed] == [volet.pk]
    assert isinstance(validated, Stale) or validated.version == 2


def test_a_double_click_on_validate():
    medecin = MedecinFactory()
    volet = volet_of(DossierFactory(auteur=medecin), "medical")
    acts = [lambda: write(volet, version=1, by=as_medecin(medecin), valider=True, **MEDICAL_REMPLI)] * 4
    assert [answer.pk for answer in at_once(*acts)] == [volet.pk] * 4
    assert Entry.objects.filter(event="volet.validated").count() == 1


def test_the_same_stamp_sent_several_times_at_once_is_kept_once():
    medecin = MedecinFactory()
    volet, now = volet_of(DossierFactory(auteur=medecin)), timezone.now()
    timbre = timbres.stamp(medecin.pk, volet.pk, now=now)
    acts = [
        lambda n=n: actions.keep_typed(
            timbre=timbre, typed={"caisse": [str(n)]}, now=now, by=Actor.anonymous("127.0.0.1")
        )
        for n in range(4)
    ]
    assert at_once(*acts) == [volet] * 4
    assert Brouillon.objects.count() == 1
