"""Who looks at the revue: busy and idle, near and wide."""

from datetime import timedelta

from django.db.models import Count

from accounts.models import User
from annuaire.models import Coordination, Etablissement, Unite
from habilitations.models import Habilitation
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor

UNITES, ENDED = 60, 1500


def everybody(today) -> dict[str, Actor]:
    """By what they are; each one's rights are read as a request reads them."""
    largest = largest_coordination()
    past = {"lieu": largest, "profil": "referent_coordination", "over": True}
    users = {
        "structure": referent_of(busiest(Etablissement, "etablissement", today)),
        "unité": referent_of(busiest(Unite, "unite", today)),
        f"{UNITES} unités": _of_units(),
        "coordination": referent_of(largest),
        "national": HabilitationFactory(lieu=None, profil="administrateur_national").user,
        "coordination sans rien": referent_of(CoordinationFactory(nom="Zone sans rien")),
        "structure éteinte": referent_of(_ended(largest, today)),
        "habilitation échue": HabilitationFactory(**past).user,
    }
    return {name: as_professionnel(user) for name, user in users.items()}


def largest_coordination() -> Coordination:
    return Coordination.objects.annotate(many=Count("etablissements")).order_by("-many").first()


def busiest(model, column, today):
    rows = Habilitation.objects.current(today).exclude(**{column: None})
    pks = rows.values_list(column).annotate(many=Count("pk")).order_by("-many")
    return model.objects.get(pk=pks[0][0])


def _of_units():
    """Of units here and there."""
    user = UserFactory()
    for unite in Unite.objects.order_by("nom")[:UNITES]:
        HabilitationFactory(user=user, lieu=unite, profil="referent_unite")
    return user


def _ended(coordination, today) -> Etablissement:
    """A structure where all has ended but its référent's."""
    lieu = EtablissementFactory(coordination=coordination, nom="Structure éteinte")
    yesterday = today - timedelta(days=1)
    known = {"domaine": "sanitaire", "niveau": "etablissement", "debut": yesterday, "fin": yesterday}
    known |= {"coordination": coordination, "region": coordination.region, "etablissement": lieu}
    users = User.objects.filter(login__startswith="pro").order_by("pk").values_list("pk", flat=True)
    Habilitation.objects.bulk_create(
        Habilitation(user_id=user, profil="prescripteur_medical", **known) for user in users[:ENDED]
    )
    return lieu
