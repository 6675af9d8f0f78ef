"""What is decided of a dossier: suspended, cancelled, resumed (DOS-3)."""

from django import forms
from django.core.exceptions import ValidationError

from dossiers import policies
from dossiers.models import Decision, Motif
from viatraj.core.policies import can

SUSPENDRE, ANNULER, REPRENDRE = "suspendre", "annuler", "reprendre"
# What each leads to, its words, who may.
VERBS = {
    SUSPENDRE: (
        Decision.SUSPENDU,
        "Suspendre le dossier\u00a0: la personne souhaite attendre",
        policies.suspend,
    ),
    ANNULER: (Decision.ANNULE, "Annuler le dossier", policies.cancel),
    REPRENDRE: ("", "Reprendre le dossier", policies.resume),
}


class DecisionForm(forms.Form):
    """Only what may be decided of this dossier now, and is not decided already."""

    choix = forms.ChoiceField(
        label="Décision",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez ce que devient le dossier.",
            "invalid_choice": "Cette décision n’est pas proposée.",
        },
    )
    motif = forms.ChoiceField(
        label="Motif, si vous annulez le dossier",
        required=False,
        choices=[("", "Choisissez un motif"), *[(one.value, one.label.capitalize()) for one in Motif]],
        error_messages={"invalid_choice": "Choisissez le motif dans la liste."},
    )

    def __init__(self, *args, dossier, actor, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [
            (verb, label)
            for verb, (decision, label, may) in VERBS.items()
            if decision != dossier.decision and can(may, actor, dossier)
        ]
        self.fields["choix"].choices = offered
        self.asks_motif = ANNULER in dict(offered)
        if len(offered) == 1:
            self.fields["choix"].initial = offered[0][0]

    def clean(self):
        known = super().clean()
        if known.get("choix") == ANNULER and not known.get("motif") and "motif" not in self.errors:
            raise ValidationError({"motif": "Indiquez le motif de l’annulation."})
        return known
