"""Dashboards: whose they are, what they show of whom, in which order (DOS-4, DOS-6, COM-9)."""

import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Identite
from annuaire.models import Lieu
from demandes.etats import CLOS, PROPOSES, RECUS, VIVANTS, Cote, Etat, Verbe
from demandes.impasses import Impasse
from demandes.models import Demande, SansSolution
from demandes.reads.tableaux import pages
from demandes.reads.tableaux.pages import Choix, Tableaux, held
from demandes.tableaux import REFUSED_DAYS, TABLEAUX
from dossiers.models import Presence, Role
from habilitations.profils import (
    ACCOMPAGNANT,
    ADRESSEUR_TND,
    CONSEILLER_PRADO,
    EQUIPE_SOIGNANTE,
    MEDECIN_COORDONNATEUR,
    PCO_SECRETARIAT,
    PRESCRIPTEUR_MEDICAL,
    REFERENT_STRUCTURE,
    REGULATEUR,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from tests import plans
from tests.demandes.factories import Cas, R, guichet_of, ready, requested
from tests.dossiers import mondes
from tests.dossiers.factories import LISTER, lend, professionnel
from tests.factories import MedecinFactory, UniteFactory, as_delegate, as_medecin, as_professionnel
from viatraj.core.actor import Place
from viatraj.core.droits import Niveau

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("SEED") or 14)
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def board(code, actor, *, now=None, **said) -> Tableaux:
    return Tableaux(TABLEAUX[code], actor, Choix.of(said), now=now or timezone.now())


def shown(code, actor, **said) -> list[int]:
    lignes, _ = board(code, actor, **said).page("")
    return [one.demande.pk for one in lignes]


def counted(code, actor, **said) -> dict[str, int]:
    found = board(code, actor, **said).compteurs()
    return {one.vue.code: one.nombre for one in found if one.nombre is not None}


# --- Whose they are -------------------------------------------------------------------

HOLDERS = {
    PRESCRIPTEUR_MEDICAL: ["prescripteur", "redacteur"],
    EQUIPE_SOIGNANTE: ["prescripteur", "redacteur"],
    ACCOMPAGNANT: ["redacteur"],
    ADRESSEUR_TND: ["prescripteur-tnd"],
    RESPONSABLE_ADMISSIONS: ["receveur"],
    RESPONSABLE_ADMISSIONS_GA: ["receveur-ehpad"],
    MEDECIN_COORDONNATEUR: ["receveur-ehpad"],
    PCO_SECRETARIAT: ["pco"],
    CONSEILLER_PRADO: ["prado"],
    REFERENT_STRUCTURE: [],
    REGULATEUR: ["regulateur"],
}


def test_each_profile_has_its_dashboards_and_no_other():
    """COM-9, DOS-4: a référent has none; a guichet has its own, and its units’."""
    unite = UniteFactory()
    at = {
        Niveau.UNITE: unite,
        Niveau.ETABLISSEMENT: unite.etablissement,
        Niveau.COORDINATION: unite.etablissement.coordination,
    }
    found = {}
    for profil in HOLDERS:
        lieu = next(row for niveau, row in at.items() if niveau in profil.niveaux)
        found[profil] = [one.code for one in held(professionnel(profil, lieu))]
    assert found == HOLDERS
    at_guichet = professionnel(RESPONSABLE_ADMISSIONS, guichet_of(unite))
    assert [one.code for one in held(at_guichet)] == ["receveur", "guichet"]
    medecin = MedecinFactory()
    assert [one.code for one in held(as_medecin(medecin))] == ["medecin"]
    assert [one.code for one in held(as_delegate(lend(medecin, droits=LISTER)))] == ["medecin"]


# --- The same as a fair hand writes it ------------------------------------------------


class Monde:
    """A random world of the dossiers, each asked of many, at few instants: ties are the rule."""

    def __init__(self, chance: random.Random):
        self.terre = mondes.Terre()
        self.actors, dossiers = mondes._monde(self.terre, chance)
        here = [Lieu.of(one) for niveau in ("unite", "guichet") for one in self.terre.lieux[niveau]]
        cpam = [Lieu.of(one) for one in self.terre.lieux["coordination"]]
        rows = [
            row
            for one in dossiers
            for row in asked(chance, one, here + (cpam if one.orientation == "sanitaire" else []))
        ]
        opening = random.Random(SEED)
        for row in rows:
            if row.sent_at and opening.random() < 0.5:
                row.opened_by, row.opened_at = opening.choice(self.actors).user, NOW
        Demande.objects.bulk_create(rows)
        self.demandes = list(Demande.objects.select_related("dossier"))
        told = Presence.objects.filter(role=Role.REGULATEUR).order_by("dossier", "pk").distinct("dossier")
        SansSolution.objects.bulk_create([sans(chance, one) for one in told])
        self.sans = list(SansSolution.objects.select_related("dossier"))
        self.known = dict(Identite.objects.values_list("user", "idnat"))


