"""Who is the médecin traitant, and what he answers (DOS-2)."""

from django import forms


class TraitantForm(forms.Form):
    """`seen`: the one whom the page showed when it was opened."""

    seen = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)


class ReponseForm(forms.Form):
    ACCEPTER, DECLINER, REPRENDRE = "accepter", "decliner", "reprendre"

    reponse = forms.ChoiceField(
        choices=[
            (ACCEPTER, "Accepter"),
            (DECLINER, "Je ne suis pas le médecin traitant"),
            (REPRENDRE, "Reprendre"),
        ]
    )
