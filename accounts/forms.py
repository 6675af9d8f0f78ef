from django import forms

from viatraj.core.saisie.fields import (
    CurrentPasswordField,
    EmailField,
    MobileField,
    NomField,
    PasswordField,
    TelephoneField,
)


class ContactForm(forms.Form):
    """«Mon compte» (COM-5): what one edits oneself; not the name, where a card says it."""

    nom = NomField(label="Nom", required_sentence="Saisissez votre nom.")
    prenom = NomField(label="Prénom", required_sentence="Saisissez votre prénom.")
    profession_label = forms.CharField(label="Profession", max_length=100, required=False)
    telephone = TelephoneField(attrs={"autocomplete": "tel"})
    adresse = forms.CharField(
        label="Adresse professionnelle",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, named, **kwargs):
        super().__init__(*args, **kwargs)
        if not named:
            for name in ("nom", "prenom", "profession_label"):
                del self.fields[name]


class CharteForm(forms.Form):
    """CON-8, CON-13."""

    accepte = forms.BooleanField(
        label="J’ai lu et accepte les conditions ci-dessus",
        error_messages={"required": "Cochez la case pour accepter la charte, ou déconnectez-vous."},
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=10)

    def __init__(self, *args, current, **kwargs):
        super().__init__(*args, initial={"version": current}, **kwargs)
        self.current = current

    def clean_version(self):
        """Another one since the page was opened: shown in its place, not accepted yet."""
        if self.cleaned_data["version"] != self.current:
            self.data = {**self.data.dict(), "version": self.current, "accepte": ""}
            raise forms.ValidationError(
                "La charte a changé depuis l’ouverture de cette page\u00a0: relisez-la, puis acceptez-la."
            )
        return self.current


class ForgottenForm(forms.Form):
    """MDP-1: who one is; the proof of work, and when the page was shown, for those without script."""

    identifiant = forms.CharField(
        label="Nom d’utilisateur",
        help_text="Votre identifiant, ou le numéro inscrit sur votre carte\u00a0: 8 suivi de votre N° RPPS, "
        "ou 0 suivi de votre N° Adeli.",
        max_length=60,
        error_messages={"required": "Saisissez votre nom d’utilisateur."},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    altcha = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
    affichee = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


class OwnerForm(forms.Form):
    """Who is at the keyboard: not asked of an account without password."""

    ancien = CurrentPasswordField(
        label="Mot de passe actuel", required_sentence="Saisissez votre mot de passe actuel."
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.has_usable_password():
            self.fields["ancien"].required = False
            self.fields["ancien"].widget = forms.HiddenInput()


class NewPasswordForm(forms.Form):
    """The new one, twice (MDP-1, MDP-4)."""

    mot_de_passe = PasswordField(
        label="Nouveau mot de passe", required_sentence="Choisissez un mot de passe."
    )
    mot_de_passe_bis = PasswordField(
        label="Répéter le mot de passe", required_sentence="Saisissez une seconde fois le mot de passe."
    )

    def clean(self):
        typed = super().clean()
        again = typed.pop("mot_de_passe_bis", None)
        if again is not None and typed.get("mot_de_passe") not in (None, again):
            self.add_error("mot_de_passe_bis", "Les deux mots de passe ne sont pas identiques.")
        return typed


class ChangePasswordForm(NewPasswordForm, OwnerForm):
    field_order = ["ancien", "mot_de_passe", "mot_de_passe_bis"]


class EmailForm(OwnerForm):
    """COM-5: used only once the link sent there is followed."""

    target = EmailField(
        label="Nouvelle adresse e-mail",
        required_sentence="Saisissez la nouvelle adresse.",
        attrs={"autocomplete": "email"},
    )
    field_order = ["target", "ancien"]


class MobileForm(OwnerForm):
    """COM-5: used only once the link sent there by SMS is followed."""

    target = MobileField(
        required_sentence="Saisissez votre numéro de portable.", attrs={"autocomplete": "tel"}
    )
    field_order = ["target", "ancien"]
