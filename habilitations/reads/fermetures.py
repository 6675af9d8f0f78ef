"""What hangs on a structure that is about to close, and who is told of it (ANN-7)."""

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from annuaire.attaches import Ligne, Tranche
from annuaire.models import Lieu
from habilitations import rights
from habilitations.models import Campagne, DemandeHabilitation, Habilitation, Perimetre
from habilitations.profils import PROFILS
from habilitations.reads.referents import CODES
from viatraj.core.droits import Droit, Niveau
from viatraj.core.typography import counted, plural

NAMED = 20


def people(tranche: Tranche) -> list[int]:
    """The next ones who hold, or have asked for, something there that is not over."""
    held = _current(tranche).order_by().values_list("user")
    asked = _waiting(tranche).order_by().values_list("user")
    return [pk for (pk,) in held.union(asked).order_by("user")[: tranche.most]]


def held(tranche: Tranche, people):
    rows = _current(tranche).filter(user__in=people)
    return rows.select_related("user").prefetch_related("droits").with_lieu()


def asked(tranche: Tranche, people):
    return _waiting(tranche).filter(user__in=people).select_related("user").with_lieu()


def to_settle(tranche: Tranche) -> int:
    return _current(tranche).count() + _waiting(tranche).count()


def _current(tranche: Tranche):
    """As on the day of the closing, at the structure and below."""
    return Habilitation.objects.current(localdate(tranche.now)).at(tranche.lieu)


def _waiting(tranche: Tranche):
    return DemandeHabilitation.objects.waiting().filter(**{tranche.lieu.niveau: tranche.lieu.row})


def to_give_back(tranche: Tranche):
    """What this closing ended, neither over nor held again; of who may sign in, where all opens again."""
    closed_with_it = tranche.lieu.row.closed_at  # type: ignore[union-attr]
    again = Habilitation.objects.current(localdate(tranche.now)).at(tranche.lieu)
    again = again.filter(user=OuterRef("user"), profil=OuterRef("profil"), lieu_key=OuterRef("lieu_key"))
    rows = Habilitation.objects.at(tranche.lieu).filter(
        ~Exists(again),
        revoked_at=tranche.fermeture.le,
        fin__gte=localdate(tranche.now),
        profil__in=PROFILS,
        user__disabled_at=None,
    )
    for name in ("unite", "guichet"):
        rows = rows.filter(Q(**{f"{name}__closed_at": None}) | Q(**{f"{name}__closed_at": closed_with_it}))
    return rows.select_related("user").prefetch_related("droits").with_lieu()


def count_to_give_back(tranche: Tranche) -> int:
    return to_give_back(tranche).count()


def people_to_give_back(tranche: Tranche) -> list[int]:
    rows = to_give_back(tranche).select_related(None).prefetch_related(None).order_by("user")
    return list(rows.values_list("user", flat=True).distinct()[: tranche.most])


def followed(tranche: Tranche):
    """At the successor since the closing, as it has put it."""
    rows = Habilitation.objects.current(localdate(tranche.now)).filter(lot=tranche.fermeture.cle, version=1)
    return rows.select_related("user").prefetch_related("droits").with_lieu()


def lignes(lieu: Lieu, *, today, by) -> list[Ligne]:
    """Of the structure and of all below it; names only as far as a référent sees these people."""
    found = []
    rows = Habilitation.objects.current(today).at(lieu)
    if count := rows.count():
        seen = rows.visible_to(by).select_related("user").order_by("nom_tri", "pk")
        found.append(
            Ligne(
                counted(count, "habilitation"),
                plural(count, "prendra fin,prendront fin"),
                tuple(f"{one.user.nom_complet}, {one.le_profil}" for one in seen[:NAMED]),
            )
        )
    asked = DemandeHabilitation.objects.waiting().known_to_profils().filter(**{lieu.niveau: lieu.row})
    if count := asked.count():
        seen = asked.visible_to(by).select_related("user").order_by("pk")
        found.append(
            Ligne(
                f"{count} {plural(count, 'demande d’habilitation,demandes d’habilitation')}",
                plural(count, "sera refusée,seront refusées"),
                tuple(one.user.nom_complet for one in seen[:NAMED]),
            )
        )
    over = (Campagne.State.CLOSING, Campagne.State.CLOSED)
    campagnes = Perimetre.objects.filter(**{lieu.niveau: lieu.row}).exclude(campagne__state__in=over)
    if count := campagnes.values("campagne").distinct().count():
        found.append(
            Ligne(
                f"{count} {plural(count, 'campagne de revue,campagnes de revue')}",
                plural(count, "continue,continuent") + " sans les lignes qui prennent fin",
            )
        )
    return found


def referents(tranche: Tranche, *, today) -> list:
    """Those above the place, those of its successor and above it."""
    lieux = [one for one in (tranche.lieu, tranche.successeur) if one]
    return list(dict.fromkeys(one for lieu in lieux for one in deciders(lieu, today=today)))


def deciders(lieu: Lieu, *, today) -> list:
    """Référents of the place, of its établissement and of its coordination, with an address."""
    rule = Q(pk__in=[])
    for niveau in (Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE):
        if pk := getattr(lieu.place, niveau):
            rule |= Q(niveau=niveau, **{f"{niveau}_id": pk})
    rows = Habilitation.objects.in_force(today).filter(rule, profil__in=CODES, user__disabled_at=None)
    rows = rows.exclude(user__email="").select_related("user").order_by("nom_tri", "user_id")
    return list(dict.fromkeys(one.user for one in rows))


def answering(guichet, *, today) -> int:
    """People who hand out the demandes of a guichet, each once."""
    held = Habilitation.objects.in_force(today).filter(guichet=guichet, user__disabled_at=None)
    rows = held.filter(profil__in=PROFILS).prefetch_related("droits", "guichet__unites")
    return len({one.user_id for one in rows if any(g.droit == Droit.REPARTITION for g in rights.grants(one))})
