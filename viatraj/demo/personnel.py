"""Who works in the demonstration's structures, with what, until when; the first référents come from above."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

import accounts.actions
import habilitations.actions
import habilitations.rights
from accounts.models import User
from annuaire.models import Lieu
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from journal.models import Entry
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Niveau
from viatraj.demo.person import plain

FRANCE = "france"
YEARS = 365 * 2


@dataclass(frozen=True)
class Held:
    """`days` from today to its end."""

    profil: str
    lieu: str
    days: int = YEARS


# Référents first: they give the others theirs. By login of `people.PEOPLE`.
REFERENTS = {
    "cmaurel": (Held("administrateur_national", FRANCE),),
    "dvasseur": (Held("referent_coordination", "haute-lauze"),),
    "fcastan": (Held("referent_coordination", "pays-orbe"),),
    "nelamrani": (Held("referent_structure", "ch-saint-aubin"),),
    "tgarcin": (Held("referent_structure", "ch-valmont"),),
    "mbrossard": (Held("referent_unite", "ch-saint-aubin/SMR polyvalent"),),
    "cteyssier": (Held("referent_unite", "ch-valmont/SMR neurologique"),),
}
PEOPLE_HOLD = {
    "carnaud": (
        Held("prescripteur_medical", "ch-saint-aubin", 8),
        Held("prescripteur_medical", "clinique-tilleuls", 400),
    ),
    "lbernard": (Held("equipe_soignante", "ch-saint-aubin/Médecine interne", 23),),
    "hdubois": (Held("gestionnaire_administratif", "ch-saint-aubin/Urgences"),),
    "mcastex": (
        Held("responsable_admissions", "ch-saint-aubin/guichet"),
        Held("responsable_admissions", "had-lauze/HAD Nord", 12),
    ),
    "egarnier": (Held("regulateur", "ch-saint-aubin", 1500), Held("regulateur_ga", "haute-lauze")),
    "oroussel": (Held("responsable_admissions_ga", "ehpad-glycines/Hébergement permanent"),),
    "sblondel": (Held("accompagnant_medico_social", "haute-lauze"),),
    "jferrier": (Held("prescripteur_medical", "ch-valmont"),),
    "brolland": (Held("equipe_soignante", "ch-valmont/Neurologie"),),
    "fdelmas": (Held("gestionnaire_administratif", "ch-valmont/Neurologie"),),
    "mlagarde": (Held("responsable_admissions", "ch-valmont/SMR neurologique"),),
    "smonteil": (Held("regulateur", "ch-valmont"),),
    "avalette": (Held("responsable_admissions_ga", "ehpad-beau-soleil/Hébergement"),),
    "bcros": (Held("accompagnant_medico_social", "pays-orbe"),),
    "alemoine": (Held("pco_secretariat", "pco-orbe"),),
    "jayrault": (Held("conseiller_prado", "pays-orbe"),),
    "afargues": (Held("mdph_gestionnaire", "pays-orbe"),),
    "vsalles": (Held("esms_gestionnaire", "ime-source"),),
    "899100938144": (Held("medecin_coordonnateur", "ehpad-glycines"),),
}


@dataclass(frozen=True)
class Colleague:
    """Only appears in lists: no password, hence never signed in unless `seen` days ago."""

    prenom: str
    nom: str
    profession: str
    held: Held
    seen: int | None

    @classmethod
    def read(cls, line: str) -> "Colleague":
        prenom, nom, profession, profil, lieu, days, seen = (part.strip() for part in line.split("|"))
        return cls(prenom, nom, profession, Held(profil, lieu, int(days)), int(seen) if seen else None)

    @property
    def login(self) -> str:
        return plain(self.prenom)[0] + plain(self.nom)

    @property
    def email(self) -> str:
        return f"{plain(self.prenom)}.{plain(self.nom)}@{self.held.lieu.partition('/')[0]}.example"


# prénom | nom | profession | profil | lieu | days to its end | days since the last sign-in, if any
COLLEAGUES = tuple(
    Colleague.read(line)
    for line in """