def asked(chance, dossier, lieux):
    """One living demande a place at most; some were taken back before they were sent."""
    etats, living = [one for one in Etat if one not in (Etat.ADMIS, Etat.AILLEURS)], set()
    for lieu in [*lieux, *lieux]:
        etat = chance.choice(etats)
        if lieu.key in living:
            etat = Etat.REFUSEE
        living |= {lieu.key} if etat in VIVANTS else set()
        sent = NOW - timedelta(hours=chance.choice((1, 20, 30, 300)))
        unsent = etat == Etat.SELECTIONNEE or (etat == Etat.ANNULEE and chance.random() < 0.5)
        day = NOW.date() if etat in PROPOSES else None
        yield Demande(
            dossier=dossier,
            niveau=lieu.niveau,
            etat=etat,
            motif="autre" if etat in CLOS else "",
            depuis=NOW - timedelta(days=chance.choice((1, 2, 120))),
            changed_at=NOW - timedelta(days=chance.choice((1, 2, 120))),
            sent_at=None if unsent else sent,
            rappels=chance.choice((0, 0, 1)),
            echeance_at=sent + timedelta(days=1) if etat in RECUS and chance.random() < 0.8 else None,
            date_proposee=day,
            valable_jusqu=day,
            **lieu.columns,
        )


def sans(chance, presence) -> SansSolution:
    """As it lies where it is told of; `echeance_at` is asked of those in progress."""
    return SansSolution(
        dossier_id=presence.dossier_id,
        orientation=presence.orientation,
        coordination_id=presence.coordination_id,
        etablissement_id=presence.etablissement_id,
        etat=chance.choice(list(Impasse)),
        depuis=NOW - timedelta(days=chance.choice((1, 2))),
        changed_at=NOW - timedelta(days=chance.choice((1, 2))),
        echeance_at=NOW,
    )


def naive(monde, code, actor, choix) -> list[int]:
    """By reading every demande and every right."""
    tableau = TABLEAUX[code]
    vue = tableau.vue(choix.vue)
    found = [
        one
        for one in (monde.sans if tableau.is_regulated else monde.demandes)
        if one.etat in vue.etats
        and choix.orientation in ("", one.orientation)
        and (not tableau.is_received or one.sent_at)
        and (not vue.tarde or is_due(one))
        and (not vue.days or one.changed_at >= NOW - timedelta(days=REFUSED_DAYS))
        and (
            choix.qui != "moi"
            or actor.user.pk == (one.opened_by_id if tableau.is_received else one.dossier.cree_par_id)
        )
        and (
            choix.unite is None
            or choix.unite == (one.par_unite_id if tableau.cote == Cote.DEMANDEUR else one.unite_id)
        )
        and any(reaches(monde, tableau, grant, one) for grant in actor.rights.grants)
    ]
    key, newest = KEYS["changees" if vue.is_closed else offered(tableau, actor, choix)]
    return [one.pk for one in sorted(found, key=lambda one: (key(one), one.pk), reverse=newest)]


NEVER = datetime(3000, 1, 1, tzinfo=UTC)
KEYS = {
    "": (lambda one: one.depuis, False),
    "recentes": (lambda one: one.depuis, True),
    "changees": (lambda one: one.changed_at, True),
    "echeance": (lambda one: one.echeance_at or NEVER, False),
    "nom": (lambda one: (one.dossier.nom_cle, one.dossier.prenom_cle), False),
}


def offered(tableau, actor, choix) -> str:
    """By name, to who may name all that he sees; by deadline, of what has one."""
    tri, asked = choix.tri, (choix.orientation,) if choix.orientation else tableau.orientations
    if (tri, tableau.is_regulated) == ("echeance", True):
        return ""
    grants = [one for one in actor.rights.grants if one.droit == tableau.droit]
    seen = [one for one in grants if one.domaine in ("", *asked)]
    if tri == "nom" and any(one.mode == "anonyme" for one in seen if one.niveau in tableau.niveaux):
        return ""
    return tri


