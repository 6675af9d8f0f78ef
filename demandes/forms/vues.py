"""How a kept view is called, and whether it is shown first."""

from django import forms

from demandes.models.vues import TITRE_MAX


class VueForm(forms.Form):
    titre = forms.CharField(
        label="Nom de la vue",
        max_length=TITRE_MAX,
        help_text="Par exemple «\u00a0Sans réponse, cardiologie\u00a0». Aucun nom de patient.",
        error_messages={
            "required": "Donnez un nom à cette vue.",
            "max_length": f"Un nom compte {TITRE_MAX}\u00a0caractères au plus.",
        },
    )
    defaut = forms.BooleanField(label="L’afficher d’abord à l’ouverture du tableau", required=False)