Paul | Fournier | Infirmier | equipe_soignante | ch-saint-aubin/Chirurgie | 760 | 2
Julie | Marchal | Infirmière | equipe_soignante | ch-saint-aubin/Chirurgie | 14 | 5
Karim | Benali | Médecin | prescripteur_medical | ch-saint-aubin/Urgences | 29 | 1
Odile | Perrin | Médecin | prescripteur_medical | ch-saint-aubin/Médecine interne | 730 | 240
Rémi | Tissot | Cadre de santé | equipe_soignante | ch-saint-aubin/SMR polyvalent | 730 | 30
Lina | Sauvage | Assistante sociale | gestionnaire_administratif | ch-saint-aubin | 730 | 12
Yves | Kervella | Médecin | prescripteur_medical | ch-saint-aubin/Soins palliatifs | 3 | 40
Sophie | Moreau | Secrétaire médicale | gestionnaire_administratif | ch-saint-aubin/Chirurgie | 730 |
Sophie | Morel | Infirmière | equipe_soignante | ch-saint-aubin/Urgences | 95 | 7
Bruno | Delcourt | Gestionnaire de lits | responsable_admissions | ch-saint-aubin/SMR polyvalent | 730 | 3
Inès | Ben Salah | Infirmière | equipe_soignante | ch-saint-aubin/Soins palliatifs | 11 | 9
Gaël | Lequeux | Médecin | prescripteur_medical | ch-saint-aubin | 1700 | 210
Agnès | Chastel | Assistante sociale | gestionnaire_administratif | ch-saint-aubin/Médecine interne | 61 |
Théo | Vernet | Infirmier | equipe_soignante | ch-saint-aubin/SMR polyvalent | 6 | 15
Claire | D’Almeida | Médecin | prescripteur_medical | ch-saint-aubin/Chirurgie | 520 | 4
Lucie | Fabre | Cadre de santé | equipe_soignante | ch-saint-aubin | 800 | 1
Hugo | Pagès | Directeur | referent_structure | had-lauze | 300 | 18
Élise | Roche | Médecin | responsable_admissions | had-lauze/HAD Sud | 730 | 6
Marc | Talbot | Médecin | medecin_coordonnateur | ehpad-glycines | 45 | 22
Rose | Lacaze | Directrice | referent_structure | ehpad-glycines | 13 | 33
Zoé | Guérin | Infirmière | equipe_soignante | ch-valmont/Neurologie | 10 | 2
Nils | Andrieu | Médecin | prescripteur_medical | ch-valmont/Neurologie | 730 | 300
Eva | Pujol | Gestionnaire de lits | responsable_admissions | ch-valmont/SMR neurologique | 730 | 8
Jean | Masson | Cadre de santé | regulateur | ch-valmont | 27 |
Anne | Lescure | Médecin | pco_medecin | pco-orbe | 730 | 5
Irène | Castaing | Directrice | esms_gestionnaire | ime-vallon | 730 | 3
Denis | Aubanel | Assistant social | mdph_consultation | pays-orbe | 730 | 14
Maëlys | Hoarau | Cadre de santé | referent_coordination | riviere-bleue | 730 | 4
Gaston | Célestin | Cadre de santé | referent_coordination | morne-clair | 730 | 11
""".strip().splitlines()
)
LOCKED = "smoreau"


def make(users: dict[str, User], rows: dict[str, object], *, now: datetime, by: Actor) -> None:
    for login, held in REFERENTS.items():
        for one in held:
            _name(users[login], one, rows, now, by)
    for one in COLLEAGUES:
        users[one.login] = _colleague(one, now, by)
    known = {**PEOPLE_HOLD, **{one.login: (one.held,) for one in COLLEAGUES}}
    for login, held in known.items():
        for one in held:
            _give(users, login, one, rows, now, by)
    _lock(users[LOCKED], now)


@transaction.atomic
def _colleague(one: Colleague, now, by) -> User:
    if known := User.objects.filter(login=one.login).first():
        return known
    user = accounts.actions.create(
        login=one.login,
        nom=one.nom,
        prenom=one.prenom,
        email=one.email,
        email_verified_at=now,
        profession_label=one.profession,
        now=now,
        by=by,
    )
    if one.seen is not None:
        at = now - timedelta(days=one.seen)
        accounts.actions.note_sign_in(user, means=Means.MAIL, now=at, by=Actor(user=user, means=Means.MAIL))
    return user


def _name(user, held: Held, rows, now, by):
    lieu, today = _lieu(held, rows), now.date()
    if _had(user, held, lieu):
        return
    fin = today + timedelta(days=held.days)
    habilitations.actions.name_referent(
        user=user, profil=PROFILS[held.profil], lieu=lieu, fin=fin, today=today, by=by
    )


def _give(users, login, held: Held, rows, now, by):
    """By the référent de coordination of the département, whom the exploitation named."""
    if PROFILS[held.profil].is_referent:
        _name(users[login], held, rows, now, by)
        return
    lieu, today = _lieu(held, rows), now.date()
    if _had(users[login], held, lieu):
        return
    coordination = lieu.columns["coordination_id"]
    referent = users["dvasseur" if coordination == rows["haute-lauze"].pk else "fcastan"]
    rights = habilitations.rights.of_user(referent, on=today)
    habilitations.actions.grant(
        users=[users[login]],
        profil=PROFILS[held.profil],
        lieux=[lieu],
        debut=today,
        fin=today + timedelta(days=held.days),
        droits={},
        cle=None,
        today=today,
        by=Actor(user=referent, rights=rights, quality="référent", means=Means.MAIL),
    )


def _had(user, held: Held, lieu: Lieu) -> bool:
    """Also what is over or was taken away: running again gives nothing back."""
    key = f"{lieu.niveau}:{lieu.row.pk if lieu.row else ''}"
    return Habilitation.objects.of(user).filter(profil=held.profil, lieu_key=key).exists()


def _lieu(held: Held, rows) -> Lieu:
    return Lieu(Niveau.NATIONAL) if held.lieu == FRANCE else Lieu.of(rows[held.lieu])


@transaction.atomic
def _lock(user, now):
    """«Débloquer»: somebody has typed five wrong passwords, once."""
    if not Entry.objects.about(user).filter(event="compte.locked").exists():
        for _ in range(settings.PASSWORD_TRIES):
            accounts.actions.note_wrong_password(user, now=now, by=Actor(user=user))
