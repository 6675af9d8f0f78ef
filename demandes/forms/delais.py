"""The delays of a coordination: one number each, in its measure; empty, that of the country."""

from django import forms

from demandes.delais import Echeance, delai, reglables
from demandes.models.reglages import LONGEST, Reglage, Reglages
from viatraj.core.droits import Orientation

LABELS = {
    Echeance.RAPPEL: "Rappel à qui n’a pas répondu",
    Echeance.ESCALADE: "Signalement au guichet et aux référents",
    Echeance.SANS_SOLUTION: "Demande sans solution",
    Echeance.VALIDITE: "Validité d’une admission proposée",
}
BOUNDS = f"Un délai va de 1 à {LONGEST}."
SAID = {"min_value": BOUNDS, "max_value": BOUNDS, "invalid": "Indiquez un nombre entier."}


class DelaisForm(forms.Form):
    """`version`: of the delays as the page has shown them; empty where none was chosen."""

    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def __init__(self, *args, coordination, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = Reglages.of(Reglage.objects.filter(coordination=coordination))
        self.fields["version"].initial = chosen.version
        for orientation in Orientation:
            for echeance in reglables(orientation):
                country = delai(orientation, echeance)
                said = f"Valeur nationale\u00a0: {country}."
                if echeance == Echeance.ESCALADE:
                    said = f"Valeur nationale\u00a0: le double du rappel ({country})."
                field = forms.IntegerField(
                    label=f"{LABELS[echeance]} ({_measure(country)})",
                    required=False,
                    min_value=1,
                    max_value=LONGEST,
                    initial=chosen.nombres.get((orientation, echeance)),
                    help_text=said,
                    error_messages=SAID,
                )
                field.one_of = True  # left empty, it says something
                self.fields[f"{orientation}-{echeance}"] = field

    def groups(self):
        """With its fields, for the page."""
        return [(one, [self[f"{one}-{echeance}"] for echeance in reglables(one)]) for one in Orientation]

    def clean(self):
        said = super().clean()
        version = said.pop("version", "")
        return {
            "nombres": {tuple(name.split("-")): nombre for name, nombre in said.items()},
            "version": version,
        }

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, what is recorded now, what was typed) where somebody else has written meanwhile."""
        stands = self.stale.nombres
        return [
            (self._said(*key), str(stands.get(key) or ""), str(typed or ""))
            for key, typed in self.cleaned_data["nombres"].items()
            if stands.get(key) != typed
        ]

    def _said(self, orientation: str, echeance: str) -> str:
        return f"{Orientation(orientation).label}, {self.fields[f'{orientation}-{echeance}'].label}"


def _measure(country) -> str:
    return {"heures": "en heures", "jours": "en jours", "ouvres": "en jours ouvrés"}[country.mesure]
