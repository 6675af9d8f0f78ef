"""Dashboards: what awaits whoever looks, then what he awaits; the same as a file (DOS-4, COM-9)."""

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from demandes import actions, policies
from demandes.etats import Cote
from demandes.handicap.suivis import suivis
from demandes.reads import accueils, vues
from demandes.reads.tableaux.pages import MOI, NOM, TOUT, TRIS, Choix, Tableaux
from demandes.tableaux import held
from demandes.views.reach import tableau_of
from viatraj.core import pages
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.workbook import Column, Workbook


@require_safe
def index(request):
    """All that he holds; the only one, at once."""
    policies.boards(request.actor)
    boards = [*held(request.actor), *suivis(request.actor)]
    if len(boards) == 1:
        return redirect("tableaux:tableau", boards[0].code)
    return page(request, "tableaux/index.html", resumes=accueils.resumes(request.actor, now=timezone.now()))


@require_safe
def tableau(request, code):
    suivi = _asked(request, code)
    kept = vues.mine(request.actor, code)
    first = next((one for one in kept if one.defaut), None)
    lost = vues.refusal(first, request.actor) if first and not request.GET else ""
    if first and not request.GET and not lost:
        return redirect("tableaux:vue", first.pk)
    lignes, following = suivi.page(request.GET.get("apres", ""))
    choix = suivi.choix
    return page(
        request,
        "tableaux/tableau.html",
        suivi=suivi,
        tableau=suivi.tableau,
        vue=suivi.vue,
        choix=choix,
        compteurs=[(one, choix.address(vue=one.vue.code)) for one in suivi.compteurs()],
        here=choix.address(),
        following=choix.address(apres=following) if following else "",
        qui=_whose(suivi),
        chez="Structure" if suivi.tableau.cote == Cote.DEMANDEUR else "Demandeur",
        ordres=[(one, TRIS[one]) for one in suivi.tris],
        trop=choix.tri == NOM != suivi.tri,
        lost=lost,
        vues=[(one, vues.choix(one) == choix) for one in kept],
        lignes=lignes,
        is_later="apres" in request.GET,
        several=len(held(request.actor)) + len(suivis(request.actor)) > 1,
    )


def _whose(suivi: Tableaux) -> list[tuple[str, str]]:
    """The switch, before units. Who regulates opens nothing by himself."""
    whole, mine = (TOUT, "Tout mon périmètre"), "Ouvertes par moi"
    if suivi.is_own or suivi.tableau.is_regulated:
        return [whole] if suivi.unites else []
    return [whole, (MOI, mine if suivi.tableau.is_received else "Dossiers créés par moi")]


COLUMNS = [
    Column("Dossier", 12),
    Column("Nom", 24),
    Column("Prénom", 20),
    Column("Date de naissance", 14),
    Column("Profil", 30),
    Column("Orientation", 30),
    Column("{chez}", 44),
    Column("État", 24),
    Column("Depuis le", 18, "instant"),
    Column("Envoyée le", 18, "instant"),
    Column("Suite", 44),
    Column("Ouverte", 36),
]


@require_safe
def workbook(request, code):
    """All that the page lists, with names where the page has them; the disk holds it before a byte leaves."""
    suivi = _asked(request, code)
    chez = "Structure" if suivi.tableau.cote == Cote.DEMANDEUR else "Demandeur"
    columns = [one._replace(title=one.title.format(chez=chez)) for one in COLUMNS]

    def write(file):
        count = 0
        with Workbook(file) as book, book.sheet(suivi.tableau.label, columns) as sheet:
            for part in suivi.slices():
                sheet.write_rows(map(_cells, part))
                count += len(part)
        said = {"tableau": suivi.tableau, "criteres": suivi.choix.said, "lignes": count}
        act(actions.note_export, **said, by=request.actor)

    return pages.workbook(f"tableau-{code}-{timezone.localdate()}.xlsx", write)


def _cells(ligne) -> list:
    patient = ligne.patient
    return [
        ligne.numero,
        *((patient.nom, patient.prenom, patient.naissance) if patient else (None, None, None)),
        ligne.profil,
        ligne.orientation,
        ligne.chez,
        ligne.etat,
        ligne.depuis,
        ligne.envoyee,
        ligne.suite,
        ligne.ouverte,
    ]


def _asked(request, code) -> Tableaux:
    tableau = tableau_of(request, code)
    return Tableaux(tableau, request.actor, Choix.of(request.GET), now=timezone.now())
