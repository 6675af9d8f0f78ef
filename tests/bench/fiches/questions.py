"""What is asked of the directory, by the product and by a fair hand: (milliseconds, rows)."""

import math
import random
from itertools import product
from time import perf_counter

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Value

from annuaire.fiches.completude import A_DOMICILE
from annuaire.models import Commune, Concept, Coordination, Element, Etablissement, PriseEnCharge, Unite
from annuaire.models.fiches import Holds
from annuaire.models.positions import Position
from annuaire.natures import Nature
from annuaire.reads import communes, listes, perimetre, publiques
from annuaire.reads.listes import Choix
from annuaire.reads.publiques import AROUND, Demande
from tests.bench.habilitations.clock import sql_clock

LAST = 1_000_000  # page; who asks for more than there are gets the last one
SIZE, NEAREST = 20, 50
CONTACT = (
    '$.contacts[*] ? (@.fonction != "" && @.confidentialite != "" && (@.telephone != "" || @.email != ""))'
)


def largest_coordination() -> Coordination:
    return Coordination.objects.annotate(many=Count("etablissements")).order_by("-many", "pk").first()


def largest_of(coordination) -> Etablissement:
    return coordination.etablissements.annotate(many=Count("unites")).order_by("-many", "pk").first()


# --- Lists of a référent ----------------------------------------------------------------------------


def choices() -> list[Choix]:
    names = ("", "ehpad", "bar", "991000", "Zzyzx")
    filters = [{"q": name} for name in names] + [{"etat": one} for one in ("active", "non_synchronise")]
    filters += [{"fiche": one} for one in ("oui", "non")]
    filters += [{"verifiee": one} for one in ("recente", "ancienne", "jamais")]
    filters += [{"fiche": fiche, "q": name} for fiche, name in product(("oui", "non"), ("clinique", "mou"))]
    filters += [{"fiche": "non", "etat": "erreur", "verifiee": "jamais"}]
    return [Choix(**one) for one in filters]


def listed(actor, choix, number, today):
    with sql_clock() as spent:
        page = listes.page(actor, choix, number=number, today=today)
    rows = [(one.etablissement.pk, one.unites, one.unites_completes) for one in page.object_list]
    return sum(spent), (page.paginator.count, rows)


def listed_plainly(actor, choix, number, today):
    """Every rule asked of every row."""
    rows = Etablissement.objects.filter(_mine(actor), closed_at=None)
    if choix.q:
        rows = rows.filter(Q(nom__icontains=choix.q) | Q(finess__startswith=choix.q))
    if choix.etat:
        rows = rows.filter(synchronisation=choix.etat)
    if choix.fiche:
        rows = rows.filter(_complets()) if choix.fiche == "oui" else rows.exclude(_complets())
    if choix.verifiee:
        rows = rows.filter(listes.checked(choix.verifiee, today))
    rows = rows.select_related("verifiee_par").order_by("nom", "pk")
    with sql_clock() as spent:
        page = Paginator(rows, listes.A_PAGE).get_page(number)
        shown = [
            (one.pk, *(one.unites.filter(rule, closed_at=None).count() for rule in (Q(), _complete())))
            for one in page.object_list
        ]
    return sum(spent), (page.paginator.count, shown)


def _mine(actor) -> Q:
    return Q(pk__in=perimetre.etablissements(actor).values("pk"))


def _complete() -> Q:
    known = Concept.objects.filter(nomenclature=OuterRef("nomenclature"), code=OuterRef("code"))
    activites = Element.objects.filter(Exists(known), unite=OuterRef("pk"), champ="activites")
    above = ~Q(etablissement__adresse="") & ~Q(etablissement__code_postal="") & ~Q(etablissement__commune="")
    street = Q(_holds("adresse")) | Q(_holds("lieu"))
    own = street & Q(_holds("code_postal")) & Q(_holds("commune"))
    return (
        ~Q(domaine="")
        & ~Q(mode="")
        & Q(age_min__isnull=False, age_max__isnull=False)
        & Q(Exists(activites))
        & (own | above)
        & Q(Holds("fiche", Value(CONTACT)))
        & (~Q(etablissement__categorie__in=A_DOMICILE) | ~Q(type_offre=""))
    )


def _complets() -> Q:
    lacking = Unite.objects.filter(~_complete(), closed_at=None, etablissement=OuterRef("pk"))
    filled = ~Q(categorie="") & ~Q(adresse="") & ~Q(code_postal="") & ~Q(commune="") & Q(_holds("telephone"))
    return filled & ~Q(Exists(lacking))


