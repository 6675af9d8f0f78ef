"""Who looks at dossiers: busy and idle, near and wide, in one quality or in several."""

from datetime import date

from django.db.models import Count, Max

from accounts.models import User
from annuaire.models import Coordination, Etablissement, Unite
from dossiers.models import Presence, Role
from tests.dossiers.factories import LISTER, lend
from tests.factories import (
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
)
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau, Orientation

SEVERAL = 60
PRESCRIPTEUR, SOIGNANT, ADMISSIONS = "prescripteur_medical", "equipe_soignante", "responsable_admissions"


def everybody(today: date) -> dict[str, Actor]:
    """By what they are; each one's rights are read as a request reads them."""
    asking = _units(Role.DEMANDEUR)
    receiving = _units(Role.RECEVEUR, orientation=Orientation.SANITAIRE)
    idle = _idle()
    establishment = Etablissement.objects.get(pk=_busiest("etablissement", Role.DEMANDEUR)[0])
    coordination = Coordination.objects.get(
        pk=_busiest("coordination", Role.DEMANDEUR, niveau=Niveau.COORDINATION)[0]
    )
    region = Coordination.objects.get(pk=_busiest("coordination", Role.REGULATEUR)[0])
    professionals = {
        "unité": _holding((PRESCRIPTEUR, asking[:1])),
        "unité éteinte": _holding((PRESCRIPTEUR, idle[:1])),
        "30 unités éteintes": _holding((SOIGNANT, idle[:30])),
        "unité sans dossier": _holding((PRESCRIPTEUR, [UniteFactory(etablissement=establishment)])),
        f"{SEVERAL} unités": _holding((SOIGNANT, asking[:: max(1, len(asking) // SEVERAL)][:SEVERAL])),
        "établissement": _holding((PRESCRIPTEUR, [establishment])),
        "admissions": _holding((ADMISSIONS, receiving[:1])),
        "coordination": _holding(("accompagnant_medico_social", [coordination])),
        "régulateur": _holding(("regulateur", [establishment])),
        "régulateur GA": _holding(("regulateur_ga", [region])),
        "plusieurs qualités": _holding(
            (PRESCRIPTEUR, [establishment]),
            (ADMISSIONS, receiving[:5]),
            ("regulateur_ga", [region]),
            ("accompagnant_medico_social", [coordination]),
        ),
    }
    medecins = _medecins()
    lent = lend(medecins[0], droits=LISTER, orientations=list(Orientation), assistant=UserFactory())
    return {
        **{name: as_professionnel(user, on=today) for name, user in professionals.items()},
        "médecin": as_medecin(medecins[0], in_medecin_space=True),
        "médecin peu actif": as_medecin(medecins[-1], in_medecin_space=True),
        "assistant": as_delegate(lent),
    }


def _holding(*held) -> User:
    user = UserFactory()
    for profil, lieux in held:
        for lieu in lieux:
            HabilitationFactory(user=user, lieu=lieu, profil=profil)
    return user


def _busiest(column, role, **known) -> list[int]:
    rows = Presence.objects.filter(role=role, **known).exclude(**{column: None})
    counted = rows.order_by().values(column).annotate(many=Count("pk")).order_by("-many")
    return list(counted.values_list(column, flat=True))


def _units(role, **known) -> list[Unite]:
    """The busiest first."""
    pks = _busiest("unite", role, **known)[: SEVERAL * 50]
    known = Unite.objects.in_bulk(pks)
    return [known[pk] for pk in pks]


def _idle() -> list[Unite]:
    """Those whose newest dossier is the oldest, of many."""
    rows = Presence.objects.filter(role=Role.DEMANDEUR).exclude(unite=None).order_by().values("unite")
    counted = (
        rows.annotate(many=Count("pk"), newest=Max("created_at")).filter(many__gte=20).order_by("newest")
    )
    return list(Unite.objects.filter(pk__in=list(counted.values_list("unite", flat=True)[:30])))


def _medecins() -> list[User]:
    """With an account; the busiest first."""
    rows = Presence.objects.filter(role=Role.MEDECIN).order_by().values("professionnel__idnat")
    counted = rows.annotate(many=Count("pk")).order_by("-many")
    idnats = list(counted.values_list("professionnel__idnat", flat=True))
    known = {user.login: user for user in User.objects.filter(login__in=[idnats[0], idnats[-1]])}
    return [known[idnats[0]], known[idnats[-1]]]
