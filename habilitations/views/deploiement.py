"""«Déploiement»: how far the établissements of a coordination, a région or the country are (ANN-8)."""

from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from annuaire.models import Etablissement
from habilitations import actions, policies
from habilitations.reads import deploiement as reads
from habilitations.reads.deploiement import Choix, Deploiement
from viatraj.core import pages
from viatraj.core.droits import Droit, Mode
from viatraj.core.pages import page
from viatraj.core.saving import act
from viatraj.core.workbook import Column, Workbook


@require_safe
def index(request):
    suivi, rights = _asked(request), request.actor.rights
    after = request.GET.get("apres", "")
    lignes, following = suivi.page(after)
    return page(
        request,
        "habilitations/deploiement.html",
        suivi=suivi,
        choix=suivi.choix,
        filtres=_in_words(suivi.choix),
        chiffres=_figures(suivi) if suivi.coordination else (),
        lignes=[
            (
                one,
                rights.cover(Droit.STRUCTURE, one.etablissement.place, domaine="", mode=Mode.OUI),
                rights.cover(Droit.REFERENT_STRUCTURE, one.etablissement.place, domaine="", mode=Mode.OUI),
            )
            for one in lignes
        ],
        following=following,
        is_later="apres" in request.GET,
        choices=[(name, label, known.items(), getattr(suivi.choix, name)) for name, label, known in CHOICES],
    )


CHOICES = (
    ("etabli", "Déploiement", reads.ETABLIS),
    ("referent", "Référent structure", reads.REFERENTS),
    ("fiche", "Fiches", reads.KNOWN["fiche"]),
    ("verifiee", "Dernière vérification", reads.KNOWN["verifiee"]),
    ("anomalie", "FINESS", reads.ANOMALIES),
)
# What leads from each figure to the établissements that it counts.
ALONE = {
    "etablis": ("Établis", {"etabli": "oui"}),
    "sans_referent": ("Sans référent", {"referent": "non"}),
    "complets": ("Fiches complètes", {"fiche": "oui"}),
    "jamais_verifies": ("Jamais vérifiés", {"verifiee": "jamais"}),
    "anomalies": ("Avec une anomalie", {"anomalie": "oui"}),
}
COLUMNS = [
    Column("Coordination", 28),
    Column("Établissement", 44),
    Column("FINESS", 12),
    Column("Code postal", 10),
    Column("Commune", 28),
    Column("Établi", 8),
    Column("Référents structure", 10),
    Column("Personnes habilitées", 10),
    Column("Unités ouvertes", 10),
    Column("Unités complètes", 10),
    Column("Manque à la fiche", 36),
    Column("Synchronisation", 24),
    Column("Vérifiée le", 12, "date"),
    Column("Anomalies", 80),
]
FIGURES = [
    Column("Coordination", 28),
    Column("Établissements ouverts", 12),
    Column("Établis", 12),
    Column("Sans référent", 12),
    Column("Fiches complètes", 12),
    Column("Jamais vérifiés", 12),
    Column("Avec une anomalie", 12),
]


@require_safe
def workbook(request):
    """All that answers, then the figures of each coordination; the disk holds it before a byte leaves."""
    suivi = _asked(request)

    def write(file):
        lines = 0
        with Workbook(file) as book:
            with book.sheet("Déploiement", COLUMNS) as sheet:
                for part in suivi.slices():
                    sheet.write_rows(map(_cells, part))
                    lines += len(part)
            with book.sheet("Par coordination", FIGURES) as sheet:
                figures = suivi.chiffres()
                here = [one for one in suivi.coordinations if one.pk in figures]
                sheet.write_rows([one.nom, *vars(figures[one.pk]).values()] for one in here)
        act(actions.note_deployment_export, criteres=suivi.choix.said, lignes=lines, by=request.actor)

    return pages.workbook(f"deploiement-{timezone.localdate()}.xlsx", write)


def _in_words(choix: Choix) -> str:
    chosen = [(name, known.get(getattr(choix, name), "")) for name, _, known in CHOICES]
    said = [f"«\u00a0{choix.q}\u00a0»"] if choix.q else []
    for name, words in chosen:
        if words:
            before = "vérification\u00a0: " if name == "verifiee" else ""
            said.append(before + words[0].lower() + words[1:])
    return ", ".join(said) or "aucun"


def _figures(suivi: Deploiement) -> list[tuple[str, int, str]]:
    """(label, how many, the address of these alone), whatever is filtered."""
    here = suivi.coordination.pk
    found = suivi.chiffres().get(here, reads.NOTHING)
    shown = {"total": ("Établissements ouverts", {}), **ALONE}
    return [
        (label, getattr(found, name), f"?{urlencode({'coordination': here, **asked})}")
        for name, (label, asked) in shown.items()
    ]


def _cells(ligne: reads.Ligne) -> list:
    one: Etablissement = ligne.etablissement
    return [
        one.coordination.nom,
        one.nom,
        one.finess,
        one.code_postal,
        one.commune,
        ligne.is_etabli,
        ligne.referents,
        ligne.personnes,
        ligne.unites,
        ligne.unites_completes,
        ", ".join(critere.label for critere in ligne.jauge.manquants),
        one.get_synchronisation_display(),
        one.verifiee_le and timezone.localdate(one.verifiee_le),
        "\u202f; ".join(ligne.anomalies),
    ]


def _asked(request) -> Deploiement:
    policies.deployment(request.actor)
    suivi = Deploiement(request.actor, Choix.of(request.GET), today=timezone.localdate())
    if suivi.is_astray:
        raise Http404
    return suivi