def _holds(code) -> Func:
    return Holds(F("fiche"), Value(f'$.{code} ? (@ != "")'))


# --- Public searches --------------------------------------------------------------------------------


def places(many) -> list[tuple[str, str]]:
    """(kind, code of a commune): large towns and others, all over the country."""
    rng = random.Random(4)
    placed = Commune.objects.living().exclude(latitude=None)
    large = list(placed.order_by("-population").values_list("pk", flat=True)[: many // 2])
    every = list(placed.order_by("pk").values_list("pk", flat=True))
    chosen = large + rng.sample(every, many - len(large))
    return [(rng.choice(Nature.values), code) for code in chosen]


def searches(many) -> list[Demande]:
    rng, found = random.Random(9), []
    for nature, code in places(many):
        found.append(Demande(lieu=code, nature=nature, km=rng.choice((5, 20, 50, 100))))
        found.append(Demande(lieu=code, km=rng.choice((5, 20, 50))))
    found += [Demande(lieu=code, pathologie="AVC", nature="smr") for _, code in places(10)]
    found += [Demande(lieu=code, nom="ehpad") for _, code in places(10)]
    found += [Demande(nom=nom) for nom in ("ehpad", "clinique ba", "centre hospitalier", "zzyzx", "ba")]
    found += [Demande(nature=nature) for nature in Nature.values]
    found += [Demande(pathologie=one) for one in ("AVC", "ALZ", "SLA")]
    return [*found, Demande(pathologie="AVC", prestation="CHI"), Demande(nature="ehpad", prestation="JAR")]


def found(asked):
    """A first page: the place, how many in all, the rows, their kinds."""
    with sql_clock() as spent:
        answer = publiques.find(asked)
        page = Paginator(answer.etablissements, SIZE).get_page(1)
        rows = list(page.object_list)
        publiques.with_natures(rows)
    return sum(spent), (page.paginator.count, [one.pk for one in rows])


def found_plainly(asked):
    rows = Etablissement.objects.filter(closed_at=None, finess__isnull=False)
    units = Unite.objects.filter(closed_at=None, etablissement=OuterRef("pk"))
    if asked.nature:
        units = units.filter(nature=asked.nature)
    if asked.pathologie:
        taken = PriseEnCharge.objects.filter(unite=OuterRef("pk"), pathologie=asked.pathologie, assuree=True)
        units = units.filter(Exists(taken))
    if asked.prestation:
        given = Element.objects.filter(unite=OuterRef("pk"), champ="prestations", code=asked.prestation)
        units = units.filter(Exists(given))
    if asked.nature or asked.pathologie or asked.prestation:
        rows = rows.filter(Exists(units))
    if asked.nom:
        rows = rows.filter(nom__icontains=asked.nom)
    started = perf_counter()
    if asked.lieu:
        found = _measured(rows, communes.find(asked.lieu)[0].position, asked.km)
    else:
        found = rows.order_by("nom", "pk")
    page = Paginator(found, SIZE).get_page(1)
    shown = list(page.object_list)
    for one in shown:
        list(one.unites.filter(closed_at=None).values_list("nature", flat=True))
    return (perf_counter() - started) * 1000, (page.paginator.count, [one.pk for one in shown])


def _measured(rows, position, km) -> list[Etablissement]:
    """Without a function of the database: each is read, and measured here."""
    known = []
    for one in rows.exclude(latitude=None):
        distance = _km(position, one.position)
        if distance <= km:
            known.append((distance, one.nom, one.pk, one))
    return [one for *_, one in sorted(known, key=lambda found: found[:3])]


def _km(a: Position, b: Position) -> float:
    north, east = math.radians(b.latitude - a.latitude), math.radians(b.longitude - a.longitude)
    narrowed = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    return 12742 * math.asin(math.sqrt(math.sin(north / 2) ** 2 + narrowed * math.sin(east / 2) ** 2))


# --- Nearest ----------------------------------------------------------------------------------------


def nearest(nature, code):
    """As the public search measures, fifty at once."""
    position = Commune.objects.get(pk=code).position
    with sql_clock() as spent:
        rows = publiques.near(Demande(nature=nature), position)[:NEAREST]
    return sum(spent), [one.pk for one in rows]


def nearest_plainly(nature, code):
    position = Commune.objects.get(pk=code).position
    units = Unite.objects.filter(closed_at=None, nature=nature, etablissement=OuterRef("pk"))
    rows = Etablissement.objects.filter(Exists(units), closed_at=None, finess__isnull=False)
    started = perf_counter()
    found = _measured(rows, position, AROUND)[:NEAREST]
    return (perf_counter() - started) * 1000, [one.pk for one in found]
