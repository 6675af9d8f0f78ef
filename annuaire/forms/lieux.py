"""Around which place one looks for something, and how far."""

from django import forms

from annuaire.reads.publiques import AROUND, LONGEST

DISTANCES = (5, 10, 20, AROUND, 100)
TOO_LONG = f"Au plus {LONGEST} caractères."
NOT_OFFERED = "Choisissez une réponse de la liste."


class LieuForm(forms.Form):
    """A search. Who adds fields calls `unmarked`: all is optional, and nobody need say so at each."""

    lieu = forms.CharField(
        label="Commune ou code postal",
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput({"autocomplete": "postal-code", "spellcheck": "false"}),
    )
    km = forms.TypedChoiceField(
        label="Distance",
        required=False,
        coerce=int,
        empty_value=AROUND,
        choices=[(one, f"{one} km") for one in DISTANCES],
        initial=AROUND,
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    nom = forms.CharField(
        label="Nom de l’établissement",
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, sent=None, **known):
        told = sent.copy() if sent else sent
        if told:
            told.setdefault("km", str(AROUND))  # as it is measured when nobody chooses
        super().__init__(told, **known)

    def unmarked(self) -> None:
        for one in self.fields.values():
            one.one_of = True  # «facultatif» would stand at each


def choice(label: str, choices, *, empty: str = "Indifférent") -> forms.ChoiceField:
    """One of a list, or whatever."""
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", empty), *choices],
        error_messages={"invalid_choice": NOT_OFFERED},
    )
