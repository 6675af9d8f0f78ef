"""A guichet unique: its name, what it answers for, how to reach it (ANN-4)."""

from django import forms

from annuaire.forms.unites import Unites
from annuaire.models import Unite
from viatraj.core.droits import Domaine
from viatraj.core.saisie.fields import EmailField, TelephoneField

DOMAINES = (Domaine.SANITAIRE, Domaine.GRAND_AGE, Domaine.TND, Domaine.HANDICAP)


class GuichetForm(forms.Form):
    nom = forms.CharField(
        label="Nom",
        max_length=200,
        error_messages={
            "required": "Donnez un nom au guichet.",
            "max_length": "Le nom ne dépasse pas 200 caractères.",
        },
    )
    domaine = forms.ChoiceField(
        label="Domaine",
        choices=[("", "Tous"), *((one.value, one.label) for one in DOMAINES)],
        required=False,
        error_messages={"invalid_choice": "Ce domaine n’existe pas\u00a0: choisissez-en un dans la liste."},
    )
    telephone = TelephoneField(required=False)
    email = EmailField(required=False)
    horaires = forms.CharField(
        label="Horaires",
        max_length=200,
        required=False,
        error_messages={"max_length": "Les horaires ne dépassent pas 200 caractères."},
    )
    unites = Unites("Unités réunies")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)

    def __init__(self, *args, guichet, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["unites"]
        field.inside = guichet.etablissement_id is not None
        units = Unite.objects.open().select_related("etablissement__coordination")
        if field.inside:
            units = units.filter(etablissement=guichet.etablissement_id)
        else:
            units = units.filter(etablissement__coordination=guichet.coordination_id)
        field.queryset = units.order_by("etablissement__nom", "nom", "pk")
