"""The same questions as a fair hand writes them: a condition of each row, by OR; a page by its number."""

from contextlib import suppress
from datetime import timedelta

from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Collate

from demandes.etats import Cote
from demandes.models import Demande, SansSolution
from demandes.reads.tableaux import sans
from demandes.reads.tableaux.lieux import columns
from demandes.reads.tableaux.lignes import JOINED, lignes
from demandes.reads.tableaux.pages import ANCIENNES, CHANGEES, ECHEANCE, MOI, NOM, RECENTES
from demandes.reads.tableaux.statements import MANY
from demandes.tableaux import TABLEAUX, Tableau, Vue
from dossiers import perimetres
from tests.bench.backend import Spent, spent
from tests.bench.demandes.questions import SIZE, Cas
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau

ORDERS = {
    ANCIENNES: ("depuis", "pk"),
    RECENTES: ("-depuis", "-pk"),
    CHANGEES: ("-changed_at", "-pk"),
    ECHEANCE: (F("echeance_at").asc(nulls_last=True), "pk"),
}
PATIENCE = 20_000  # milliseconds, of one statement


def page(cas: Cas, actor: Actor, now) -> tuple[Spent, list[int] | None]:
    tableau = TABLEAUX[cas.tableau]
    vue = tableau.vue(cas.vue)
    rows = ordered(of_vue(visible(tableau, actor, cas), vue, tableau, now), vue, cas.tri)
    near = ("dossier",) if tableau.is_regulated else JOINED[tableau.is_received]
    write = sans.lignes if tableau.is_regulated else lignes

    def found():
        shown = Paginator(rows.select_related(*near), SIZE).get_page(cas.number)
        return [one.demande.pk for one in write(list(shown.object_list), tableau, actor, now=now)]

    return _waited(found)


def counters(cas: Cas, actor: Actor, now) -> tuple[Spent, list | None]:
    tableau = TABLEAUX[cas.tableau]
    rows = visible(tableau, actor, cas)

    def found():
        counted = [one for one in tableau.vues if one.is_counted]
        many = [(one, of_vue(rows, one, tableau, now).count()) for one in counted]
        return [(one.code, min(n, MANY + 1) if one.is_closed else n) for one, n in many]

    return _waited(found)


def visible(tableau: Tableau, actor: Actor, cas: Cas):
    """All that somebody may see there."""
    received, model = tableau.is_received, SansSolution if tableau.is_regulated else Demande
    rows = model.objects.filter(_reached(tableau, actor), orientation__in=tableau.orientations)
    if received:
        rows = rows.exclude(sent_at=None)
    if cas.qui == MOI:
        return rows.filter(opened_by=actor.user) if received else rows.filter(dossier__cree_par=actor.user)
    if cas.qui:
        unite = int(cas.qui.removeprefix("unite-"))
        return rows.filter(par_unite=unite) if tableau.cote == Cote.DEMANDEUR else rows.filter(unite=unite)
    return rows


def _reached(tableau: Tableau, actor: Actor) -> Q:
    known = {"mode": tableau.droit.modes[0], "domaine": "orientation"}
    if tableau.niveaux == (Niveau.MEDECIN,):
        comptes = [one.lieu_id for one in tableau.grants(actor)]
        return Q(par_professionnel__in=list(perimetres.professionnels(comptes).values_list("pk", flat=True)))
    at = {niveau.value: column for niveau, column in columns(tableau).items() if niveau in tableau.niveaux}
    own = at.pop(Niveau.COORDINATION.value, "") if tableau.cote == Cote.DEMANDEUR else ""
    rule = actor.rights.within(tableau.droit, **known, **at)
    if own:
        alone = actor.rights.within(tableau.droit, **known, coordination=own)
        rule |= alone & Q(par_niveau=Niveau.COORDINATION)
    return rule


def of_vue(rows, vue: Vue, tableau: Tableau, now):
    rows = rows.filter(etat__in=vue.etats)
    if vue.tarde:
        rows = rows.filter(Q(rappels__gt=0) | Q(echeance_at__lte=now))
    if vue.days:
        rows = rows.filter(changed_at__gte=now - timedelta(vue.days))
    return rows


def ordered(rows, vue: Vue, tri: str):
    if vue.is_closed:
        return rows.order_by("-changed_at", "-pk")
    if tri == NOM:
        return rows.order_by(Collate("dossier__nom_cle", "C"), Collate("dossier__prenom_cle", "C"), "pk")
    return rows.order_by(*ORDERS[tri])


def _waited(ask):
    """What its statements took, and what was found: None where one took longer than PATIENCE."""
    found = None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
        with spent() as took, suppress(OperationalError), transaction.atomic():
            found = ask()
    return took, found
