from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PhoneField
from viatraj.core.forms import KeyedForm

# What stands before the @ of an address that several people read.
SHARED = frozenset(
    "accueil admin administration admissions assistante assistantes cadre cadres contact coordination "
    "direction equipe ide infirmerie infirmiers info infos medecin medecins pharmacie rh secretariat "
    "secretaire service services social standard urgences".split()
)


class RechercheForm(forms.Form):
    """COM-2: each alone, or together."""

    nom = forms.CharField(label="Nom", max_length=100, required=False)
    prenom = forms.CharField(label="Prénom", max_length=100, required=False)
    identifiant = forms.CharField(label="Nom d’utilisateur", max_length=60, required=False)
    email = forms.CharField(
        label="Adresse e-mail",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.one_of = True  # not «facultatif»: any of them will do

    def clean(self):
        typed = super().clean()
        if not self.errors and not any(typed.values()):
            raise ValidationError(
                "Remplissez au moins un champ\u00a0: nom, prénom, nom d’utilisateur ou e-mail."
            )
        return typed


class PersonneForm(forms.Form):
    nom = forms.CharField(label="Nom", max_length=100, error_messages={"required": "Saisissez le nom."})
    prenom = forms.CharField(
        label="Prénom", max_length=100, error_messages={"required": "Saisissez le prénom."}
    )
    profession_label = forms.CharField(label="Profession", max_length=100, required=False)
    telephone = PhoneField(label="Téléphone", max_length=40, required=False)


class AdresseField(forms.EmailField):
    def __init__(self):
        super().__init__(
            label="Adresse e-mail",
            max_length=254,
            help_text="Personnelle\u00a0: aucune autre personne ne doit pouvoir la lire.",
            error_messages={
                "required": "Saisissez l’adresse e-mail.",
                "invalid": "Cette adresse n’est pas complète. Exemple\u00a0: prenom.nom@etablissement.fr.",
            },
        )


class CreationForm(KeyedForm, PersonneForm):
    """COM-3, COM-4: a shared mailbox is warned of, an address already used is warned of, then refused."""

    email = AdresseField()
    seule = forms.BooleanField(
        label="Je confirme que cette personne est seule à lire cette adresse.", required=False
    )
    signalee = forms.CharField(max_length=254, required=False, widget=forms.HiddenInput)
    field_order = ["nom", "prenom", "profession_label", "email", "seule", "telephone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        local = self.data.get("email", "").strip().partition("@")[0].lower()
        self.is_shared = local.replace("-", ".").replace("_", ".").split(".")[0] in SHARED
        if not self.is_shared:
            self.fields["seule"].widget = forms.HiddenInput()

    def clean(self):
        typed = super().clean()
        if self.is_shared and not typed.get("seule") and "email" in typed:
            self.add_error(
                "email",
                "Cette adresse semble lue par plusieurs personnes. Saisissez une adresse personnelle, "
                "ou confirmez ci-dessous.",
            )
        return {name: value for name, value in typed.items() if name not in ("seule", "signalee")}

    @property
    def is_taken(self) -> bool:
        """COM-4: by another active account."""
        return self.has_error("email", "unique") or self.has_error("email", "email")

    @property
    def insists(self) -> bool:
        """The same address again, after the warning."""
        return self.is_taken and self.data.get("signalee", "").lower() == self.data.get("email", "").lower()

    def warn(self) -> None:
        """The page shown again remembers which address was warned of."""
        self.data = self.data.copy()
        self.data["signalee"] = self.data.get("email", "")


class CorrectionForm(PersonneForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, locked, **kwargs):
        super().__init__(*args, **kwargs)
        if locked:  # a card says them
            for name in ("nom", "prenom", "profession_label"):
                self.fields[name].disabled = True


class NouvelleAdresseForm(forms.Form):
    email = AdresseField()
    version = forms.IntegerField(widget=forms.HiddenInput)
