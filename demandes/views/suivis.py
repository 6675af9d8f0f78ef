"""The boards of notifications of both sides, and each as a file (DOS-4, COM-9)."""

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from demandes import actions, policies
from demandes.handicap.statuts import Cote
from demandes.handicap.suivis import SUIVIS, suivis
from demandes.reads import vues
from demandes.reads.esms import mdph_of
from demandes.reads.suivis import Suivis
from demandes.tableaux import held
from viatraj.core import pages
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.workbook import Column, Workbook


@require_safe
def suivi(request, code):
    board = _asked(request, code)
    kept = vues.mine(request.actor, code)
    first = next((one for one in kept if one.defaut), None)
    if first and not request.GET:
        return redirect("tableaux:vue", first.pk)
    lignes, following = board.page(request.GET.get("apres", ""))
    is_mdph = board.suivi.cote == Cote.MDPH
    return page(
        request,
        "notifications/suivi.html",
        suivi=board.suivi,
        vue=board.vue,
        compteurs=board.compteurs(),
        lignes=lignes,
        following=following,
        is_later="apres" in request.GET,
        is_mdph=is_mdph,
        decides=is_mdph and mdph_of(request.actor).exists(),
        vues=[(one, one.vue == board.vue.code) for one in kept],
        several=len(suivis(request.actor)) + len(held(request.actor)) > 1,
    )


COLUMNS = [
    Column("Décision", 16),
    Column("Nom", 24),
    Column("Prénom", 20),
    Column("Date de naissance", 14),
    Column("Profil", 24),
    Column("Orientation", 44),
    Column("Valable du", 12, "date"),
    Column("Valable jusqu’au", 12, "date"),
    Column("{chez}", 44),
    Column("Unité", 36),
    Column("Statut", 44),
    Column("Motif", 44),
    Column("Date du statut", 14, "date"),
    Column("Envoyée le", 18, "instant"),
    Column("Lue le", 18, "instant"),
    Column("Statut dans l’unité", 44),
    Column("Mode de prise en charge", 30),
]


@require_safe
def workbook(request, code):
    """All that the vue lists, with names where the page has them."""
    board = _asked(request, code)
    chez = "Établissement" if board.suivi.cote == Cote.MDPH else "MDPH"
    columns = [one._replace(title=one.title.format(chez=chez)) for one in COLUMNS]

    def write(file):
        count = 0
        with Workbook(file) as book, book.sheet(board.suivi.label, columns) as sheet:
            for part in board.slices():
                sheet.write_rows(map(_cells, part))
                count += len(part)
        said = {"tableau": board.suivi, "criteres": {"vue": board.vue.code}, "lignes": count}
        act(actions.note_export, **said, by=request.actor)

    return pages.workbook(f"tableau-{code}-{timezone.localdate()}.xlsx", write)


def _cells(ligne) -> list:
    one = ligne.notification
    decision = one.decision
    return [
        decision.numero,
        *((decision.nom, decision.prenom, ligne.naissance) if ligne.personne else (None, None, None)),
        ligne.profil,
        ligne.orientation,
        decision.debut,
        decision.fin,
        ligne.chez,
        one.unite.nom if one.unite else "",
        ligne.statut,
        ligne.motif,
        one.date_statut,
        one.sent_at,
        one.lue_at,
        one.get_statut_unite_display(),
        one.mode_dit,
    ]


def _asked(request, code) -> Suivis:
    policies.board(request.actor, SUIVIS[code])
    return Suivis(SUIVIS[code], request.actor, request.GET.get("vue", ""), now=timezone.now())
