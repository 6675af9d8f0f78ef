"""What is said of a notification: its status in the ESMS, or in one of its units; whom one looks for."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import HiddenInput

from demandes.handicap.motifs import MODES, MOTIVES, mode_dit, motifs
from demandes.handicap.statuts import Passage, Statut
from viatraj.core.saisie.fields import DateField, RechercheNomField

OFF = {"autocomplete": "off"}
NO_STATUT = "Choisissez un statut de la liste."
NO_MOTIF = "Choisissez un motif de la liste."


class _ListedField(forms.ChoiceField):
    """What the page lists. It may have changed since: the action knows, and tells a second click from an old
    page."""

    def valid_value(self, value):
        return True


class _PassageForm(forms.Form):
    """`version`: of the notification as the page has shown it. A motif is of the status it stands under."""

    version = forms.IntegerField(widget=HiddenInput)
    statut = _ListedField(label="Nouveau statut", error_messages={"required": NO_STATUT})
    motif = _ListedField(
        label="Motif",
        required=False,
        help_text="Exigé pour une admission impossible, une annulation ou une réorientation.",
        error_messages={"required": NO_MOTIF},
    )

    def offer(self, passages: Sequence[Passage]):
        alone = len(passages) == 1 and self.data.get("statut", passages[0].code) == passages[0].code
        several = [] if alone else [("", "Choisissez un statut")]
        self.fields["statut"].choices = several + [(one.code, one.label) for one in passages]
        if alone:
            self.fields["statut"].widget = HiddenInput()
            self.initial["statut"] = passages[0].code
        groups = [(one.label, known) for one in passages if (known := list(motifs(one.code).items()))]
        if alone and groups:
            self.fields["motif"].choices = [("", "Choisissez un motif"), *groups[0][1]]
            self.fields["motif"].required = passages[0].after in MOTIVES
            self.fields["motif"].help_text = ""
        elif groups:
            # The same motif stands under several statuses: it is told once under each.
            self.fields["motif"].choices = [("", "Aucun motif"), *groups]
        else:
            self.fields["motif"].widget = HiddenInput()


class StatutForm(_PassageForm):
    date = DateField(label="Date du statut", required_sentence="Indiquez la date du statut.")

    def __init__(self, *args, notification, passages: Sequence[Passage], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(passages)
        self.initial = {"version": notification.version, "date": today} | self.initial
        if [one.after for one in passages] == [Statut.ENTERINEE]:  # the MDPH confirms what was said
            self.initial.setdefault("motif", notification.motif)


class UniteForm(_PassageForm):
    unite = forms.ModelChoiceField(
        label="Unité",
        queryset=None,
        empty_label="Choisissez une unité",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choisissez une unité de la liste."),
    )
    mode = forms.ChoiceField(
        label="Mode de prise en charge",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez un mode de prise en charge de la liste."
        ),
    )
    date = DateField(label="Date du statut dans l’unité", required_sentence="Indiquez la date du statut.")
    field_order = ("version", "unite", "statut", "motif", "mode", "date")

    def __init__(self, *args, notification, passages: Sequence[Passage], unites, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(passages)
        self.fields["unite"].queryset = unites
        self.fields["mode"].choices = [("", "Choisissez un mode"), *((one, mode_dit(one)) for one in MODES)]
        known = {"version": notification.version, "unite": notification.unite_id, "mode": notification.mode}
        self.initial = known | {"date": today} | self.initial


class PersonneForm(forms.Form):
    """«Rechercher une personne»."""

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
