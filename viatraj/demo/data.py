"""Demo data, made through the same actions as on the screen.

Idempotent: what is made together is one transaction, so that a run that is cut off is gone on with, and
what is there stays as people have changed it since.
"""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

import accounts.actions
import annuaire.actions
import authcps.actions
import delegations.actions
import delegations.rights
import dossiers.actions
import habilitations.actions
import observatoire.actions
from accounts import chartes
from accounts.models import User
from annuaire.models import ImportRun
from authcps.models import CodeDevice
from delegations.models import Delegation
from demandes.models import Demande, Transition
from dossiers.models import Dossier, LienMedecin, Presence, Volet
from habilitations.models import Habilitation
from viatraj.core.actor import Actor, Means
from viatraj.core.droits import Orientation
from viatraj.core.periods import add_months
from viatraj.demo import (
    admissions,
    anciens,
    autrement,
    campagnes,
    demandes,
    extraction,
    fiches,
    mesures,
    orientations,
    parcours,
    patientele,
    patients,
    pays,
    personnel,
    rapprochements,
    statistiques,
    structures,
)
from viatraj.demo.people import INVITED, NEWCOMER, PASSWORD, PEOPLE
from viatraj.demo.person import Person
from viatraj.demo.ror import monde

DIRECTORY_PERSONS = 20_000
SHARE = 0.01  # of the country, for each unit of `scale`
BY = Actor.system("demonstration")

PATIENTS = (
    (Orientation.GRAND_AGE, "Marchandeau", "Lucienne", "1938-04-12", "F"),
    (Orientation.GRAND_AGE, "Beaufilet", "René", "1941-11-02", "M"),
    (Orientation.GRAND_AGE, "Tournesac", "Odette", "1935-07-29", "F"),
    (Orientation.SANITAIRE, "Garricou", "Michel", "1957-02-18", "M"),
    (Orientation.SANITAIRE, "Villedary", "Nadège", "1969-09-05", "F"),
    (Orientation.TND, "Courbaisse", "Léo", "2022-05-21", "M"),
)

ADRESSE = {
    "type_sejour": ["permanent"],
    "delai": "six_mois",
    "situation": "domicile",
    "aides_domicile": ["aide_domicile", "portage"],
    "adresse": "12 rue des Tilleuls",
    "code_postal": "31000",
    "ville": "Toulouse",
    "contacts": [{"nom": "Anne Marchandeau", "lien": "enfant", "telephone": "+33199001234"}],
}
SOINS = {
    "motif": "Vit seule, chutes répétées depuis l’été.",
    "antecedents": "Fracture du poignet, hypertension.",
    "pathologies": "Arthrose, troubles de la mémoire débutants.",
    "ordonnance": "oui",
    "poids": 58.5,
    "chute": "oui",
}


def make(*, now: datetime, scale: int = 1) -> None:
    users, rows = begin(now=now, scale=scale)
    campagnes.make(users, rows, now=now)
    rapprochements.make(users, rows, folder=str(_folder()), now=now, by=BY)
    _pays(now, scale)
    patients.make(users, rows, now=now)
    admissions.make(users, rows, now=now)
    anciens.make(users, rows, now=now)
    autrement.make(users, rows, now=now)
    observatoire.actions.refresh_store(full=False, now=now, by=BY)
    statistiques.make(users, now=now)


def begin(*, now: datetime, scale: int = 1) -> tuple[dict[str, User], dict[str, object]]:
    """What one meets first: structures, accounts and their rights, the directory, some dossiers."""
    annuaire.actions.load_territoire(now=now, by=BY)
    users = {person.login: _account(person, now) for person in PEOPLE}
    rows = structures.make(by=BY)
    personnel.make(users, rows, now=now, by=BY)
    demandes.make(users, rows, now=now)
    habilitations.actions.note_profils(now=now, by=BY)
    annuaire.actions.load_nomenclatures(now=now, by=BY)
    fiches.make(users, rows, now=now, by=BY)
    annuaire.actions.place_communes(by=BY)
    monde.make(_folder(), now=now, broken=rows[structures.IN_ERROR].finess)
    _directory(now, scale)
    habilitations.actions.tell_of_referents(today=now.date(), now=now, by=BY, quiet=True)
    first = users[PEOPLE[0].login]
    _dossiers(first, scale)
    _waiting_delegation(first, PEOPLE[2], now)
    _assistants(first, users["599999999900027/cpa0000021"], now)
    orientations.make(users, rows, now=now)
    return users, rows


