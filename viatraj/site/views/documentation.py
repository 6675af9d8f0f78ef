"""Documentation for everybody, before one is in: a page for each thing one does (CON-1, CON-10, DOC-1)."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.views.decorators.http import require_safe

from authcps.navigateurs import known_to_fail
from habilitations.profils import PROFILS
from viatraj.core.droits import Domaine
from viatraj.core.pages import page

FOLDER = "site/documentation"


@dataclass(frozen=True)
class Fiche:
    slug: str
    title: str
    says: str
    template: str


FICHES = (
    Fiche(
        "creer-un-compte",
        "Créer un compte et une habilitation",
        "Chercher, créer, attribuer, à une personne ou à plusieurs.",
        "creer_un_compte.html",
    ),
    Fiche(
        "droits-sanitaire",
        "Gérer les droits sanitaires",
        "Les profils, les modes, ce qui s’ajuste.",
        "droits_sanitaire.html",
    ),
    Fiche(
        "prolonger-une-habilitation",
        "Prolonger une habilitation",
        "Prolonger, réduire, demander une prolongation.",
        "prolonger.html",
    ),
    Fiche(
        "revue-des-habilitations",
        "Effectuer une revue des habilitations",
        "Qui peut quoi, où, jusqu’à quand.",
        "revue.html",
    ),
    Fiche(
        "debloquer-un-compte",
        "Débloquer un compte",
        "Après plusieurs mots de passe erronés.",
        "debloquer.html",
    ),
    Fiche(
        "mon-compte",
        "Gérer mon compte",
        "Coordonnées, mot de passe, codes, e-mails, référents.",
        "mon_compte.html",
    ),
)
BY_SLUG = {fiche.slug: fiche for fiche in FICHES}
SANITAIRE = (Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.ADMINISTRATION)


@login_not_required
@require_safe
def sign_in(request):
    return page(
        request,
        "site/documentation/se_connecter.html",
        code_minutes=int(settings.CODE_LIFETIME.total_seconds()) // 60,
        trust_hours=int(settings.TRUST_LIFETIME.total_seconds()) // 3600,
    )


@login_not_required
@require_safe
def card(request):
    browser = known_to_fail(request.headers.get("User-Agent", ""))
    context = {"check_url": settings.CARD_CHECK_URL, "browser": browser}
    return page(request, "site/documentation/parametrer_ma_carte.html", **context)


@login_not_required
@require_safe
def to_assistant(request):
    return page(request, "site/documentation/deleguer_assistant.html")


@login_not_required
@require_safe
def to_confrere(request):
    return page(request, "site/documentation/deleguer_confrere.html")


@login_not_required
@require_safe
def index(request):
    return page(request, "site/documentation/index.html", fiches=FICHES)


@login_not_required
@require_safe
def fiche(request, slug):
    if slug not in BY_SLUG:
        raise Http404
    return page(
        request,
        f"{FOLDER}/{BY_SLUG[slug].template}",
        tries=settings.PASSWORD_TRIES,
        window=int(settings.PASSWORD_WINDOW.total_seconds()) // 60,
        profils=[
            (profil, ", ".join(niveau.label.lower() for niveau in profil.niveaux))
            for profil in PROFILS.values()
            if profil.domaine in SANITAIRE
        ],
    )