def is_due(one) -> bool:
    return one.rappels > 0 or bool(one.echeance_at and one.echeance_at <= NOW)


def reaches(monde, tableau, grant, one) -> bool:
    if grant.droit != tableau.droit or grant.mode not in tableau.droit.modes:
        return False
    of = "cpam" if tableau.is_received and one.niveau == Niveau.COORDINATION else one.orientation
    if grant.domaine not in ("", of) or of not in tableau.modules:
        return False
    if grant.niveau not in tableau.niveaux:
        return False
    if grant.niveau == Niveau.MEDECIN:
        who = one.par_professionnel
        return who is not None and who.idnat == monde.known.get(grant.lieu_id)
    if tableau.is_received:
        return grant.reaches(one.place)
    if tableau.is_regulated:
        return grant.reaches(Place(None, one.coordination_id, one.etablissement_id, None, one.unite_id))
    if grant.niveau == Niveau.COORDINATION and one.par_niveau != Niveau.COORDINATION:
        return False
    place = Place(None, one.par_coordination_id, one.par_etablissement_id, None, one.par_unite_id)
    return grant.reaches(place)


def compare(cases: int) -> int:
    """Of each dashboard of each actor, vues, orders and switches taken at random; how many rows were met."""
    chance, met = random.Random(SEED), 0
    monde = Monde(chance)
    chosen = [{"tri": one} for one in pages.TRIS]
    chosen += [
        {"tri": "nom", "orientation": "sanitaire"},
        {"qui": "moi"},
        {"orientation": "grand_age"},
        {"qui": "moi", "tri": "echeance"},
    ]
    chosen += [{"qui": f"unite-{one.pk}"} for one in monde.terre.lieux["unite"][:2]]
    boards = [(actor, one) for actor in monde.actors for one in held(actor)]
    for actor, tableau in chance.choices(boards, k=cases):
        said = chance.choice(chosen) | {"vue": chance.choice(tableau.vues).code}
        suivi = Tableaux(tableau, actor, Choix.of(said), now=NOW)
        wanted = naive(monde, tableau.code, actor, suivi.choix)
        whole = f"SEED={SEED}: {tableau.code}, {actor}, {said}"
        found, after = [], ""
        while keys := suivi._keys(after, 2):  # fewer than places: the first step has to choose
            found += [pk for pk, _ in keys]
            after = pages._told(keys[-1])
        assert found == wanted, whole
        (counter,) = [one.nombre for one in suivi.compteurs() if one.vue == suivi.vue]
        assert counter in (len(wanted), None), whole
        assert [one.demande.pk for one in suivi.page("")[0]] == wanted[: pages.A_PAGE], whole
        met += len(wanted)
    return met


def test_pages_are_those_of_a_naive_form():
    """DOS-4: page by page, among ties; counters count what lists show."""
    assert compare(24) > 10


def test_places_of_one_instant_are_told_apart():
    """DOS-4: of five units whose demandes all came at once, pages of two lose none, and show none twice."""
    cas = Cas(receiving=5)
    for one in cas.unites[1:]:
        professionnel(RESPONSABLE_ADMISSIONS, one, user=cas.receveur.user)
    actor = as_professionnel(cas.receveur.user)
    moments = dict.fromkeys(("sent_at", "depuis", "changed_at"), NOW)
    for dossier in (ready(cas.unite), ready(cas.unite)):
        for one in reversed(cas.unites):
            requested(dossier, one, etat="consultee", **moments)
            requested(dossier, one, etat="refusee", motif="place", **moments)
            requested(dossier, one, etat="annulee", motif="retiree", **(moments | {"sent_at": None}))
    for vue, way in (("a-traiter", 1), ("closes", -1)):
        suivi, found, after = board("receveur", actor, now=NOW, vue=vue), [], ""
        while keys := suivi._keys(after, 2):
            found += [pk for pk, _ in keys]
            after = pages._told(keys[-1])
        wanted = Demande.objects.received().filter(etat__in=suivi.vue.etats).order_by("pk")
        assert found == list(wanted.values_list("pk", flat=True))[::way]


