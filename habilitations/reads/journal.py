"""The journal of the structures of a référent (COM-13, TRC-2): who, whom, what, before → after."""

from typing import NamedTuple

from accounts.models import User
from habilitations.models import Habilitation
from habilitations.profils import NAMES, PROFILS
from habilitations.reads.referents import CODES
from journal import filing
from journal.models import Entry, known_events
from journal.reads import Asked
from journal.sentences import french
from viatraj.core.droits import Droit
from viatraj.core.workbook import Column

AUTHORS = 200  # proposed in the filter
GENRES = {
    "attributions": ("Attributions", ("habilitation.granted",)),
    "fins": ("Fins prolongées ou réduites", ("habilitation.prolonged", "habilitation.shortened")),
    "droits": ("Droits et e-mails", ("habilitation.adjusted", "habilitation.notified")),
    "retraits": ("Suppressions et renoncements", ("habilitation.revoked", "habilitation.given_up")),
    "fermetures": (
        "Fermetures de structures",
        ("habilitation.closed", "habilitation.followed", "habilitation.given_back", "structure."),
    ),
    "annulations": (
        "Annulations",
        (
            "habilitation.restored",
            "habilitation.withdrawn",
            "compte.restored",
            "compte.withdrawn",
            "import.undone",
        ),
    ),
    "examens": ("Campagnes de revue", ("examen.",)),
    "demandes": ("Demandes d’habilitation", ("demande_habilitation.",)),
    "comptes": ("Comptes et adresses", ("compte.", "adresse.", "identite.")),
    "imports": ("Imports", ("import.",)),
    "fiches": ("Fiches de l’annuaire", ("fiche.",)),
}
AUTRES = "autres"
CHOICES = {key: label for key, (label, _) in GENRES.items()} | {AUTRES: "Autres"}
FIELDS = {
    "nom": "nom",
    "prenom": "prénom",
    "profession_label": "profession",
    "telephone": "téléphone",
    "mobile": "portable",
}
DROITS = {droit.key: droit.droit.label for profil in PROFILS.values() for droit in profil.droits}
COLUMNS = [
    Column("Date", 18, "instant"),
    Column("Auteur", 28),
    Column("Qualité", 22),
    Column("Personne", 28),
    Column("Identifiant", 18),
    Column("Action", 80),
    Column("Profil", 30),
    Column("Lieu", 36),
    Column("Avant", 34),
    Column("Après", 34),
]


class Ligne(NamedTuple):
    """`person`: whom it concerns; `before` and `after` are empty where a line has but one state."""

    entry: Entry
    person: User | None
    before: str
    after: str

    @property
    def cells(self) -> tuple:
        entry, data = self.entry, self.entry.data
        author = entry.user.nom_complet if entry.user else "traitement automatique"
        person = (self.person.nom_complet, self.person.login) if self.person else (None, None)
        what = (entry.sentence, data.get("profil"), data.get("lieu"), self.before, self.after)
        return entry.at, author, entry.quality, *person, *what


def asked(actor, form) -> Asked:
    """What the filters say; all of the perimeter while they are empty or refused."""
    chosen = form.chosen
    bounds = {name: value for name, value in (("since", form.since), ("until", form.until)) if value}
    return Asked(
        within=filing.of_scopes(actor.rights.scopes(Droit.HABILITATION)),
        events=_events(chosen.get("genre", "")),
        person=filing.of_account(chosen["personne"]) if "personne" in chosen else "",
        author=int(chosen["par"]) if "par" in chosen else None,
        **bounds,
    )


def authors(actor, *, today):
    """Who may have done it: the référents of the perimeter, and oneself first."""
    held = Habilitation.objects.visible_to(actor).in_force(today).filter(profil__in=CODES)
    others = User.objects.filter(pk__in=held.order_by().values("user")).exclude(pk=actor.user.pk)
    return [actor.user, *others.order_by("nom", "prenom", "pk")[:AUTHORS]]


def _events(genre: str) -> list[str]:
    if genre in GENRES:
        return [event for event in known_events() if event.startswith(GENRES[genre][1])]
    named = tuple(begin for _, begins in GENRES.values() for begin in begins)
    return [event for event in known_events() if not genre or not event.startswith(named)]


def lignes(entries: list[Entry]) -> list[Ligne]:
    """With the people they concern, in one query."""
    people = User.objects.in_bulk({pk for entry in entries if (pk := _person(entry))})
    return [Ligne(entry, people.get(_person(entry)), *_change(entry)) for entry in entries]


def _person(entry) -> int | None:
    found = (subject for subject in entry.concerns if subject.startswith("compte:"))
    return next((int(subject.partition(":")[2]) for subject in found), None)


def _change(entry) -> tuple[str, str]:
    data = entry.data
    match entry.event:
        case "habilitation.prolonged" | "habilitation.shortened":
            return tuple(f"jusqu’au {french(data.get(name))}" for name in ("before", "fin"))
        case "habilitation.adjusted":
            return _droits(data.get("before")), _droits(data.get("droits"))
        case "habilitation.notified":
            told = ("sans e-mail", "avec e-mails")
            return told[not data.get("wanted")], told[bool(data.get("wanted"))]
        case "compte.corrected":
            return "", ", ".join(FIELDS.get(name, name) for name in data.get("fields", ()))
    return "", ""


def _droits(modes) -> str:
    """What differs from the profile."""
    told = (f"{DROITS.get(key, key)}\u00a0: {NAMES.get(mode, mode)}" for key, mode in (modes or {}).items())
    return ", ".join(told) or "droits du profil"