@transaction.atomic
def _account(person: Person, now) -> User:
    if known := User.objects.filter(login=person.login).first():
        return known
    said = {"profession_label": person.profession, "first_strong_at": now if person.numero else None}
    if person.idnat:
        said = {
            "profession": User.MEDECIN,
            "categorie": User.CIVIL,
            "profession_label": "Médecin",
            "specialite": person.specialite,
            "adresse": f"1 place de l’Invention\n{person.code_postal} {person.commune.title()}",
            "first_strong_at": now if person.has_used_card else None,
        }
    user = accounts.actions.create(
        login=person.login,
        nom=person.nom,
        prenom=person.prenom,
        email=person.email,
        email_verified_at=now,
        telephone="+33199001234",
        is_staff=person.role == "support",
        idnat=person.idnat or person.numero,
        now=now,
        by=BY,
        **said,
    )
    user = accounts.actions.choose_password(user, password=PASSWORD, now=now, by=BY)
    authcps.actions.enrol(user, channel=CodeDevice.Channel.MAIL, target=user.email, by=BY)
    accounts.actions.accept_charte(user, charte=chartes.current(now.date()), by=Actor(user=user))
    return user


def _directory(now, scale):
    if ImportRun.objects.exists():
        return
    folder = Path(settings.DATA_DIR) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"PS_LibreAcces_Personne_activite_{now:%Y%m%d}0100.txt"
    people = [
        {
            "idnat": person.idnat,
            "nom": person.nom.upper(),
            "prenom": person.prenom,
            "specialite": person.specialite,
            "code_postal": person.code_postal,
            "commune": person.commune,
        }
        for person in PEOPLE
        if person.idnat
    ]
    extraction.write(path, DIRECTORY_PERSONS * scale, seed=1, people=[*people, NEWCOMER])
    annuaire.actions.import_rpps(path, now=now, by=Actor.system("rpps"))


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "ror"


def _pays(now, scale):
    """Besides the people above, once."""
    if scale > 1 and not pays.is_there():
        load_country(scale, now=now)


def load_country(scale: int, *, now: datetime) -> None:
    """So many hundredths of a whole country. Says how long each part takes, and how large it is."""
    share = SHARE * scale
    with mesures.said("Structures, comptes et habilitations", User, Habilitation):
        pays.load(share, now=now)
    with mesures.said("Dossiers", Dossier, Presence, LienMedecin, Volet):
        patientele.load(share, now=now)
    with mesures.said("Demandes", Demande, Transition):
        parcours.load(now=now)
    print(f"Base entière\u00a0: {mesures.size()}", flush=True)


def _medecin(user) -> Actor:
    return Actor(user=user, rights=delegations.rights.of_medecin(user.pk), quality="médecin")


@transaction.atomic
def _dossiers(medecin, scale):
    if Dossier.objects.filter(auteur=medecin).exists():
        return
    for _ in range(scale):
        for orientation, nom, prenom, birth, sexe in PATIENTS:
            dossiers.actions.create(
                orientation=orientation,
                nom=nom,
                prenom=prenom,
                date_naissance=datetime.fromisoformat(birth).date(),
                sexe=sexe,
                by=_medecin(medecin),
            )


def _waiting_delegation(medecin, confrere: Person, now):
    if Delegation.objects.granted_by(medecin).filter(kind=Delegation.Kind.CONFRERE).exists():
        return
    today = now.date()
    delegations.actions.grant_confrere(
        idnat=confrere.idnat,
        debut=today,
        fin=add_months(today, 1) - timedelta(days=1),
        cle=None,
        today=today,
        now=now,
        by=_medecin(medecin),
    )


def _assistants(medecin, assistante: User, now):
    """One at work, who has written in a dossier; one invited, who has not come yet."""
    granted = Delegation.objects.granted_by(medecin).filter(kind=Delegation.Kind.ASSISTANT)
    if not granted.exists():
        with transaction.atomic():
            her = {"nom": assistante.nom, "prenom": assistante.prenom, "email": assistante.email}
            delegation = _invite(medecin, now, **her)
            delegations.actions.accept(delegation, now=now, by=Actor(user=assistante, means=Means.CPA))
            _invite(medecin, now, **INVITED)
    delegation = granted.in_force(now.date()).filter(delegataire=assistante).first()
    if delegation:
        _write(medecin, delegation, now)


def _write(medecin, delegation: Delegation, now):
    """What nobody has touched yet."""
    by = Actor(
        user=delegation.delegataire,
        on_behalf_of=medecin,
        rights=delegations.rights.of_delegate(delegation),
        quality=delegation.quality,
        means=Means.CPA,
        delegation_id=delegation.pk,
    )
    dossier = Dossier.objects.filter(auteur=medecin).order_by("pk").first()
    untouched = {volet.kind: volet for volet in dossier.volets.filter(version=1)}
    said = {"formulaire": 1, "version": 1, "now": now}
    if volet := untouched.get(Volet.Kind.ADMINISTRATIF):
        dossiers.actions.edit_volet(volet, contenu=ADRESSE, by=by, **said)
    if volet := untouched.get(Volet.Kind.MEDICAL):
        dossiers.actions.validate_volet(volet, contenu=SOINS, by=_medecin(medecin), **said)


def _invite(medecin, now, **who) -> Delegation:
    today = now.date()
    return delegations.actions.grant_assistant(
        **who,
        droits=delegations.rights.PRESETS[0].lent,
        debut=today,
        fin=add_months(today, 12) - timedelta(days=1),
        cle=None,
        today=today,
        now=now,
        by=_medecin(medecin),
    )
