"""Two hundred dossiers of invented patients, of all kinds and states, made by the product's own actions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone
from fpdf import FPDF

import delegations.rights
import dossiers.actions
import habilitations.rights
from accounts.models import User
from annuaire.models import Lieu
from demandes.models import Fait
from dossiers import policies, volets
from dossiers.models import Dossier, Motif, Statut, Volet
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Orientation
from viatraj.core.files.content import Kind
from viatraj.core.policies import can
from viatraj.demo import reponses
from viatraj.demo.people import NEWCOMER, PEOPLE

MANY = 200
SPACE = uuid.UUID("5a1f0c52-6f0b-4a63-9d0e-6a0f6f1d2c11")
SANITAIRE, GRAND_AGE, TND = Orientation.SANITAIRE, Orientation.GRAND_AGE, Orientation.TND
# Names that need care: particles, apostrophes, hyphens, marks, very short, very long.
NOMS = (
    *("Garricou", "Villedary", "Marchandeau", "Beaufilet", "Courbaisse", "Tournesac", "Pélissou"),
    *("D’Alméras", "de La Tour-Sévignac", "Van der Meulen", "O’Sullivan", "Ben Haddou", "Lê", "Ngô"),
    *("Müllner", "Łukasik", "Saint-Amour", "Castelnau de Montferrand-Lauragais", "Iñarra", "Çelebi"),
)
PRENOMS = {
    "F": ("Nadège", "Odette", "Lucienne", "Marie-Ange", "Zoé", "Anaïs", "Élise", "Maëlys", "Thérèse"),
    "M": ("Michel", "René", "Jean-Baptiste", "Léo", "Noé", "Anatole", "Gaël", "Côme", "Félicien"),
}
YEARS = {GRAND_AGE: (68, 97), SANITAIRE: (19, 93), TND: (1, 5)}  # of age
STATES = ("vide", "commence", "rempli", "complet", "complet", "a_revalider", "suspendu", "annule")


@dataclass(frozen=True)
class Auteur:
    """Who writes dossiers, and where they are asked; nowhere in a médecin's own space."""

    login: str
    orientation: Orientation
    lieu: str = ""


IDNATS = {one.login: one.idnat for one in PEOPLE if one.idnat}
MEDECINS = tuple(one.login for one in PEOPLE if one.idnat and one.has_used_card)
AUTEURS = (
    *(Auteur(login, orientation) for login in MEDECINS[:2] for orientation in (GRAND_AGE, SANITAIRE, TND)),
    Auteur("carnaud", SANITAIRE, "ch-saint-aubin/Médecine interne"),
    Auteur("carnaud", SANITAIRE, "ch-saint-aubin/Chirurgie"),
    Auteur("carnaud", GRAND_AGE, "ch-saint-aubin/Médecine interne"),
    Auteur("sblondel", GRAND_AGE, "haute-lauze"),
    Auteur("jferrier", SANITAIRE, "ch-valmont/Neurologie"),
    Auteur("jferrier", GRAND_AGE, "ch-valmont/Neurologie"),
    Auteur("bcros", GRAND_AGE, "pays-orbe"),
)


def make(users: dict[str, User], rows: dict[str, object], *, now: datetime) -> None:
    """What an earlier run has made stays as people have changed it since."""
    known = set(Dossier.objects.filter(cle__in=[cle(n) for n in range(MANY)]).values_list("cle", flat=True))
    for n in range(MANY):
        if cle(n) not in known:
            with transaction.atomic():
                _make(n, users, rows, now)


def cle(n: int) -> uuid.UUID:
    return uuid.uuid5(SPACE, str(n))