def test_by_name_is_only_for_whoever_may_name_them_all():
    """DOS-4: not beside one anonymous place; a page begins after nobody whom its reader may not name."""
    cas = Cas(nom="Bertin")
    cas.send()
    other = Cas(nom="Abel")
    other.unites = cas.unites
    other.send()
    rows = [one.demande for one in board("receveur", cas.receveur, tri="nom").page("")[0]]
    assert [one.dossier_id for one in rows] == [other.dossier.pk, cas.dossier.pk]
    elsewhere = Cas(nom="Azur")  # between both, at a place of somebody else
    (hidden,) = elsewhere.send()
    suivi = board("receveur", cas.receveur, tri="nom")
    assert len(suivi.page(f"0-{hidden.pk}")[0]) == 2
    assert [one.demande.pk for one in suivi.page(f"0-{rows[0].pk}")[0]] == [rows[1].pk]
    assert "nom" in suivi.tris
    professionnel(
        RESPONSABLE_ADMISSIONS, elsewhere.unites[0], user=cas.receveur.user, tableau_receveur="anonyme"
    )
    mixed = board("receveur", as_professionnel(cas.receveur.user), tri="nom")
    assert (mixed.tri, "nom" in mixed.tris) == ("", False)


@pytest.mark.proofs
def test_pages_of_many_cases():
    compare(3_000)


# --- Who sees what of whom ------------------------------------------------------------


def test_a_receveur_never_sees_that_another_unit_was_asked():
    """DOS-4: not by a row, by its order, by a counter, nor by what it says once the patient is elsewhere."""
    alone, beside = Cas(receiving=1), Cas(receiving=3)
    for cas in (alone, beside):
        cas.send()
    last = beside.receveurs[2]
    before = counted("receveur", last), shown("receveur", last)
    first, second, _ = Demande.objects.filter(dossier=beside.dossier).order_by("pk")
    beside.act(second, Verbe.REFUSER, by=beside.receveurs[1], cote=R, motif="place")
    beside.act(first, Verbe.QUESTIONNER, by=beside.receveurs[0], cote=R, texte="Et la marche ?")
    assert (counted("receveur", last), shown("receveur", last)) == before
    mine, _ = board("receveur", last, now=beside.now).page("")
    other, _ = board("receveur", alone.receveur, now=alone.now).page("")
    assert [told(one) for one in mine] == [told(one) for one in other]
    beside.admit(beside.accept(first))
    (line,) = board("receveur", last, vue="closes").page("")[0]
    assert line.demande.etat == Etat.AILLEURS
    assert line.suite == ""
    assert beside.unites[0].nom not in repr(line)


def told(ligne) -> tuple:
    """All that a row says but who it is about, and who asks."""
    return ligne.age, ligne.suite, ligne.retard, ligne.ouverte, ligne.orientation, ligne.demande.etat


def test_who_asks_sees_each_answer_and_what_awaits_him():
    """DOS-4, DOS-6: the precision that is asked awaits who asks, no more who receives."""
    cas = Cas(receiving=3)
    first, second, _ = cas.send()
    cas.act(first, Verbe.QUESTIONNER, by=cas.receveur, cote=R, texte="Et la marche ?")
    cas.act(second, Verbe.REFUSER, by=cas.receveurs[1], cote=R, motif="place")
    counts = counted("prescripteur", cas.demandeur)
    assert {one: number for one, number in counts.items() if number} == {
        "a-traiter": 1,
        "precision": 1,
        "en-attente": 1,
        "refusees": 1,
    }
    assert shown("prescripteur", cas.demandeur) == [first.pk]
    assert shown("receveur", cas.receveur) == []
    assert counted("receveur", cas.receveur)["precision"] == 1
    (refused,) = board("prescripteur", cas.demandeur, vue="refusees").page("")[0]
    assert (refused.chez, refused.suite) == (str(Lieu.of(cas.unites[1])), "Pas de place disponible")


def test_near_misses_see_nothing():
    """DOS-4: the right profile beside, another orientation, the right on another établissement’s unit."""
    cas = Cas()
    cas.send()
    assert len(shown("receveur", cas.receveur)) == 1
    for actor in (
        professionnel(RESPONSABLE_ADMISSIONS, UniteFactory()),
        professionnel(RESPONSABLE_ADMISSIONS, UniteFactory(etablissement=cas.unites[0].etablissement)),
        professionnel(RESPONSABLE_ADMISSIONS_GA, cas.unites[0]),
        professionnel(PRESCRIPTEUR_MEDICAL, cas.unites[0]),
        professionnel(REGULATEUR, cas.unites[0].etablissement),
    ):
        for code in TABLEAUX:
            assert shown(code, actor) == []
            assert not any(counted(code, actor).values())
    assert shown("receveur", cas.receveur, qui=f"unite-{cas.unite.pk}") == []


