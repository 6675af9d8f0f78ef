"""Who looks at dashboards: busy and idle, of one unit, of ten, of three hundred, of a whole coordination."""

from datetime import date

from django.db.models import Count, Max

from accounts.models import User
from annuaire.models import Coordination, Etablissement, Unite
from demandes.models import Demande
from habilitations.profils import (
    ACCOMPAGNANT,
    MEDECIN_COORDONNATEUR,
    PCO_SECRETARIAT,
    PRESCRIPTEUR_MEDICAL,
    REGULATEUR,
    REGULATEUR_GA,
    RESPONSABLE_ADMISSIONS,
    RESPONSABLE_ADMISSIONS_GA,
)
from tests.factories import HabilitationFactory, UniteFactory, UserFactory, as_medecin, as_professionnel
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau, Orientation

MANY, FEW = 300, 10
LEAST = 20  # demandes that somebody idle has had
SANITAIRE, GRAND_AGE, TND = Orientation.SANITAIRE, Orientation.GRAND_AGE, Orientation.TND


def everybody(today: date) -> dict[str, Actor]:
    """By what they are; each one's rights are read as a request reads them."""
    asking = _busiest(Unite, "par_unite")
    receiving = _busiest(Unite, "unite", orientation=SANITAIRE)
    homes = _busiest(Unite, "unite", orientation=GRAND_AGE)
    silent, deaf = _idle("par_unite"), _idle("unite", orientation=SANITAIRE)
    hospital = _busiest(Etablissement, "par_etablissement")[:1]
    house = _busiest(Etablissement, "etablissement", orientation=GRAND_AGE)[:1]
    platform = _busiest(Etablissement, "etablissement", orientation=TND)[:1]
    coordination = _busiest(Coordination, "par_coordination", par_niveau=Niveau.COORDINATION)[:1]
    held = {
        "receveur": [(RESPONSABLE_ADMISSIONS, receiving[:1])],
        "receveur éteint": [(RESPONSABLE_ADMISSIONS, deaf[:1])],
        f"receveur, {FEW} unités": [(RESPONSABLE_ADMISSIONS, _spread(receiving, FEW))],
        f"receveur, {MANY} unités": [(RESPONSABLE_ADMISSIONS, receiving[:MANY])],
        f"receveur, {MANY} unités éteintes": [(RESPONSABLE_ADMISSIONS, deaf[:MANY])],
        "EHPAD": [(RESPONSABLE_ADMISSIONS_GA, homes[:1])],
        f"EHPAD, {MANY} unités": [(RESPONSABLE_ADMISSIONS_GA, _spread(homes, MANY))],
        "médecin coordonnateur": [(MEDECIN_COORDONNATEUR, house)],
        "PCO": [(PCO_SECRETARIAT, platform)],
        "prescripteur": [(PRESCRIPTEUR_MEDICAL, asking[:1])],
        "prescripteur éteint": [(PRESCRIPTEUR_MEDICAL, silent[:1])],
        "prescripteur sans demande": [(PRESCRIPTEUR_MEDICAL, [UniteFactory(etablissement=hospital[0])])],
        f"prescripteur, {FEW} unités": [(PRESCRIPTEUR_MEDICAL, _spread(asking, FEW))],
        f"prescripteur, {MANY} unités": [(PRESCRIPTEUR_MEDICAL, asking[:MANY])],
        f"prescripteur, {MANY} unités éteintes": [(PRESCRIPTEUR_MEDICAL, silent[:MANY])],
        "prescripteur, établissement": [(PRESCRIPTEUR_MEDICAL, hospital)],
        "coordination": [(ACCOMPAGNANT, coordination)],
        "régulateur": [(REGULATEUR, _busiest(Etablissement, "par_etablissement", orientation=SANITAIRE)[:1])],
        "régulateur Grand Âge": [
            (REGULATEUR_GA, _busiest(Coordination, "coordination", orientation=GRAND_AGE)[:1])
        ],
        "plusieurs qualités": [
            (PRESCRIPTEUR_MEDICAL, hospital),
            (RESPONSABLE_ADMISSIONS, receiving[:5]),
            (RESPONSABLE_ADMISSIONS_GA, homes[:5]),
            (ACCOMPAGNANT, coordination),
        ],
    }
    medecins = _medecins()
    return {
        **{name: as_professionnel(_holding(*of), on=today) for name, of in held.items()},
        "médecin": as_medecin(medecins[0], in_medecin_space=True),
        "médecin peu actif": as_medecin(medecins[-1], in_medecin_space=True),
    }


def _holding(*held) -> User:
    user = UserFactory()
    for profil, lieux in held:
        for lieu in lieux:
            HabilitationFactory(user=user, lieu=lieu, profil=profil.code)
    return user


def _spread(rows: list, many: int) -> list:
    """From the busiest to the others."""
    return rows[:: max(1, len(rows) // many)][:many]


def _counted(column, **known):
    rows = Demande.objects.filter(**known, **{f"{column}__isnull": False}).exclude(sent_at=None)
    return rows.order_by().values_list(f"{column}_id").annotate(many=Count("pk"))


def _busiest(model, column, **known) -> list:
    pks = [pk for pk, _ in _counted(column, **known).order_by("-many", f"{column}_id")[: MANY * 20]]
    rows = model.objects.in_bulk(pks)
    return [rows[pk] for pk in pks]


def _idle(column, **known) -> list[Unite]:
    """Those whose last demande is the oldest."""
    newest = _counted(column, **known).annotate(newest=Max("changed_at")).filter(many__gte=LEAST)
    pks = [pk for pk, *_ in newest.order_by("newest")[:MANY]]
    return list(Unite.objects.filter(pk__in=pks))


def _medecins() -> list[User]:
    """With an account; the one who asks most, the one who asks least."""
    rows = Demande.objects.exclude(par_professionnel=None).order_by().values("par_professionnel__idnat")
    counted = rows.annotate(many=Count("pk")).order_by("-many", "par_professionnel__idnat")
    idnats = list(counted.values_list("par_professionnel__idnat", flat=True))
    known = {user.login: user for user in User.objects.filter(login__in=[idnats[0], idnats[-1]])}
    return [known[idnats[0]], known[idnats[-1]]]
