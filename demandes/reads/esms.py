"""Which ESMS a decision may be notified to, and which of their units somebody may give it to (DOS-4)."""

from django.db.models import Exists, OuterRef, QuerySet, Value

from annuaire.models import Cle, Coordination, Departement, Etablissement, Unite
from annuaire.natures import Nature
from demandes.handicap.statuts import Cote, Statut
from demandes.models import Decision, EtapeNotification, Notification
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Niveau

SHOWN = 60  # past that, one narrows by a name


def of_categorie(categorie: str) -> QuerySet:
    """Open, with an open unit for it: one whose kind of offer is not told is not left out."""
    able = Unite.objects.filter(
        etablissement=OuterRef("pk"),
        closed_at=None,
        nature=Nature.ESMS,
        type_offre__in=("", categorie),
    )
    return Etablissement.objects.open().filter(Exists(able))


def proposed(decision: Decision, *, departement: str, nom: str) -> list[Etablissement]:
    """Those that may still be notified, of a département or of all, by a part of their name; one too many."""
    rows = of_categorie(decision.categorie).exclude(pk__in=decision.notifications.values("etablissement"))
    if departement:
        rows = rows.filter(coordination__departement=departement)
    if nom:
        rows = rows.alias(cle_nom=Cle("nom")).filter(cle_nom__contains=Cle(Value(nom)))
    return list(rows.select_related("coordination__departement").order_by("nom", "pk")[: SHOWN + 1])


def departements() -> list[tuple[str, str]]:
    """Those of which a coordination has deployed the module."""
    rows = Departement.objects.filter(coordinations__modules__contains=[Domaine.HANDICAP]).distinct()
    return [(one.pk, str(one)) for one in rows.order_by("pk")]


def answered(decision: Decision) -> bool:
    """Whether an ESMS has said more of it than that it has read it."""
    steps = EtapeNotification.objects.filter(notification__decision=decision, cote=Cote.ESMS)
    return steps.exclude(code=Statut.LUE).exists()


def unites(notification: Notification, actor: Actor) -> QuerySet:
    """Open ones of the ESMS, where he answers; whoever answers for one unit gives it to no other."""
    held = actor.rights.scopes(Droit.NOTIFICATIONS, mode=Mode.REPONDRE, domaine=Domaine.HANDICAP)
    rows = Unite.objects.open().filter(etablissement=notification.etablissement_id, nature=Nature.ESMS)
    if notification.etablissement_id not in held.get(Niveau.ETABLISSEMENT, ()):
        rows = rows.filter(pk=notification.unite_id, pk__in=held.get(Niveau.UNITE, ()))
    return rows.select_related("etablissement__coordination").order_by("nom", "pk")


def mdph_of(actor: Actor) -> QuerySet:
    """Coordinations for which somebody decides."""
    held = actor.rights.scopes(Droit.DECISION, domaine=Domaine.HANDICAP)
    return Coordination.objects.filter(pk__in=held.get(Niveau.COORDINATION, ())).order_by("nom", "pk")