def _make(n: int, users, rows, now) -> None:
    chance, auteur = Random(n), AUTEURS[n % len(AUTEURS)]
    by = actor(users[auteur.login], auteur, now.date())
    lieu = Lieu.of(rows[auteur.lieu]) if auteur.lieu else None
    known = _identite(n, chance, auteur.orientation, now.date())
    dossier = dossiers.actions.create(orientation=auteur.orientation, lieu=lieu, cle=cle(n), by=by, **known)
    state = STATES[n // len(AUTEURS) % len(STATES)]
    if state != "vide":
        fill(dossier, chance, state, now=now, by=by)
    _traitant(n, dossier, users, now=now, by=by)
    if state == "a_revalider":
        statut = {"statut": Statut.VALIDEE, "piece": "carte"}
        dossiers.actions.edit_identite(dossier, version=dossier.version, now=now, by=by, **statut)
    elif state == "suspendu" and dossier.orientation == GRAND_AGE:
        dossiers.actions.suspend(dossier, now=now, by=by)
    elif state == "annule":
        dossiers.actions.cancel(dossier, motif=chance.choice(Motif.values), now=now, by=by)
    elif n % 19 == 0:
        _join(dossier, now=now, by=by)
    Fait.objects.filter(dossier=dossier).delete()  # they were always there: nobody’s bell says it


def actor(user: User, auteur: Auteur, today: date) -> Actor:
    if not auteur.lieu:
        rights = delegations.rights.of_medecin(user.pk)
        return Actor(user=user, rights=rights, quality="médecin", means=Means.CPS, in_medecin_space=True)
    rights = habilitations.rights.of_user(user, on=today)
    return Actor(user=user, rights=rights, quality="professionnel", means=Means.MAIL)


def _identite(n: int, chance: Random, orientation, today: date) -> dict:
    """Every ninth is the patient of the one before: a dossier in double."""
    before = AUTEURS[(n - 1) % len(AUTEURS)].orientation
    if n % 9 == 8 and TND not in (orientation, before):
        return _identite(n - 1, Random(n - 1), before, today)
    return invented(n, chance, orientation, today)


def invented(n: int, chance: Random, orientation, today: date) -> dict:
    sexe = chance.choice("FM")
    youngest, oldest = YEARS[orientation]
    born = today - timedelta(days=chance.randint(youngest * 365, oldest * 365))
    prenom = chance.choice(PRENOMS[sexe])
    known = {"nom": NOMS[n % len(NOMS)], "prenom": prenom, "date_naissance": born, "sexe": sexe}
    if n % 5 == 0:
        known |= {"prenoms": f"{prenom} {chance.choice(PRENOMS[sexe])}", "nom_utilise": chance.choice(NOMS)}
    if n % 4 == 1:
        known["statut"] = Statut.RECUPEREE
    return known


def fill(dossier: Dossier, chance: Random, state: str, *, now, by, types: Sequence[str] = ()) -> None:
    """Begun, filled, or as far validated as its author may. `types`: of care, where they are not drawn."""
    contexte = volets.Contexte(timezone.localdate(now), dossier.naissance.last)
    for volet in dossier.volets.order_by("pk"):
        form = volets.current(volet.kind, dossier.orientation)
        whole = state != "commence"
        known = {"type": list(types)} if types and volet.kind == Volet.Kind.ORIENTATION else {}
        answers = reponses.fill(form, chance, contexte, whole=whole, known=known)
        said = {"contenu": answers, "formulaire": form.version, "version": volet.version}
        act = dossiers.actions.edit_volet
        if state not in ("commence", "rempli") and _may_validate(volet, by):
            act = dossiers.actions.validate_volet
        elif not _may_write(volet, by):
            continue
        act(volet, **said, now=now, by=by)
    dossier.refresh_from_db()


def _may_write(volet: Volet, by) -> bool:
    return can(policies.edit_volet, by, volet)


def _may_validate(volet: Volet, by) -> bool:
    return can(policies.validate_volet, by, volet)


def _traitant(n: int, dossier: Dossier, users, *, now, by) -> None:
    """Named by three in four; who has no account yet among them; some accept, one declines now and then."""
    if dossier.orientation == TND or n % 4 == 0:
        return
    login = MEDECINS[n % len(MEDECINS)]
    idnat = NEWCOMER["idnat"] if n % 7 == 0 else IDNATS[login]
    if users[login] == dossier.auteur:
        return
    dossiers.actions.name_traitant(dossier, idnat=idnat, seen="", by=by)
    if idnat == IDNATS[login] and n % 4 > 1:
        answer = dossiers.actions.accept if n % 4 == 2 else dossiers.actions.decline
        answer(dossier, now=now, by=actor(users[login], Auteur(login, dossier.orientation), now.date()))


def _join(dossier: Dossier, *, now, by) -> None:
    volet = next(
        (one for one in dossier.volets.order_by("pk") if can(policies.add_piece, by, dossier, one.kind)), None
    )
    if volet is None:
        return
    paper = FPDF()
    paper.set_creation_date(now)
    paper.add_page()
    paper.set_font("helvetica", size=12)
    paper.cell(text="Compte rendu fictif, pour la démonstration.")
    raw = bytes(paper.output())
    dossiers.actions.add_piece(volet, nom="compte rendu.pdf", kind=Kind.PDF, raw=raw, now=now, by=by)
