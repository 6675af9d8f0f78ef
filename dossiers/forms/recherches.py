"""Which dossier is sought (DOS-1)."""

from django import forms
from django.core.exceptions import ValidationError

from dossiers.forms.identites import OFF
from viatraj.core.saisie.fields import (
    NumeroDossierField,
    RechercheNomField,
)


class NumeroForm(forms.Form):
    """«Rechercher un dossier»: spaces do not count, of whatever width."""

    numero = NumeroDossierField(
        label="N° de dossier", attrs=OFF, required_sentence="Indiquez le numéro du dossier."
    )


class PatientForm(forms.Form):
    """«Rechercher un patient»."""

    nom = RechercheNomField(
        label="Nom",
        attrs=OFF,
        required_sentence="Indiquez au moins les deux premières lettres du nom.",
    )
    prenom = RechercheNomField(label="Prénom", attrs=OFF)

    def clean_nom(self):
        nom = self.cleaned_data["nom"]
        if sum(character.isalnum() for character in nom) < 2:
            raise ValidationError("Indiquez au moins les deux premières lettres du nom.")
        return nom
