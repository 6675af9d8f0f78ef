"""A page that answers a POST by itself has no address: Back shows the browser's error in its place."""

from contextlib import contextmanager

import pytest

from viatraj.core import pages

# What may, and why; everything else sends elsewhere, or refuses (docs/adr/0039).
SHOWN = {
    "authcps:confirm_reception": "the link has served: it would not show this again",
    "authcps:cancel_reception": "the link has served: it would not show this again",
    "authcps:make_recovery": "recovery codes are shown once, and kept nowhere",
    "habilitations:demande": "the form again, with the rights of another profile: nothing was asked for",
    "habilitations:fin": "asks whether it is meant to shorten: a question, which the next page need not show",
    "habilitations:campagne_create": "counts the lines first: a question, which the next page need not show",
    "annuaire:couverture": "zones found fill the form again, with all that was typed: nothing is saved",
    "dossiers:create": "a Datamatrix that was read fills the form again: nothing is saved",
    "dossiers:identite": "a Datamatrix that was read fills the form again: nothing is saved",
    "demandes:papier": "a Datamatrix that was read fills the form again: nothing is saved",
    "observatoire:order": "counts the lines first: a question, which the next page need not show",
    "demo:reader": "the demonstration's programme of the workstation, which posts on by itself",
}


@contextmanager
def answered_elsewhere():
    """Every page drawn meanwhile is looked at."""
    draw = pages.render

    def look(request, template, context=None, status=None):
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method == "POST" and status == 200 and name not in SHOWN:
            pytest.fail(f"« {name} » répond à un POST par une page sans adresse : {template}")
        return draw(request, template, context, status=status)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "render", look)
        yield
