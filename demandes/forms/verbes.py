"""What the page of a verb asks: the fields of its row, no more."""

from django import forms
from django.forms.widgets import HiddenInput, Textarea

from demandes.actions.verbes import TEXTE_MAX
from demandes.etats import Acte, Champ
from demandes.models import echeances
from demandes.reads import destinataires
from viatraj.core.saisie.fields import DateField

TEXTES = {"questionner": "Votre question", "repondre": "Votre réponse", "donner-avis": "Votre avis"}


class VerbeForm(forms.Form):
    """`version`: of the demande as the page has shown it."""

    version = forms.IntegerField(widget=HiddenInput)

    def __init__(self, *args, acte: Acte, demande, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = demande.version
        if acte.motifs:
            self.fields["motif"] = _motif(acte)
        for champ in acte.asks:
            self.fields[champ.value] = CHAMPS[champ](acte, demande)
        if acte.motifs and "texte" not in self.fields:
            self.fields["texte"] = _texte(acte, demande, required=False)


def _motif(acte: Acte) -> forms.ChoiceField:
    said = {
        "required": "Choisissez un motif de la liste.",
        "invalid_choice": "Choisissez un motif de la liste.",
    }
    choices = [
        ("", "Choisissez un motif"),
        *((code, one[0].upper() + one[1:]) for code, one in acte.motifs.items()),
    ]
    return forms.ChoiceField(label="Motif", choices=choices, error_messages=said)


def _texte(acte: Acte, demande, *, required: bool = True) -> forms.CharField:
    label = TEXTES.get(acte.verbe, "Précisions")
    said = {
        "required": "Écrivez ce qu’il faut préciser.",
        "max_length": f"Ce texte compte plus de {TEXTE_MAX}\u00a0caractères\u00a0: abrégez-le.",
    }
    return forms.CharField(
        label=label,
        required=required,
        max_length=TEXTE_MAX,
        widget=Textarea(attrs={"rows": 5}),
        error_messages=said,
    )


def _unite(acte: Acte, demande) -> forms.ModelChoiceField:
    said = dict.fromkeys(("required", "invalid_choice"), "Choisissez une unité de la liste.")
    return forms.ModelChoiceField(
        label="Unité",
        queryset=destinataires.beside(demande),
        empty_label="Choisissez une unité",
        error_messages=said,
    )


def _validite(acte: Acte, demande) -> DateField:
    """Left empty, as the coordination has said."""
    said = f"Laissée vide\u00a0: {echeances.validite_of(demande)} après la date proposée."
    field = DateField(
        label="Proposition valable jusqu’au (inclus)", required_sentence="Indiquez une date.", help_text=said
    )
    field.required = False
    return field


def _date(label: str, sentence: str):
    return lambda acte, demande: DateField(label=label, required_sentence=sentence)


CHAMPS = {
    Champ.TEXTE: _texte,
    Champ.UNITE: _unite,
    Champ.DATE_PROPOSEE: _date("Date d’admission proposée", "Indiquez une date."),
    Champ.VALABLE_JUSQU: _validite,
    Champ.DATE_ADMISSION: _date("Date de l’admission", "Indiquez la date de l’admission."),
}
