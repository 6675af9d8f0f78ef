"""DEP-02: accounts, habilitations, ways in, délégations: who is there, and who comes."""

from datetime import timedelta

from django.db.models import Case, CharField, F, QuerySet, Value, When

from accounts.models import Connexion, User
from delegations.models import Delegation
from habilitations.models import Habilitation
from observatoire.masquage.tableau import Tableau
from observatoire.models import cles
from observatoire.rapports import criteres, etiquettes, moteur, tables
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import TERRITOIRES, lignes_de, nombre
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Droit, Niveau
from viatraj.core.periods import add_months

SOON = timedelta(days=15)
COLONNES = (
    Colonne("rubrique", "Rubrique", definition="Ce qui est compté.", largeur=40),
    Colonne(
        "mois",
        "Mois",
        definition="Des connexions\u202f; les autres rubriques sont du dernier jour choisi.",
        largeur=10,
    ),
    Colonne(
        "modalite", "Détail", definition="Profil, moyen de connexion, échéance ou état du compte.", largeur=40
    ),
    nombre(
        "n",
        "Nombre",
        "Comptes, habilitations ou délégations\u202f; de connexions, personnes distinctes du mois par moyen.",
        "",
    ),
)


def _held(cadre: Cadre) -> QuerySet[Habilitation]:
    """Those of the perimeter in force on the last day; a right on a territory holds what is below."""
    held = Habilitation.objects.in_force(cadre.fin).filter(moteur.at_places(cadre.perimetre))
    for cle in ("profil", "domaine"):
        if values := cadre.choisis(cle):
            held = held.filter(**{f"{cle}__in": values})
    if regions := cadre.choisis("region"):
        held = held.filter(region__code__in=regions)
    return held


def _users(cadre: Cadre) -> QuerySet[User]:
    rows = User.objects.filter(disabled_at=None, pk__in=_held(cadre).order_by().values("user"))
    return rows.annotate(personne=cles.hashed("compte"), ligne=cles.hashed("compte"))


def _habilitations(cadre: Cadre) -> QuerySet[Habilitation]:
    rows = _held(cadre).filter(user__disabled_at=None)
    return rows.annotate(personne=cles.hashed("compte", "user"), ligne=cles.hashed("habilitation"))


def _connexions(cadre: Cadre) -> QuerySet[Connexion]:
    rows = Connexion.objects.filter(day__range=(cadre.debut, cadre.fin), user__disabled_at=None)
    rows = rows.filter(user__in=_held(cadre).order_by().values("user"))
    return rows.annotate(personne=cles.hashed("compte", "user"), ligne=cles.hashed("connexion"))


def _delegations(cadre: Cadre) -> QuerySet[Delegation]:
    """A médecin has no structure: they are the country’s."""
    rows = Delegation.objects.in_force(cadre.fin)
    if not cadre.perimetre.national:
        rows = rows.none()
    return rows.annotate(personne=cles.hashed("compte", "delegant"), ligne=cles.hashed("delegation"))


def _words(*whens: When, default: str = "") -> Case:
    return Case(*whens, default=Value(default), output_field=CharField())


def tableau(cadre: Cadre) -> Tableau:
    month = Value(f"{cadre.fin:%Y-%m}")
    seen = _words(
        When(locked_at__isnull=False, then=Value("bloques")),
        When(last_sign_in_at=None, then=Value("jamais")),
        default="actifs",
    )
    soon = cadre.fin + SOON
    ending = _habilitations(cadre).filter(fin__lte=add_months(cadre.fin, 1))
    when = _words(When(fin__lte=soon, then=Value("quinze")), default="mois")
    one = (Compte("n"),)
    people = (Compte("n", personnes=True),)
    known = moteur.fixe(cadre, is_monthly=False)
    said = (
        (_users(cadre), month, seen, one),
        (_habilitations(cadre), month, F("profil"), one),
        (ending, month, when, one),
        (_connexions(cadre), moteur.mois_of_day(cadre, "day"), F("means"), people),
        (_delegations(cadre), month, Value("toutes"), one),
    )
    parts = [
        moteur.tableau(rows, "deploiement", {"mois": mois, "modalite": word}, figures, known=known)
        for rows, mois, word, figures in said
    ]
    return tables.together("deploiement", parts, "rubrique", list(etiquettes.RUBRIQUES))


RAPPORT = Rapport(
    code="DEP-02",
    titre="Comptes, habilitations, connexions, délégations",
    resume="Qui a un compte, qui se connecte et comment, quelles habilitations se terminent bientôt.",
    ligne="une rubrique, un mois, un détail",
    groupe=Groupe.DEPLOIEMENT,
    nature=Nature.AGREGE,
    periode_sur="mois des connexions\u202f; le reste, au dernier jour choisi",
    droit=Droit.DEPLOIEMENT,
    domaine="",
    niveaux=(*TERRITOIRES, Niveau.ETABLISSEMENT),
    colonnes=COLONNES,
    criteres=(criteres.REGION, criteres.DOMAINE_HABILITATION, criteres.PROFIL),
    lignes=lignes_de(tableau),
    estime=lambda cadre: 60,
    tableau=tableau,
    vivant=True,
)