def test_names_follow_the_mode_and_leave_a_line_that_is_closed():
    """DOS-4: an anonymous row is built without a name; a closed one loses it after thirty days."""
    cas = Cas(nom="Garricou")
    (demande,) = cas.send()
    anonyme = professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0], tableau_receveur="anonyme")
    with CaptureQueriesContext(connection) as asked:
        (line,) = board("receveur", anonyme).page("")[0]
    assert line.patient is None
    assert " ans" in line.profil
    assert not any('"dossiers_dossier"."nom"' in one["sql"] for one in asked)
    (line,) = board("receveur", cas.receveur).page("")[0]
    assert (line.patient.nom, line.profil) == ("Garricou", "")
    cas.act(demande, Verbe.REFUSER, motif="place")
    for days, named in ((29, True), (31, False)):
        then = cas.now + timedelta(days=days)
        (line,) = board("receveur", cas.receveur, vue="closes", now=then).page("")[0]
        assert (line.patient is not None) is named
    (line,) = board("prescripteur", cas.demandeur, vue="closes", now=then).page("")[0]
    assert line.patient.nom == "Garricou"


def test_a_row_says_who_has_opened_it_how_old_it_is_and_when_it_is_late():
    """DOS-4: to who receives; who asks sees its state."""
    cas = Cas()
    (demande,) = cas.send()
    cas.act(demande, Verbe.CONSULTER)
    then = cas.now + timedelta(days=2)
    (line,) = board("receveur", cas.receveur, now=then).page("")[0]
    who = cas.receveur.user.titre
    assert line.ouverte == f"Ouverte par {who} il y a 2 jours"
    assert line.retard
    assert line.suite == "Sans réponse depuis 2 jours"
    assert board("receveur", cas.receveur, now=then, vue="sans-reponse").compteurs()[2].nombre == 1
    assert board("receveur", cas.receveur, now=cas.now).compteurs()[2].nombre == 0
    (line,) = board("prescripteur", cas.demandeur, now=then, vue="en-attente").page("")[0]
    assert (line.ouverte, line.age) == ("", "il y a 2 jours")


def test_mine_is_what_i_have_opened_or_made():
    """DOS-4: near miss, a colleague of the same unit, on each side."""
    cas = Cas()
    (demande,) = cas.send()
    type(cas.dossier).objects.filter(pk=cas.dossier.pk).update(cree_par=cas.demandeur.user)
    cas.act(demande, Verbe.CONSULTER)
    others = (
        professionnel(RESPONSABLE_ADMISSIONS, cas.unites[0]),
        professionnel(PRESCRIPTEUR_MEDICAL, cas.unite),
    )
    for code, vue, mine, other in (
        ("receveur", "a-traiter", cas.receveur, others[0]),
        ("prescripteur", "en-attente", cas.demandeur, others[1]),
    ):
        assert shown(code, mine, vue=vue, qui="moi") == [demande.pk] == shown(code, other, vue=vue)
        assert shown(code, other, vue=vue, qui="moi") == []
        assert counted(code, other, qui="moi")[vue] == 0
        assert counted(code, mine, qui="moi")[vue] == 1


def test_a_page_asks_the_same_number_of_statements_whatever_it_shows():
    """DOS-4."""
    cas = Cas(receiving=1)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            suivi = board("receveur", cas.receveur)
            assert suivi.compteurs()
            assert suivi.page("")[0]
            assert suivi.unites
        return len(seen)

    cas.send()
    few = asked()
    for _ in range(3):
        other = Cas(receiving=1)
        other.unites = cas.unites
        other.send()
    assert asked() == few == 6


def test_each_walk_is_along_an_index_of_its_places():
    """DOS-4: what lives along the index of its age, what is closed along that of its last change."""
    cas = Cas()
    cas.send()
    plans.as_if_rows_were_many("seqscan", "bitmapscan", "sort")
    both = ("receveur", cas.receveur, "demandes_unite"), ("prescripteur", cas.demandeur, "demandes_par_unite")
    for code, actor, index in both:
        for vue in TABLEAUX[code].vues:
            with CaptureQueriesContext(connection) as seen:
                board(code, actor, vue=vue.code)._keys("", 50)
            plan = plans.of(seen.captured_queries[-1]["sql"])
            name = index if vue.is_closed else f"{index}_vit"
            assert plan.count(f"using {name} on demandes_demande") == 2, (code, vue.code, plan)
