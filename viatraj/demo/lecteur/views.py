"""«Lecteur de démonstration»: plays the programme du poste on the same server, with virtual cards."""

import base64
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from authcps import card as card_room
from viatraj.core.pages import page
from viatraj.demo.lecteur import cartes

ASKED = ("origine", "defi", "nonce", "tentative", "emis")
WRONG = "lecteur_codes_faux"  # session: wrong codes a card, as the chip counts them


@login_not_required
@sensitive_post_parameters("code_porteur")
@require_http_methods(["GET", "HEAD", "POST"])
def lecteur(request):
    asked = {name: (request.POST or request.GET).get(name, "")[:300] for name in ASKED}
    if not all(asked.values()):
        return page(request, "demo/lecteur.html", asked=None)
    if request.method != "POST":
        return _ask(request, asked)
    cartes.prepare(now=timezone.now())
    card = cartes.find(request.POST.get("carte", ""))
    if card is None:
        return _ask(request, asked, problem="Choisissez la carte à insérer.")
    if not _unlocks(request, card):
        return _refuse(request, asked, card)
    certificate, signature, algorithm = cartes.sign(card, card_room.packed(asked[name] for name in ASKED))
    return page(
        request,
        "demo/lecteur_signed.html",
        card=card,
        answer={
            "defi": asked["defi"],
            "certificat": base64.b64encode(certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
            "algorithme": algorithm,
        },
    )


def _ask(request, asked, *, problem="", chosen="", status=200):
    return page(
        request,
        "demo/lecteur.html",
        status=422 if problem else status,
        asked=asked,
        cards=cartes.CARDS,
        chosen=chosen or cartes.CARDS[0].slug,
        problem=problem,
        pin=cartes.PIN,
    )


def _unlocks(request, card) -> bool:
    """Counts before it looks; a blocked card stays so for this session."""
    wrong = request.session.get(WRONG, {})
    tried = wrong.get(card.slug, 0)
    if tried >= cartes.TRIES:
        return False
    right = request.POST.get("code_porteur", "") == cartes.PIN
    request.session[WRONG] = {**wrong, card.slug: 0 if right else tried + 1}
    return right


def _refuse(request, asked, card):
    left = cartes.TRIES - request.session[WRONG][card.slug]
    if left <= 0:
        return redirect(f"{reverse('authcps:card_failed')}?{urlencode({'motif': 'blocked'})}")
    words = "Il reste un essai" if left == 1 else f"Il reste {left} essais"
    return _ask(request, asked, problem=f"Code porteur erroné. {words}.", chosen=card.slug)
