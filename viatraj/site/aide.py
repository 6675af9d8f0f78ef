"""The documentation: its fiches, and which of them each page leads to by «Comment faire ?» (DOC-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import reverse

from viatraj.core.drawing import drawn


@dataclass(frozen=True)
class Fiche:
    slug: str
    title: str
    says: str

    @property
    def template(self) -> str:
        return f"site/documentation/{self.slug}.html"

    @property
    def url(self) -> str:
        return reverse("documentation_fiche", args=[self.slug])


GROUPS = (
    (
        "Se connecter",
        (
            Fiche("se-connecter", "Se connecter", "Par carte, par e-CPS, ou par mot de passe et code."),
            Fiche("premiere-connexion", "Première connexion", "Médecin, assistant, professionnel."),
            Fiche("mot-de-passe-oublie", "Mot de passe oublié", "En choisir un nouveau, par un lien reçu."),
            Fiche(
                "parametrer-l-otp", "Paramétrer l’OTP", "Recevoir ses codes par e-mail, SMS ou application."
            ),
            Fiche("carte", "Paramétrer ma carte", "Le poste, l’appairage, la carte qui n’est pas lue."),
            Fiche("mon-compte", "Gérer mon compte", "Coordonnées, mot de passe, e-mails, référents."),
        ),
    ),
    (
        "Les dossiers du médecin libéral",
        (
            Fiche(
                "accueil-medecin",
                "L’accueil du médecin libéral",
                "Où se trouve chaque chose, ce qui attend.",
            ),
            Fiche(
                "accepter-un-dossier",
                "Accepter un dossier",
                "Quand un dossier vous désigne médecin traitant.",
            ),
            Fiche(
                "gerer-un-dossier-sanitaire",
                "Gestion d’un dossier d’admission en soins (SMR, HAD, soins palliatifs)",
                "Créer, remplir, valider.",
            ),
            Fiche(
                "gerer-un-dossier-grand-age",
                "Gestion d’un dossier d’hébergement pour personnes âgées",
                "Le formulaire national, le GIR.",
            ),
            Fiche(
                "gerer-un-dossier-tnd",
                "Gestion d’un dossier de prise en charge précoce des TND",
                "Adresser un enfant à une plateforme.",
            ),
        ),
    ),
    (
        "Déléguer",
        (
            Fiche("deleguer-a-un-assistant", "Déléguer à un assistant", "Choisir ses droits et sa période."),
            Fiche("deleguer-a-un-confrere", "Déléguer à un confrère", "Se faire remplacer par un médecin."),
            Fiche(
                "gerer-mes-delegations", "Gérer mes délégations", "Consulter, modifier, relancer, supprimer."
            ),
        ),
    ),
    (
        "Comptes et habilitations",
        (
            Fiche(
                "creer-un-compte",
                "Créer un compte et une habilitation",
                "Chercher, créer, attribuer, à une personne ou à plusieurs.",
            ),
            Fiche("droits-sanitaire", "Gérer les droits sanitaires", "Les profils, les modes, les réglages."),
            Fiche(
                "prolonger-une-habilitation",
                "Prolonger une habilitation",
                "Prolonger, réduire, demander une prolongation.",
            ),
            Fiche(
                "revue-des-habilitations",
                "Effectuer une revue des habilitations",
                "Qui peut quoi, où, jusqu’à quand.",
            ),
            Fiche("debloquer-un-compte", "Débloquer un compte", "Après plusieurs mots de passe erronés."),
        ),
    ),
    (
        "Questions",
        (Fiche("foire-aux-questions", "Foire aux questions", "Les questions les plus fréquentes."),),
    ),
)
FICHES = {fiche.slug: fiche for _, fiches in GROUPS for fiche in fiches}

SIGN_IN = ("se-connecter", "premiere-connexion", "mot-de-passe-oublie", "carte")
ASSISTANT, CONFRERE, GERER = "deleguer-a-un-assistant", "deleguer-a-un-confrere", "gerer-mes-delegations"
CAMPAGNES = (
    "campagnes",
    "campagne_create",
    "campagne",
    "campagne_close",
    "campagne_entrust",
    "examens",
    "examen",
)
ACCUEIL, ACCEPTER = "accueil-medecin", "accepter-un-dossier"
SANITAIRE, GRAND_AGE, TND = (f"gerer-un-dossier-{one}" for one in ("sanitaire", "grand-age", "tnd"))
PROLONGER, REVUE = "prolonger-une-habilitation", "revue-des-habilitations"
# What they say is of a médecin's space, though a hospital has the page too.
OF_A_SPACE = {f"{ACCUEIL}#acceder", f"{ACCUEIL}#rechercher", f"{ACCEPTER}#attend"}
# Name of a URL → fiches, each perhaps with the heading where the answer stands.
HELP = {
    "authcps:medecin": SIGN_IN,
    "authcps:professionnel": SIGN_IN,
    "authcps:psc": ("se-connecter#ecps",),
    "authcps:card": ("carte",),
    "authcps:card_failed": ("carte#depannage",),
    "authcps:pair": ("carte#appairer",),
    "authcps:code": ("parametrer-l-otp",),
    "authcps:totp": ("parametrer-l-otp#application",),
    "authcps:recovery": ("parametrer-l-otp#secours",),
    "authcps:first": ("premiere-connexion#medecin",),
    "first_assistant": ("premiere-connexion#assistant",),
    "accounts:forgotten": ("mot-de-passe-oublie",),
    "accounts:sent": ("mot-de-passe-oublie#rien-recu",),
    "accounts:new_password": ("mot-de-passe-oublie#choisir",),
    "medecin": (ACCUEIL,),
    "plateformes_tnd": (TND,),
    "dossiers:index": (f"{ACCUEIL}#acceder", f"{ACCEPTER}#attend"),
    "dossiers:accept_all": (f"{ACCEPTER}#accepter",),
    **{
        f"dossiers:{page}": (f"{ACCEPTER}#designer",)
        for page in ("traitant", "traitant_found", "name_traitant")
    },
    "dossiers:search": (f"{ACCUEIL}#rechercher",),
    "dossiers:found": (f"{ACCUEIL}#rechercher",),
    "dossiers:pieces": (f"{SANITAIRE}#pieces",),
    "dossiers:create": (SANITAIRE, GRAND_AGE, TND),
    "dossiers:volet": (SANITAIRE, GRAND_AGE, TND),
    "dossiers:edit_volet": (SANITAIRE, GRAND_AGE, TND),
    "mon_compte": ("mon-compte", "parametrer-l-otp", "carte"),
    "accounts:change_password": ("mon-compte#mot-de-passe",),
    "accounts:change_email": ("mon-compte#coordonnees",),
    "accounts:change_mobile": ("parametrer-l-otp#sms",),
    "authcps:reception": ("parametrer-l-otp#sms",),
    "authcps:add_totp": ("parametrer-l-otp#application",),
    "authcps:make_recovery": ("parametrer-l-otp#secours",),
    "give_up_habilitation": ("mon-compte#renoncer",),
    "mes_referents": ("mon-compte#referents",),
    "referents_of": ("mon-compte#referents",),
    "mes_droits": ("droits-sanitaire",),
    "habilitations:mes_demandes": ("mon-compte#referents",),
    "habilitations:demande_prolong": (PROLONGER,),
    "habilitations:comptes": ("creer-un-compte",),
    "habilitations:recherche": ("creer-un-compte",),
    "habilitations:create": ("creer-un-compte",),
    "habilitations:compte": (PROLONGER, "debloquer-un-compte"),
    "habilitations:imports": ("creer-un-compte#plusieurs",),
    "habilitations:import": ("creer-un-compte#plusieurs",),
    "habilitations:grant": ("droits-sanitaire", "creer-un-compte#attribuer"),
    "habilitations:grant_profil": ("droits-sanitaire",),
    "habilitations:profils": ("droits-sanitaire",),
    "habilitations:droits": ("droits-sanitaire",),
    "habilitations:fin": (PROLONGER,),
    "habilitations:lot_prolong": (PROLONGER,),
    "habilitations:depart": (f"{PROLONGER}#reduire",),
    "changements:index": (f"{PROLONGER}#annuler",),
    "changements:undo": (f"{PROLONGER}#annuler",),
    "habilitations:unlock": ("debloquer-un-compte",),
    "habilitations:revue": (REVUE,),
    **{f"habilitations:{page}": (f"{REVUE}#campagnes",) for page in CAMPAGNES},
    "delegations:index": (ASSISTANT, CONFRERE, GERER),
    "delegations:grant_assistant": (ASSISTANT,),
    "delegations:search": (CONFRERE,),
    "delegations:found": (CONFRERE,),
    "delegations:grant": (CONFRERE,),
    **{f"delegations:{page}": (f"{CONFRERE}#absence",) for page in ("cover", "cover_search")},
    "delegations:activity": (f"{GERER}#historique",),
    **{f"delegations:{page}": (GERER,) for page in ("show", "modify", "revoke")},
}


def aide(request):
    """Context processor: the line «Comment faire ?» of this page, as HTML; empty where none is needed."""
    match = request.resolver_match
    actor = getattr(request, "actor", None)
    in_space = actor is not None and (actor.in_medecin_space or actor.is_acting)
    return {"aide": line_of(match.view_name, in_space=in_space) if match else ""}


@cache
def line_of(name: str, *, in_space: bool = True) -> str:
    """`in_space`: to somebody in a médecin's space."""
    links = [link for one, link in _links(name) if in_space or one not in OF_A_SPACE]
    return drawn("site/documentation/how.html", {"links": links}) if links else ""


def _links(name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """As `HELP` has it: (title, address)."""
    for one in HELP.get(name, ()):
        slug, hash_sign, heading = one.partition("#")
        yield one, (FICHES[slug].title, f"{FICHES[slug].url}{hash_sign}{heading}")
