"""Which fiches each page leads to by «Comment faire ?» (DOC-1)."""

from collections.abc import Iterator
from functools import cache

from demandes.etats.familles import FAMILLES
from viatraj.core.drawing import drawn
from viatraj.core.droits import Orientation
from viatraj.site.fiches import FICHES
from viatraj.site.tableaux import BOARDS

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
# The page of a dossier leads to that of its orientation only.
OF_ORIENTATION = {
    "gerer-un-dossier-sanitaire": Orientation.SANITAIRE,
    "gerer-un-dossier-grand-age": Orientation.GRAND_AGE,
    "gerer-un-dossier-tnd": Orientation.TND,
}
DOSSIER = SANITAIRE, GRAND_AGE, TND = tuple(OF_ORIENTATION)
ANNUAIRE = "mise-a-jour-fiche-annuaire"
STATISTIQUES = "commander-des-statistiques"
GUICHET, FERMER = "guichet-unique", "fermer-une-structure"
OF_UNITS = ("unites", "unite", "edit_unite")
PROLONGER, REVUE = "prolonger-une-habilitation", "revue-des-habilitations"
# What they say is of a médecin's space, though a hospital has the page too.
OF_A_SPACE = {
    f"{ACCUEIL}#acceder",
    f"{ACCUEIL}#rechercher",
    f"{ACCEPTER}#attend",
    f"{ACCEPTER}#reprendre",
}
# And what is of a structure, though a médecin's space has the page too.
OF_A_STRUCTURE = {f"{PROLONGER}#annuler"}
# Name of a URL → fiches, each perhaps with the heading where the answer stands.
ENVOI = ("index", "choose", "send")
ENVOYER, *_ = FAMILLES
HANDICAP = "notifications-handicap"
OF_DECISIONS = ("create", "decision", "notify", "correct", "cancel", "restore")
BOARD = "tableaux:tableau"
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
        for page in ("traitant", "traitant_found", "name_traitant", "remove_traitant")
    },
    "dossiers:search": (f"{ACCUEIL}#rechercher",),
    "dossiers:found": (f"{ACCUEIL}#rechercher",),
    "dossiers:pieces": tuple(f"{one}#pieces" for one in DOSSIER),
    "dossiers:create": DOSSIER,
    "dossiers:volet": DOSSIER,
    "dossiers:edit_volet": DOSSIER,
    **{f"demandes:{page}": (*(f"{one}#envoyer" for one in DOSSIER), ENVOYER) for page in ENVOI},
    "demandes:detail": tuple(FAMILLES),
    "demandes:papier": ("repondre-a-une-demande#papier",),
    "tableaux:index": ("tableaux-de-bord",),
    BOARD: ("tableaux-de-bord", *BOARDS),
    **{f"tableaux:{page}": ("tableaux-de-bord#vues",) for page in ("save", "vues", "vue", "vue_edit")},
    "delais:edit": ("demandes-sans-solution#delais",),
    **{f"tableaux:{code}": (f"{HANDICAP}#{code}",) for code in ("mdph", "esms")},
    **{f"notifications:{page}": (f"{HANDICAP}#mdph",) for page in OF_DECISIONS},
    **{f"notifications:{page}": (f"{HANDICAP}#esms",) for page in ("detail", "statut", "unite")},
    **{f"notifications:{page}": (f"{HANDICAP}#noms",) for page in ("search", "found")},
    **{f"demandes:{page}": ("rechercher-une-unite",) for page in ("offre", "offre_found")},
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
    "alertes": ("mon-compte#emails",),
    "alerte": ("mon-compte#emails",),
    "alertes_choix": ("mon-compte#emails",),
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
    "changements:index": (f"{PROLONGER}#annuler", f"{ACCEPTER}#reprendre"),
    "changements:undo": (f"{PROLONGER}#annuler", f"{ACCEPTER}#reprendre"),
    "habilitations:unlock": ("debloquer-un-compte",),
    "habilitations:revue": (REVUE,),
    **{f"habilitations:{page}": (f"{REVUE}#campagnes",) for page in CAMPAGNES},
    "annuaire:etablissements": (f"{ANNUAIRE}#acceder",),
    "annuaire:etablissement": (f"{ANNUAIRE}#acceder",),
    "annuaire:edit_etablissement": (f"{ANNUAIRE}#acceder",),
    "annuaire:history_etablissement": (f"{ANNUAIRE}#historique",),
    "annuaire:history_unite": (f"{ANNUAIRE}#historique",),
    "annuaire:synchronisation": (f"{ANNUAIRE}#synchronisation",),
    **{f"annuaire:{page}": (f"{ANNUAIRE}#rapprocher",) for page in ("rapprochement", "activation")},
    **{f"annuaire:{page}": (f"{ANNUAIRE}#unites",) for page in OF_UNITS},
    **{f"annuaire:{page}": ("thesaurus-des-pathologies",) for page in ("thesaurus", "thesaurus_groupe")},
    "annuaire:guichets": (GUICHET,),
    "annuaire:guichet": (f"{GUICHET}#repondre",),
    "annuaire:guichet_create": (f"{GUICHET}#creer",),
    "annuaire:guichet_edit": (f"{GUICHET}#modifier",),
    "annuaire:fermetures": (f"{FERMER}#repertoire",),
    "annuaire:fermeture": (f"{FERMER}#fermer",),
    "annuaire:repartir": (f"{FERMER}#repartir",),
    "annuaire:couverture": ("couverture-geographique",),
    "annuaire:territoire": ("couverture-geographique",),
    "habilitations:deploiement": ("suivre-le-deploiement",),
    **{
        f"observatoire:commander_{groupe}": (f"{STATISTIQUES}#choisir",)
        for groupe in ("sanitaire", "grand_age", "handicap", "deploiement")
    },
    "observatoire:order": (f"{STATISTIQUES}#parametres",),
    "observatoire:figures": (f"{STATISTIQUES}#ecran",),
    "observatoire:consulter": (f"{STATISTIQUES}#consulter",),
    **{f"observatoire:{page}": (f"{STATISTIQUES}#modeles",) for page in ("modeles", "save_model")},
    "observatoire:stopped": (f"{STATISTIQUES}#arrets",),
    "observatoire:releves": (f"{STATISTIQUES}#releves",),
    "observatoire:dictionnaire": (f"{STATISTIQUES}#definitions",),
    **{f"annuaire:{page}": ("suivre-le-deploiement#ror",) for page in ("releves", "releve")},
    "etablissement_habilitations": (f"{ANNUAIRE}#habilitations",),
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
    if match is None:
        return {"aide": ""}
    orientation = getattr(request, "orientation", "")  # of the dossier whose page it is
    board = match.kwargs["code"] if match.view_name == BOARD else ""
    board = board if board in BOARDS.values() else ""  # kept once for each: not for whatever is typed
    return {"aide": line_of(match.view_name, in_space=in_space, orientation=orientation, board=board)}


@cache
def line_of(name: str, *, in_space: bool = True, orientation: str = "", board: str = "") -> str:
    """`in_space`: to somebody in a médecin’s space; `orientation`, `board`: of the page."""
    elsewhere = OF_A_STRUCTURE if in_space else OF_A_SPACE
    links = [
        link
        for one, link in _links(name)
        if one not in elsewhere and _is_of(one, orientation) and _is_on(one, name, board)
    ]
    return drawn("site/documentation/how.html", {"links": links}) if links else ""


def _is_of(one: str, orientation: str) -> bool:
    of = OF_ORIENTATION.get(one.partition("#")[0], orientation)
    return not orientation or of == orientation


def _is_on(one: str, name: str, board: str) -> bool:
    """The page of a dashboard leads to its own fiche only."""
    return name != BOARD or BOARDS.get(one, board) == board


def _links(name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """As `HELP` has it: (title, address)."""
    for one in HELP.get(name, ()):
        slug, hash_sign, heading = one.partition("#")
        yield one, (FICHES[slug].title, f"{FICHES[slug].url}{hash_sign}{heading}")
