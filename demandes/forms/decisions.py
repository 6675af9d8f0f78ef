"""What an MDPH says of a decision, and whom it notifies."""

from django import forms
from django.forms.widgets import HiddenInput

from demandes.forms.notifications import NO_MOTIF, OFF
from demandes.handicap.motifs import CATEGORIES, categorie_dite, motifs
from demandes.handicap.statuts import Statut
from demandes.models import Decision
from demandes.models.decisions import FIGES
from demandes.reads import esms
from dossiers.models import Sexe
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField, NaissanceField, NomField, NumeroDecisionField


class _SaidForm(forms.Form):
    """What a decision says."""

    numero = NumeroDecisionField(
        label="Numéro de décision",
        help_text="Celui de la MDPH\u00a0: lettres, chiffres et tirets.",
        required_sentence="Indiquez le numéro de la décision.",
    )
    nom = NomField(label="Nom de naissance", attrs=OFF, required_sentence="Indiquez le nom de la personne.")
    prenom = NomField(
        label="Premier prénom de naissance",
        attrs=OFF,
        required_sentence="Indiquez le prénom de la personne.",
    )
    date_naissance = NaissanceField(required_sentence="Indiquez la date de naissance.")
    sexe = forms.ChoiceField(
        label="Sexe",
        choices=Sexe.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Indiquez le sexe.",
            "invalid_choice": "Choisissez le sexe dans la liste.",
        },
    )
    categorie = forms.ChoiceField(
        label="Orientation",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez l’orientation dans la liste."
        ),
    )
    debut = DateField(label="Valable du", required_sentence="Indiquez le début de validité.")
    fin = DateField(label="Valable jusqu’au (inclus)", required_sentence="Indiquez la fin de validité.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["categorie"].choices = [
            ("", "Choisissez une orientation"),
            *((code, categorie_dite(code)) for code in CATEGORIES),
        ]

    def clean(self):
        known = super().clean()
        if naissance := known.get("date_naissance"):
            known |= {"date_naissance": naissance.jour, "naissance_precision": naissance.precision.value}
        return known


class DecisionForm(KeyedForm, _SaidForm):
    """`mdph`: those for which this actor decides; the only one is not asked."""

    mdph = forms.ModelChoiceField(
        label="MDPH",
        queryset=None,
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choisissez la MDPH dans la liste."),
    )
    field_order = ("cle", "mdph")

    def __init__(self, *args, mdph, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mdph"].queryset = mdph
        found = list(mdph[:2])
        if len(found) == 1:
            self.fields["mdph"].initial = found[0].pk
            self.fields["mdph"].widget = HiddenInput()


class CorrigerForm(_SaidForm):
    """What cannot change any more is not asked; whoever has been asked it before is told why it stays."""

    version = forms.IntegerField(widget=HiddenInput)

    def __init__(self, *args, decision: Decision, answered: bool, **kwargs):
        super().__init__(*args, **kwargs)
        names = ("numero", "nom", "prenom", "sexe", "categorie", "debut", "fin", "version")
        known = {name: getattr(decision, name) for name in names}
        self.initial = known | {"date_naissance": decision.naissance} | self.initial
        for name in FIGES:
            if answered and name in self.fields and not (self.is_bound and name in self.data):
                del self.fields[name]


class EsmsForm(forms.Form):
    """Which ESMS are shown; an address names no person."""

    departement = forms.ChoiceField(label="Département", required=False)
    nom = forms.CharField(label="Nom de l’établissement", required=False, max_length=100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["departement"].choices = [("", "Tous"), *esms.departements()]


class NotifierForm(forms.Form):
    etablissements = forms.ModelMultipleChoiceField(
        label="Établissements à notifier",
        queryset=None,
        error_messages={
            "required": "Choisissez au moins un établissement.",
            **dict.fromkeys(
                ("invalid_choice", "invalid_pk_value", "invalid_list"),
                "Un établissement choisi est fermé, ou n’accueille pas cette orientation.",
            ),
        },
    )

    def __init__(self, *args, decision: Decision, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["etablissements"].queryset = esms.of_categorie(decision.categorie)

    @property
    def chosen(self) -> list[str]:
        """As they were ticked."""
        return [str(one) for one in self["etablissements"].value() or ()]


class RetablirForm(forms.Form):
    version = forms.IntegerField(widget=HiddenInput)

    def __init__(self, *args, decision: Decision, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = decision.version


class AnnulerForm(RetablirForm):
    motif = forms.ChoiceField(label="Motif", required=False, error_messages={"invalid_choice": NO_MOTIF})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = motifs(Statut.DECISION_ANNULEE)
        self.fields["motif"].choices = [("", "Aucun motif"), *known.items()]
