"""The demo people as the home page shows them."""

from django.urls import reverse

from viatraj.demo.people import PASSWORD, PEOPLE

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
