"""What opening a campaign asks, and what a reviewer says of lines of his list (HAB-11)."""

from django import forms

from habilitations.actions.campagnes.decisions import SAID
from habilitations.forms.attribution import LieuxField
from habilitations.forms.droits import DroitsForm
from habilitations.forms.fins import PrevenirForm
from habilitations.models import Campagne, Examen
from habilitations.profils import PROFILS
from viatraj.core.forms import KeyedForm
from viatraj.core.saisie.fields import DateField

REDUCE = Examen.Decision.REDUCE


class CampagneForm(KeyedForm):
    titre = forms.CharField(
        label="Nom de la campagne",
        max_length=120,
        error_messages={
            "required": "Donnez un nom à la campagne, «\u00a0Revue annuelle 2027\u00a0» par exemple."
        },
    )
    lieux = LieuxField()
    profils = forms.MultipleChoiceField(
        label="Profils",
        required=False,
        choices=sorted(((code, one.label) for code, one in PROFILS.items()), key=lambda choice: choice[1]),
        widget=forms.CheckboxSelectMultiple,
    )
    inutilisees = forms.BooleanField(
        label="Seulement les habilitations qui n’ont pas servi depuis six mois", required=False
    )
    echeance = DateField(
        label="Date limite (incluse)", required_sentence="Indiquez le dernier jour pour décider."
    )
    effet = forms.ChoiceField(
        label="Effet des décisions", choices=Campagne.Effet, widget=forms.RadioSelect, initial="now"
    )
    restes = forms.ChoiceField(
        label="Habilitations restées sans décision",
        choices=Campagne.Restes,
        widget=forms.RadioSelect,
        initial="keep",
    )
    nouvelles = forms.ChoiceField(
        label="Habilitations données pendant la campagne",
        choices=Campagne.Nouvelles,
        widget=forms.RadioSelect,
        initial="add",
    )
    message = forms.CharField(
        label="Message aux relecteurs",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, places, shown, usage_known, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lieux"].places, self.fields["lieux"].choices = places, shown
        if not usage_known:
            del self.fields["inutilisees"]

    def clean(self):
        typed = super().clean()
        nom = typed.pop("titre", "")
        return {"inutilisees": False, **typed, "nom": nom}


class PartageForm(forms.Form):
    """Which lines, of those shown, to whom; `people`: {account: label}."""

    lignes = forms.TypedMultipleChoiceField(
        label="Lignes",
        coerce=int,
        error_messages={
            "required": "Cochez une ligne au moins.",
            "invalid_choice": "Une ligne cochée n’attend plus ici\u00a0: relisez la liste.",
        },
    )
    relecteur = forms.TypedChoiceField(
        label="Confier à",
        error_messages={
            "required": "Choisissez à qui confier ces lignes.",
            "invalid_choice": "Cette personne ne peut examiner aucune de ces lignes.",
        },
    )

    def __init__(self, *args, examens, people, **kwargs):
        super().__init__(*args, **kwargs)
        known = {str(user.pk): user for user in people}
        self.fields["lignes"].choices = [(one.pk, str(one)) for one in examens]
        self.fields["relecteur"].choices = [
            ("", "Choisir…"),
            *((user.pk, who) for user, who in people.items()),
        ]
        self.fields["relecteur"].coerce = known.get

    @property
    def ticked(self) -> set[str]:
        return {str(one) for one in self["lignes"].value() or []}


class Decision(forms.Form):
    """`lignes`, {key: version}, comes with it."""

    decision = forms.ChoiceField(
        label="Votre décision",
        choices=list(SAID.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    fin = DateField(label="Nouvelle date de fin (incluse), pour réduire", required_sentence="")
    motif = forms.CharField(
        label="Motif, pour réduire ou retirer",
        max_length=300,
        required=False,
        strip=True,
        help_text="Il figure au compte rendu de la campagne. Aucun nom de patient.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fin"].required = False
        self.fields["fin"].one_of = self.fields["motif"].one_of = True

    def clean(self):
        typed = super().clean()
        if typed.get("decision") != REDUCE:
            typed["fin"] = None
        return typed


class LotForm(Decision):
    """Lines alike, among those that the page has shown."""

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = {row.pk: f"version-{row.pk}" for row in rows}
        for row in rows:
            self.fields[self.names[row.pk]] = forms.IntegerField(
                widget=forms.HiddenInput, initial=row.version
            )

    def clean(self):
        typed = super().clean()
        versions = {pk: typed.pop(name, None) for pk, name in self.names.items()}
        return {**typed, "lignes": versions}


class ExamenForm(Decision, DroitsForm, PrevenirForm):
    """One line: its rights may be reduced too, and the last référent of a structure removed."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, examen, **kwargs):
        super().__init__(*args, **kwargs)
        self.examen = examen

    def clean(self):
        typed = super().clean()
        droits = typed.pop("droits")
        held = {droit.key: self.mode_of(droit) for droit in self.droits}
        wanted = {droit.key: droits.get(droit.key, droit.mode) for droit in self.droits}
        changed = typed.get("decision") == REDUCE and wanted != held
        version = typed.pop("version", None)
        return {**typed, "droits": droits if changed else None, "lignes": {self.examen.pk: version}}
