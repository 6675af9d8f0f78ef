"""How one wants to be told, event by event."""

from django import forms

from demandes.alertes import AT_ONCE, OF_A_MEDECIN, Envoi, Evenement, wanted


class ChoixForm(forms.Form):
    """One list of choices for each event, of each way by which one may be told."""

    def __init__(self, *args, owners, **kwargs):
        super().__init__(*args, **kwargs)
        self.owners = owners
        for owner in owners:
            for one in owner.evenements:
                offered = AT_ONCE if one in OF_A_MEDECIN else tuple(Envoi)
                field = forms.ChoiceField(
                    label=one.label,
                    choices=[(envoi.value, envoi.label) for envoi in offered],
                    initial=wanted(owner.choix, one),
                    required=False,
                )
                field.one_of = True  # something is always chosen
                self.fields[_name(owner, one)] = field

    def groups(self):
        """With its fields, for the page."""
        return [(owner, [self[_name(owner, one)] for one in owner.evenements]) for owner in self.owners]

    def clean(self):
        """What is not sent stays as it is."""
        super().clean()
        return {
            "choix": {owner.cle: {one: self._said(owner, one) for one in Evenement} for owner in self.owners}
        }

    def _said(self, owner, evenement) -> Envoi:
        name = _name(owner, evenement)
        return Envoi(self.cleaned_data.get(name) or wanted(owner.choix, evenement))


def _name(owner, evenement) -> str:
    return f"{owner.cle}-{evenement.value}"
