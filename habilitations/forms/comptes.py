from django import forms
from django.core.exceptions import ValidationError

from habilitations.profils import PROFILS, by_domaine
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie import emails
from viatraj.core.saisie.fields import EmailField, NomField, RechercheNomField, TelephoneField


class RechercheForm(forms.Form):
    """COM-2: each alone, or together; HAB-4: without a name, those who hold something in the perimeter."""

    asked = "nom, prénom, nom d’utilisateur, e-mail, structure ou profil"
    nom = RechercheNomField(label="Nom")
    prenom = RechercheNomField(label="Prénom")
    identifiant = forms.CharField(label="Nom d’utilisateur", max_length=60, required=False)
    email = EmailField()
    structure = forms.CharField(label="Structure ou unité", max_length=100, required=False)
    profil = forms.ChoiceField(
        label="Profil",
        choices=lambda: [("", "Tous"), *by_domaine(PROFILS.values())],
        required=False,
        error_messages={"invalid_choice": "Ce profil n’est pas proposé."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.one_of = True  # not shown as «facultatif»: at least one of the fields is needed

    @property
    def of_person(self):
        return [self[name] for name in ("nom", "prenom", "identifiant", "email")]

    @property
    def of_place(self):
        return [self[name] for name in ("structure", "profil")]

    def clean(self):
        typed = super().clean()
        if not self.errors and not any(typed.values()):
            raise ValidationError(f"Remplissez au moins un champ\u00a0: {self.asked}.")
        return typed


class PersonneConnueForm(RechercheForm):
    """By who somebody is, wherever he works."""

    asked = "nom, prénom, nom d’utilisateur ou e-mail"
    structure = profil = None


class PersonneForm(forms.Form):
    nom = NomField(label="Nom", required_sentence="Saisissez le nom.")
    prenom = NomField(label="Prénom", required_sentence="Saisissez le prénom.")
    profession_label = forms.CharField(label="Profession", max_length=100, required=False)
    telephone = TelephoneField()


class AdresseForm(forms.Form):
    """COM-4: warns of an address that several people seem to read, and takes it when typed again."""

    email = EmailField(
        help_text="Personnelle\u00a0: aucune autre personne ne doit pouvoir la lire.",
        required_sentence="Saisissez l’adresse e-mail.",
    )
    seule = forms.BooleanField(
        label="Je confirme que cette personne est seule à lire cette adresse.", required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_shared = emails.is_shared(emails.tidied(self.data.get("email", "")))
        if not self.is_shared:
            self.fields["seule"].widget = forms.HiddenInput()

    def clean(self):
        typed = super().clean()
        if not typed.pop("seule", False) and self.is_shared and "email" in typed:
            self.add_error("email", emails.SHARED.format(where="ci-dessous"))
        return typed


class CreationForm(KeyedForm, PersonneForm, AdresseForm):
    """COM-3, COM-4: an address already used is warned of, then refused."""

    signalee = forms.CharField(max_length=emails.LONGEST, required=False, widget=forms.HiddenInput)
    field_order = ["nom", "prenom", "profession_label", "email", "seule", "telephone"]

    def clean(self):
        typed = super().clean()
        typed.pop("signalee", None)
        return typed

    @property
    def is_taken(self) -> bool:
        """COM-4: by another active account."""
        return self.has_error("email", "unique") or self.has_error("email", "email")

    @property
    def insists(self) -> bool:
        """The same address again, after the warning."""
        warned, again = (emails.tidied(self.data.get(name, "")) for name in ("signalee", "email"))
        return self.is_taken and warned == again

    def warn(self) -> None:
        """The form shown again carries the address that it warned of."""
        self.data = self.data.copy()
        self.data["signalee"] = self.data.get("email", "")


class CorrectionForm(PersonneForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, locked, **kwargs):
        super().__init__(*args, **kwargs)
        if locked:  # a card says them
            for name in ("nom", "prenom", "profession_label"):
                self.fields[name].disabled = True


class NouvelleAdresseForm(AdresseForm):
    """COM-10: a coordination says why."""

    motif = forms.CharField(
        label="Motif",
        help_text="La personne le lira. N’écrivez aucune donnée de santé.",
        max_length=300,
        error_messages={"required": "Indiquez pourquoi la coordination change cette adresse."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, with_motif, **kwargs):
        super().__init__(*args, **kwargs)
        if not with_motif:
            del self.fields["motif"]
