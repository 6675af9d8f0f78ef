from django import forms

from delegations import rights
from delegations.models import MESSAGE_MAX
from delegations.rights import LENDABLE, OWN_CHOICE, PRESETS, Lent
from viatraj.core.droits import ABSENT, Mode, Orientation
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField, EmailField, NomField

OFF = {"autocomplete": "off"}  # somebody else's name and address
OWN = "personnalises"


class PeriodeForm(forms.Form):
    """Both days included."""

    debut = DateField(label="Valide du", required_sentence="Indiquez le premier jour.")
    fin = DateField(label="au (inclus)", required_sentence="Indiquez le dernier jour.")


class ConfrereForm(KeyedForm, PeriodeForm):
    """DEL-3: period prefilled with one month; `email` only of a confrère who has no account yet."""

    email = EmailField(
        label="Adresse mail de votre confrère",
        help_text="Il n’a pas encore de compte\u00a0: l’invitation y sera envoyée.",
        attrs=OFF,
        required_sentence="Indiquez l’adresse mail de votre confrère.",
    )
    field_order = ["email", "debut", "fin", "cle"]

    def __init__(self, *args, has_account, **kwargs):
        super().__init__(*args, **kwargs)
        if has_account:
            del self.fields["email"]


class ModifyForm(PeriodeForm):
    """DEL-4."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class IdentiteForm(forms.Form):
    """Whom the card must name, and where the invitation goes."""

    nom = NomField(
        label="Nom", attrs=OFF, required_sentence="Indiquez le nom, tel qu’il figure sur la carte CPx."
    )
    prenom = NomField(
        label="Prénom", attrs=OFF, required_sentence="Indiquez le prénom, tel qu’il figure sur la carte CPx."
    )
    email = EmailField(
        label="Adresse mail",
        help_text="L’invitation y sera envoyée.",
        attrs=OFF,
        required_sentence="Indiquez l’adresse mail de votre assistant(e).",
    )


class DroitsForm(forms.Form):
    """A usual set of rights; or one's own choice, which counts with «Personnalisés» only."""

    modele = forms.ChoiceField(
        label="Droits",
        choices=[*((preset.name, preset.label) for preset in PRESETS), (OWN, OWN_CHOICE)],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez les droits.",
            "invalid_choice": "Choisissez l’un des modèles proposés.",
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for orientation in Orientation:
            for droit, modes in LENDABLE.items():
                if (orientation, droit) not in ABSENT:
                    self.fields[name_of(orientation, droit)] = _choice(orientation, droit, modes)

    @property
    def orientations(self) -> list[str]:
        return [orientation.label for orientation in Orientation]

    def rows(self):
        """The table: a right a row, an orientation a column; None where the right makes no sense."""
        for droit in LENDABLE:
            cells = [
                (
                    orientation.label,
                    self[name] if (name := name_of(orientation, droit)) in self.fields else None,
                )
                for orientation in Orientation
            ]
            yield droit.label, cells

    def clean(self):
        typed = super().clean()
        own = frozenset(
            Lent(orientation.value, droit.value, value if value in Mode.values else Mode.OUI)
            for orientation in Orientation
            for droit in LENDABLE
            if (value := typed.pop(name_of(orientation, droit), None))
        )
        modele = typed.pop("modele", None)
        typed["droits"] = next((preset.lent for preset in PRESETS if preset.name == modele), own)
        return typed


def name_of(orientation, droit) -> str:
    return f"{orientation}_{droit}"


def _choice(orientation, droit, modes):
    said = {"aria-label": f"{droit.label}, {orientation.label}"}
    if not droit.is_graded:
        return forms.BooleanField(label=said["aria-label"], required=False, widget=forms.CheckboxInput(said))
    return forms.ChoiceField(
        label=said["aria-label"],
        required=False,
        choices=[("", "Aucun"), *((mode.value, mode.label.capitalize()) for mode in modes)],
        widget=forms.Select(said),
        error_messages={"invalid_choice": "Ce droit ne se délègue pas à un assistant."},
    )


def initial_of(droits) -> dict:
    """How the page shows these rights."""
    modele = next((preset.name for preset in PRESETS if preset.lent == droits), OWN)
    return {"modele": modele} | {name_of(one.orientation, one.droit): one.mode for one in droits}


class AssistantForm(KeyedForm, PeriodeForm, IdentiteForm, DroitsForm):
    """DEL-2."""


class ModifyAssistantForm(ModifyForm, IdentiteForm, DroitsForm):
    """DEL-4; the name is corrected as long as no card has answered."""

    def __init__(self, *args, delegation, **kwargs):
        initial = {
            **{name: getattr(delegation, name) for name in ("nom", "prenom", "email")},
            **{name: getattr(delegation, name) for name in ("debut", "fin", "version")},
            **initial_of(rights.lent(delegation)),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if delegation.delegataire_id is not None:
            for name in IdentiteForm.base_fields:
                del self.fields[name]

    def clean(self):
        typed = super().clean()
        if "nom" in self.fields:
            typed["identity"] = {name: typed.pop(name, "") for name in IdentiteForm.base_fields}
        return typed


class AnswerForm(forms.Form):
    reponse = forms.ChoiceField(choices=[("accepter", "Accepter"), ("refuser", "Refuser")])


class SwitchForm(forms.Form):
    """Empty: back to one's own account."""

    delegation = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AbsenceForm(KeyedForm, PeriodeForm):
    """A cover in one step: period, confrère, message; the search beside it fills `idnat`'s choices."""

    debut = DateField(label="Du", required_sentence="Indiquez le premier jour.")
    fin = DateField(label="Au (inclus)", required_sentence="Indiquez le dernier jour.")
    idnat = forms.ChoiceField(
        label="Confrère",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez le confrère qui vous remplace, ou recherchez-le.",
            "invalid_choice": "Ce médecin ne figure pas dans l’annuaire national.",
        },
    )
    email = EmailField(
        label="Adresse mail de votre confrère",
        help_text="Seulement s’il n’a pas encore de compte\u00a0: l’invitation y sera envoyée.",
        attrs=OFF,
    )
    message = forms.CharField(
        label="Message à votre confrère",
        help_text="Il s’affichera après connexion. N’y nommez aucun patient.",
        max_length=MESSAGE_MAX,
        required=False,
        widget=forms.Textarea({"rows": 3, **OFF}),
    )

    def __init__(self, *args, confreres, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idnat"].choices = [(one.idnat, one.nom) for one in confreres]
