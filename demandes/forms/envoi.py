"""To whom a dossier is to be sent: a list to choose from, then the selection as it is shown again."""

from django import forms

from demandes.models.receveurs import Receveur
from demandes.reads import destinataires

AT_MOST = 200  # shown, of those that bear the words typed
GONE = "Une de ces structures n’est plus proposée\u00a0: rouvrez la page."


class ChoixForm(forms.Form):
    """Units, guichets and CPAM, by `Lieu.key`; hands over `lieux`."""

    lieux = forms.MultipleChoiceField(
        label="Unités, guichets et CPAM",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une structure.", "invalid_choice": GONE},
    )

    def __init__(self, *args, dossier, mot="", **kwargs):
        super().__init__(*args, **kwargs)
        words = mot.split()
        found = (destinataires.coordinations, destinataires.guichets, destinataires.unites)
        rows = [Receveur.of(one) for of in found for one in of(dossier)]
        self.known = {one.key: one for one in rows}
        shown = [one for one in rows if all(word.lower() in str(one).lower() for word in words)]
        self.hidden = max(0, len(shown) - AT_MOST)
        chosen = set(self.data.getlist("lieux")) if self.is_bound else set()
        shown = shown[:AT_MOST] + [
            self.known[key] for key in chosen & self.known.keys() - {one.key for one in shown}
        ]
        self.fields["lieux"].choices = [(one.key, str(one)) for one in shown]

    def clean_lieux(self):
        return [self.known[key] for key in self.cleaned_data["lieux"]]


class EnvoiForm(forms.Form):
    """Those of the selection that leave; hands over their keys."""

    demandes = forms.TypedMultipleChoiceField(
        label="Structures",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une structure.", "invalid_choice": GONE},
    )

    def __init__(self, *args, selection, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["demandes"].choices = [(one.pk, str(one.lieu)) for one in selection]
        self.ticked = self.data.getlist("demandes") if self.is_bound else [str(one.pk) for one in selection]
