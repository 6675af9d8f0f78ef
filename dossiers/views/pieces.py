"""Files joined to a dossier: listed, added, opened, taken away (DOS-3)."""

import time

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from dossiers import actions, policies
from dossiers.forms.pieces import PieceForm
from dossiers.models import PieceJointe
from dossiers.reads import pieces as reads
from dossiers.views.reach import dossier_of
from viatraj.core import waking
from viatraj.core.files import antivirus
from viatraj.core.files.content import Kind
from viatraj.core.forms import posted, submit
from viatraj.core.pages import TooManyRequests, page
from viatraj.core.policies import can
from viatraj.core.saving import act
from viatraj.core.typography import file_size

ANALYSE = "dossiers.tasks.analyse_piece"  # by its name: tasks stand beside views
# Whatever a browser makes of it: a file to save, of this type, in which nothing runs.
SAFELY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@require_http_methods(["GET", "HEAD", "POST"])
def index(request, numero):
    dossier = dossier_of(request, numero)
    if request.method == "POST":
        policies.add_pieces(request.actor, dossier)
        _slow_down(request)
    volets = reads.writable(dossier, actor=request.actor)
    most = file_size(settings.PIECE_MAX_BYTES)
    form = PieceForm(posted(request), request.FILES or None, volets=volets, most=most)
    if submit(form, actions.add_piece, now=timezone.now(), by=request.actor):
        _tell_added(request, form.result)
        return redirect("dossiers:pieces", numero)
    act(actions.read, dossier, by=request.actor)  # a file's name may be a patient's
    lignes = reads.lignes(dossier, actor=request.actor)
    return page(
        request,
        "dossiers/pieces.html",
        dossier=dossier,
        lignes=lignes,
        form=form,
        may_add=volets.exists(),
        at_most=settings.PIECES_A_DOSSIER,
    )


def _slow_down(request):
    if wait := limits.seconds_to_wait(limits.FILES_AT_ONCE, "pieces", str(request.user.pk), now=time.time()):
        raise TooManyRequests(wait)


def _tell_added(request, piece):
    if antivirus.is_on():
        waking.wake(ANALYSE, piece.pk)
        messages.success(request, "La pièce est ajoutée. Elle pourra être ouverte une fois analysée.")
    else:
        messages.success(request, "La pièce est ajoutée.")


@require_safe
def show(request, numero, pk):
    """Never inline: it is saved, and opened by the programs of the workstation."""
    piece = _piece(request, numero, pk)
    if not can(policies.open_piece, request.actor, piece):
        raise Http404
    try:
        raw = act(actions.read_piece, piece, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("dossiers:pieces", numero)
    named = {"Content-Disposition": f'attachment; filename="{piece.download_name}"'}
    return HttpResponse(raw, content_type=Kind(piece.kind).mime, headers=SAFELY | named)


@require_http_methods(["GET", "HEAD", "POST"])
def hide(request, numero, pk):
    """A page asks first."""
    piece = _piece(request, numero, pk)
    if request.method == "POST":
        act(actions.hide_piece, piece, now=timezone.now(), by=request.actor)
        messages.success(request, "La pièce est retirée du dossier.")
        return redirect("dossiers:pieces", numero)
    policies.hide_piece(request.actor, piece)
    return page(
        request,
        "dossiers/piece_retrait.html",
        dossier=piece.volet.dossier,
        piece=piece,
        taille=file_size(piece.taille),
        days=settings.PIECES_HIDDEN_DAYS,
    )


def _piece(request, numero, pk) -> PieceJointe:
    """Of a volet that this person reads; of the others, as if there were none."""
    pieces = (
        PieceJointe.objects.of(dossier_of(request, numero)).shown().select_related("volet__dossier__auteur")
    )
    piece = get_object_or_404(pieces, pk=pk)
    if not can(policies.read_piece, request.actor, piece.volet.dossier, piece.volet.kind):
        raise Http404
    return piece
