from django import forms

from annuaire.models import Lieu
from habilitations.forms.droits import DroitsForm
from habilitations.profils import PROFILS, by_domaine
from viatraj.core.droits import Niveau
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField

ASKED_AT = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.GUICHET)  # those above are named, not asked for


class ChercherForm(forms.Form):
    q = forms.CharField(
        label="Établissement",
        min_length=3,
        max_length=100,
        help_text="Son nom, ou son numéro FINESS.",
        error_messages={
            "required": "Indiquez un nom ou un numéro FINESS.",
            "min_length": "Saisissez au moins trois caractères.",
            "max_length": "Ce nom est trop long.",
        },
    )


class LieuField(forms.ChoiceField):
    """Of one établissement: itself, its units, its guichets."""

    def __init__(self, **kwargs):
        sentences = {"required": "Choisissez le lieu.", "invalid_choice": "Ce lieu n’est pas proposé."}
        super().__init__(label="Lieu", error_messages=sentences, **kwargs)
        self.lieux: dict[str, Lieu] = {}

    def offer(self, lieux: dict[str, Lieu]):
        self.lieux = lieux
        self.choices = [(key, lieu.name_inside) for key, lieu in lieux.items()]

    def clean(self, value):
        return self.lieux[super().clean(value)]


class ProfilField(forms.ChoiceField):
    def __init__(self):
        sentences = {"required": "Choisissez le profil.", "invalid_choice": "Ce profil n’est pas proposé."}
        super().__init__(label="Profil", choices=_offered, error_messages=sentences)

    def clean(self, value):
        return PROFILS[super().clean(value)]


def _offered():
    rows = [
        profil for profil in PROFILS.values() if profil.is_offered and set(profil.niveaux) & set(ASKED_AT)
    ]
    return [("", "Choisissez un profil"), *by_domaine(rows)]


class _Fin(DateField):
    def __init__(self):
        super().__init__(
            label="Jusqu’au (inclus)",
            required_sentence="Indiquez le dernier jour souhaité, à cinq ans au plus.",
        )


class _Motif(forms.CharField):
    def __init__(self):
        super().__init__(
            label="Ce qu’il faut savoir pour vous répondre",
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="Ni nom de patient, ni donnée de santé.",
            error_messages={"max_length": "Ce texte dépasse 300 caractères."},
        )


class DemandeHabilitationForm(KeyedForm):
    lieu = LieuField()
    profil = ProfilField()
    fin = _Fin()
    motif = _Motif()
    field_order = ["lieu", "profil", "fin", "motif", "cle"]

    def __init__(self, *args, lieux, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lieu"].offer(lieux)


class ProlongationForm(KeyedForm):
    fin = _Fin()
    motif = _Motif()
    field_order = ["fin", "motif", "cle"]


class AccepterForm(DroitsForm):
    """As asked, until the référent changes it; `droits_de` is the profile whose rights the page showed."""

    lieu = LieuField()
    profil = ProfilField()
    debut = DateField(label="À partir du", required_sentence="Indiquez le premier jour.")
    fin = _Fin()
    droits_de = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, lieux, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lieu"].offer(lieux)
        self.initial["droits_de"] = self.profil.code

    def clean(self):
        typed = super().clean()
        typed.pop("droits_de", None)
        return typed


class AccepterProlongationForm(forms.Form):
    fin = _Fin()


class RefuserForm(forms.Form):
    reponse = forms.CharField(
        label="Motif du refus",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne le lira. Ni nom de patient, ni donnée de santé.",
        error_messages={
            "required": "Dites pourquoi\u00a0: la personne doit savoir que faire.",
            "max_length": "Ce texte dépasse 300 caractères.",
        },
    )
