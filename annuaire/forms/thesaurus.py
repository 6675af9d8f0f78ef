"""One group of the thésaurus, answered pathologie by pathologie; a copy from another unit."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.html import format_html

from annuaire.models import PriseEnCharge
from annuaire.reads.thesaurus import FIELDS, Groupe, said
from viatraj.core.champs import NON, OUI, Choix, Ligne, Nombre
from viatraj.core.champs.fields import ChampField

AGE_MAX = 130
ASSUREE = Choix("assuree", "Prise en charge", options=((OUI, "Oui"), (NON, "Non")))
NIVEAUX = tuple((value, label.capitalize()) for value, label in PriseEnCharge.Niveau.choices)
CHAMPS = (
    ASSUREE,
    Nombre("age_min", "Âge minimum", mesure="ans", most=AGE_MAX),
    Nombre("age_max", "Âge maximum", mesure="ans", most=AGE_MAX),
    Choix("niveau", "Niveau", options=NIVEAUX),
    Ligne("conditions", "Conditions", most=500),
)
SAY_FIRST = "Répondez d’abord Oui ou Non."
ONLY_YES = "Un âge ou un niveau ne se dit que d’une pathologie prise en charge."
AGES = "L’âge maximum vient après l’âge minimum."


class Reponse(NamedTuple):
    """A row of the page."""

    libelle: str
    is_new: bool
    champs: list[Any]


class GroupeForm(forms.Form):
    """`answers`: by code, what `actions.answer_thesaurus` takes."""

    def __init__(self, sent=None, *, groupe: Groupe, version: int):
        self.groupe = groupe
        super().__init__(sent, initial=dict(_typed(groupe)))
        for pathologie in groupe.pathologies:
            for champ in CHAMPS:
                field = ChampField(champ)
                said = format_html('<span class="sr">\u00a0: {}</span>', pathologie.libelle)
                field.label = format_html("{}{}", champ.label, said)
                self.fields[f"{champ.code}-{pathologie.code}"] = field
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=version, min_value=0, max_value=2**31 - 1
        )

    def clean(self):
        known = super().clean()
        return {
            "version": known.get("version", 0),
            "answers": {one.code: self._answer(one.code, known) for one in self.groupe.pathologies},
        }

    def _answer(self, code, known):
        said = {champ.code: known.get(f"{champ.code}-{code}") for champ in CHAMPS}
        details = {name: value for name, value in said.items() if name != "assuree" and value is not None}
        if said["assuree"] is None:
            if details:
                self.add_error(f"assuree-{code}", SAY_FIRST)
            return None
        if said["assuree"] == NON and details.keys() - {"conditions"}:
            self.add_error(f"assuree-{code}", ONLY_YES)
        if None not in (said["age_min"], said["age_max"]) and said["age_min"] > said["age_max"]:
            self.add_error(f"age_max-{code}", AGES)
        return {
            **said,
            "assuree": said["assuree"] == OUI,
            "niveau": said["niveau"] or "",
            "conditions": said["conditions"] or "",
        }

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(pathologie, what is recorded now, what was typed) where somebody else has answered meanwhile."""
        rows = self.stale.prises_en_charge.all()
        fresh = {one.pathologie: {name: getattr(one, name) for name in FIELDS} for one in rows}
        typed = self.cleaned_data["answers"]
        return [
            (one.libelle, _in_words(fresh.get(one.code)), _in_words(typed[one.code]))
            for one in self.groupe.pathologies
            if fresh.get(one.code) != typed[one.code]
        ]

    @property
    def reponses(self) -> list[Reponse]:
        new = {one.code for one in self.groupe.missing}
        return [
            Reponse(one.libelle, one.code in new, [self[f"{champ.code}-{one.code}"] for champ in CHAMPS])
            for one in self.groupe.pathologies
        ]


def _in_words(answer: Mapping[str, Any] | None) -> str:
    return said(answer) if answer else ""


def _typed(groupe: Groupe):
    for code, row in groupe.said.items():
        yield f"assuree-{code}", OUI if row.assuree else NON
        for name in ("age_min", "age_max", "niveau", "conditions"):
            yield f"{name}-{code}", getattr(row, name)


class CopieForm(forms.Form):
    """`sources`: units of one’s perimeter that have answered."""

    def __init__(self, sent=None, *, sources, version: int):
        super().__init__(sent)
        self.fields["source"] = forms.ModelChoiceField(
            sources,
            label="Unité dont copier le thésaurus",
            empty_label="Choisir",
            error_messages={
                "required": "Choisissez une unité.",
                "invalid_choice": "Choisissez une unité de la liste.",
            },
        )
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=version, min_value=0, max_value=2**31 - 1
        )
