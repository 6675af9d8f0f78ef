"""What the page of a closing asks (ANN-7)."""

from django import forms

from annuaire.forms.unites import Unites
from annuaire.models import Unite
from viatraj.core.saisie.fields import DateField
from viatraj.core.typography import counted, plural

ENDS = ("fin", "Rien ne suit\u00a0: ce qui y est rattaché prend fin")
FOLLOWS = ("suit", "Les habilitations, les demandes et les dossiers suivent")
MERGES = ("reunit", "Tout suit, avec les unités et les guichets de l’établissement")


class SuccesseurForm(forms.Form):
    """The search of what takes its place, in the page’s address."""

    mot = forms.CharField(label="Nom de la structure", max_length=100, required=False)


class RepartitionForm(forms.Form):
    """Which units of an établissement go to the other."""

    unites = Unites("Unités qui changent d’établissement")

    def __init__(self, *args, etablissement, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unite.objects.filter(etablissement=etablissement, closed_at=None)
        self.fields["unites"].queryset = units.order_by("nom", "pk")


class ReouvertureForm(forms.Form):
    """`rendues`: how many habilitations the closing has ended, and may give back."""

    def __init__(self, *args, rendues: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.rendues = rendues
        if rendues:
            self.fields["rendre"] = forms.BooleanField(
                label=f"Rendre {counted(rendues, 'habilitation')} que la fermeture avait "
                f"{plural(rendues, 'terminée,terminées')} ou fait suivre",
                help_text="Chacune reprend aujourd’hui, jusqu’à la fin qui était prévue.",
                required=False,
                initial=True,
            )

    def clean(self):
        return {"give_back": super().clean().get("rendre", False)}


class FermetureForm(forms.Form):
    """`sort`: what becomes of all that hangs there; asked only where there is a successor.

    Hands over what `actions.close_structure` takes: `on`, `follow`, `with_units`.
    """

    on = DateField(label="Fermée le", required_sentence="Indiquez la date de la fermeture.")
    sort = forms.ChoiceField(
        label="Ce qui y est rattaché",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites ce que devient ce qui y est rattaché.",
            "invalid_choice": "Ce choix n’existe pas ici\u00a0: rouvrez la page.",
        },
    )

    def __init__(self, *args, successeur, has_units, **kwargs):
        super().__init__(*args, **kwargs)
        if successeur is None:
            del self.fields["sort"]
        else:
            self.fields["sort"].choices = [FOLLOWS, *([MERGES] if has_units else []), ENDS]

    def clean(self):
        typed = super().clean()
        sort = typed.pop("sort", "fin")
        return typed | {"follow": sort == "suit", "with_units": sort == "reunit"}
