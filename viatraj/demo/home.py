"""The demo people as the home page shows them."""

from django.urls import reverse

from viatraj.demo.lecteur.cartes import CARDS
from viatraj.demo.people import PASSWORD, PEOPLE
from viatraj.demo.psc.people import OTHERS

DOORS = {"medecin": "Médecins libéraux", "professionnel": "Professionnels"}


def people() -> list[dict]:
    return [
        {
            "name": person.name,
            "role_label": person.role_label,
            "place": person.place,
            "login": person.login,
            "password": PASSWORD,
            "hint": person.hint,
            "door": reverse(f"authcps:{person.door}"),
            "door_label": DOORS[person.door],
        }
        for person in PEOPLE
    ]


def strangers() -> list[dict]:
    """The simulator's people and the reader's cards that no account has."""
    known = {person.idnat or person.numero for person in PEOPLE}
    by_card = [(card.label, card.hint) for card in CARDS if card.holder.idnat not in known]
    by_psc = [(f"e-CPS de {one.name}", one.hint) for one in OTHERS]
    return [{"label": label, "hint": hint} for label, hint in by_card + by_psc]
