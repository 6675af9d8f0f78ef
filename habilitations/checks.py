"""What a habilitation may say: its end, and the rights within the range of its profile (HAB-1, HAB-3)."""

from django.conf import settings
from django.core.exceptions import ValidationError

from annuaire.models import Lieu
from habilitations import rights
from habilitations.profils import AUCUN, DroitProfil, Profil
from viatraj.core.droits import FERMES, Droit, Mode
from viatraj.core.periods import REVERSED, add_months

STRONGER = "Le droit «\u00a0{}\u00a0» irait plus loin qu’aujourd’hui\u00a0: une revue ne fait que réduire."
SAME = "Aucun droit n’est réduit\u00a0: changez-en un, ou choisissez une date plus proche."


def start(debut, *, today):
    if debut < today:
        raise ValidationError({"debut": "L’habilitation commence aujourd’hui ou plus tard."})


def last_day(today):
    """Five years at most, from today (HAB-1, HAB-5)."""
    return add_months(today, settings.HABILITATION_MONTHS)


def end(fin, *, today):
    if fin < today:
        raise ValidationError({"fin": "Cette date est passée. Pour y mettre fin, supprimez l’habilitation."})
    last = last_day(today)
    if fin > last:
        raise ValidationError(
            {
                "fin": "Une habilitation dure cinq ans au plus\u00a0: choisissez une date "
                f"jusqu’au {last:%d/%m/%Y}."
            }
        )


def order(debut, fin):
    """As the database has it."""
    if fin < debut:
        raise ValidationError({"fin": REVERSED})


def overlapped(habilitation):
    """This one stands where another of the same person, profile and place was to be."""
    raise ValidationError(
        {
            "debut": f"{habilitation.user.nom_complet} a déjà ce profil sur ces dates, ou une partie\u00a0: "
            f"{habilitation.lieu}, du {habilitation.debut:%d/%m/%Y} au {habilitation.fin:%d/%m/%Y}."
        }
    )


def droits(profil: Profil, lieu: Lieu, typed: dict[str, str]) -> dict[DroitProfil, str]:
    """What differs from the profile, or ValidationError (code `droits`) for a mode out of its range."""
    known = {droit.key: droit for droit in profil.at(lieu.niveau)}
    wanted = {}
    for key, mode in typed.items():
        droit = known.get(key)
        if droit is None or not droit.accepts(mode):
            name = droit.droit.label if droit else key
            raise ValidationError(
                f"Le droit «\u00a0{name}\u00a0» ne se règle pas ainsi pour le profil «\u00a0{profil}\u00a0».",
                code="droits",
            )
        wanted[droit] = mode
    for droit in known.values():  # a module not deployed today stays without right, even once it is deployed
        elsewhere = droit.domaine and lieu.modules is not None and droit.domaine not in lieu.modules
        if elsewhere or droit.droit in FERMES:
            wanted[droit] = AUCUN
    _check_answer({**{droit: droit.mode for droit in known.values()}, **wanted})
    return {droit: mode for droit, mode in wanted.items() if mode != droit.mode}


def _check_answer(modes: dict[DroitProfil, str]):
    """The right to answer requires the dashboard in mode «répondre»."""
    answers = any(droit.droit == Droit.REPONSE and mode != AUCUN for droit, mode in modes.items())
    boards = [mode for droit, mode in modes.items() if droit.droit == Droit.TABLEAU_RECEVEUR]
    if answers and boards and Mode.REPONDRE not in boards:
        raise ValidationError(
            "Pour répondre aux demandes, le tableau de bord receveur doit être en mode "
            "«\u00a0répondre\u00a0»\u00a0: changez ce mode, ou retirez le droit de répondre.",
            code="droits",
        )


def reduced(habilitation, typed: dict[str, str]):
    """Of a review: no right stronger than it is today, and one weaker at least."""
    lieu, profil = habilitation.lieu, habilitation.le_profil
    wanted = {droit.key: mode for droit, mode in droits(profil, lieu, typed).items()}
    weaker = False
    for droit, held in rights.modes(habilitation).items():
        before, after = (_strength(droit, mode) for mode in (held, wanted.get(droit.key, droit.mode)))
        if after > before:
            raise ValidationError(STRONGER.format(droit.droit.label), code="droits")
        weaker = weaker or after < before
    if not weaker:
        raise ValidationError(SAME, code="droits")


def _strength(droit: DroitProfil, mode: str) -> int:
    return 0 if mode == AUCUN else 1 + droit.droit.modes.index(Mode(mode))
