"""One rubrique of a sheet, drawn from its fields as data; what is greyed is shown, and never lost (ANN-2)."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annuaire.fiches import Donnee, Regle, Rubrique, Terme, Termes
from annuaire.models import Modification
from annuaire.reads import historiques, termes
from annuaire.reads.presentation import Sheet, options
from viatraj.core.champs import NOT_AN_OPTION, Choix, Liste, Plusieurs
from viatraj.core.champs.fields import CHOOSE, ChampField
from viatraj.core.drawing import drawn
from viatraj.core.saisie import Refused

VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)
NO_VERSION = "Il manque à cette page ce qu’elle avait lu\u00a0: rouvrez la fiche."
COMPLETE = "à remplir pour une fiche complète"
FEW = 12  # terms that need no folding
AS_TEXT = (Choix, Plusieurs, Liste, Terme, Termes)  # these have no `readonly`


class Fixed(forms.Widget):
    """A greyed choice, as text. What is sent in its name all the same is kept, for the action to refuse."""

    use_fieldset = True

    def __init__(self, lines: list[str], inner: forms.Widget):
        super().__init__()
        self.lines, self.inner = lines, inner

    def value_from_datadict(self, data, files, name):
        return self.inner.value_from_datadict(data, files, name) or None

    def value_omitted_from_data(self, data, files, name):
        return False

    def render(self, name, value, attrs=None, renderer=None):
        return drawn(
            "annuaire/fixed.html", {"lines": self.lines, "id": (attrs or {}).get("id", f"id_{name}")}
        )


class CodesWidget(forms.CheckboxSelectMultiple):
    """Terms under headings, folded when they are many; the greyed ones stand above, as text."""

    def __init__(self, groupes: list[termes.Groupe], locked: list[str], label: str):
        super().__init__()
        self.groupes, self.locked, self.label = groupes, locked, label

    def id_for_label(self, id_, index=None):
        return id_

    def render(self, name, value, attrs=None, renderer=None):
        held = set(value or ())
        shown = [
            (one.titre or self.label, [(code, label, code in held) for code, label in one.termes])
            for one in self.groupes
        ]
        many = sum(len(rows) for _, rows in shown) > FEW
        groups = [(titre, rows, sum(row[2] for row in rows)) for titre, rows in shown]
        id_ = (attrs or {}).get("id", f"id_{name}")
        known = {"groups": groups, "many": many, "locked": self.locked, "name": name, "id": id_}
        return drawn("annuaire/codes.html", known)


class FicheField(ChampField):
    """`why` it is greyed, empty when it is not; `hint`: what a feeder says of the same."""

    def __init__(self, donnee: Donnee, sheet: Sheet, offered):
        super().__init__(donnee.champ)
        self.donnee, self.held = donnee, sheet.values.get(donnee.code)
        self.why = sheet.why(donnee)
        self.locked = frozenset() if self.why else sheet.locked(donnee)
        self.hint = sheet.structure.textes_source.get(donnee.code, "")
        if donnee.code in sheet.jauge.champs:
            self.note = COMPLETE
        self._choose(sheet, options(donnee, offered))
        if self.why:
            self._grey(sheet)

    def _choose(self, sheet: Sheet, groupes: list[termes.Groupe]):
        """Terms of today, and what is held: a term that has ended is not lost."""
        self.known = {code for one in groupes for code, _ in one.termes}
        if isinstance(self.champ, Terme):
            of_group = [
                (one.titre, [(code.rpartition(":")[2], label) for code, label in one.termes])
                for one in groupes
            ]
            choices = of_group if len(of_group) > 1 else [pair for _, pairs in of_group for pair in pairs]
            held = f"{self.champ.nomenclature}:{self.held}"
            if self.held and held not in self.known:
                choices = [*choices, (self.held, sheet.mots.label(held))]
            self.widget = forms.Select(choices=[CHOOSE, *choices])
        elif isinstance(self.champ, Termes):
            others = [one for one in self.held or () if one not in self.known and one not in self.locked]
            if others:
                kept = tuple((one, sheet.mots.label(one)) for one in others)
                groupes = [termes.Groupe("Hors de la nomenclature en vigueur", kept), *groupes]
            open_ones = [
                termes.Groupe(one.titre, tuple(pair for pair in one.termes if pair[0] not in self.locked))
                for one in groupes
            ]
            locked = [sheet.mots.label(one) for one in sorted(self.locked)]
            self.widget = CodesWidget(open_ones, locked, self.champ.label)

    def _grey(self, sheet: Sheet):
        self.note = ""
        self.help_text = self.why
        if isinstance(self.champ, AS_TEXT) or self.donnee.regle == Regle.VERBE:
            lines = sheet.mots.lines(self.donnee, self.held)
            if self.donnee.code == "synchronisation":
                lines = [sheet.structure.get_synchronisation_display()]
            self.widget = Fixed(lines, self.widget)
        else:
            self.widget.attrs["readonly"] = True

    def clean(self, value):
        if self.why:
            return self._of_greyed(value)
        found = super().clean(value)
        if isinstance(self.champ, Terme) and found not in (None, self.held):
            self._check([f"{self.champ.nomenclature}:{found}"])
        if isinstance(self.champ, Termes):
            self._check(set(found or ()) - set(self.held or ()))
            return sorted({*(found or ()), *self.locked}) or None
        return found

    def _check(self, codes):
        if any(one not in self.known for one in codes):
            raise ValidationError(NOT_AN_OPTION, code="saisie")

    def _of_greyed(self, value) -> Any:
        """What is kept, when it comes back as it was shown; the action refuses anything else."""
        if value is None or _flat(value) == _flat(self.prepare_value(self.held)):
            return self.held
        try:
            found = self.champ.read(value)
        except Refused:
            return value
        return self.held if found == self.held else found

    def has_changed(self, initial, data):
        return False


def _flat(value) -> str:
    """As a browser sends a text: other ends of lines, no blank at an edge."""
    return " ".join(str("" if value is None else value).split())


class Versioned(forms.Form):
    """Sent with the version of the sheet that was read."""

    def __init__(self, sent=None, *, sheet: Sheet, **kwargs):
        self.sheet = sheet
        super().__init__(sent, **kwargs)

    @property
    def shown_version(self) -> str:
        """Of the row that was read: never a later one, unless both texts were shown."""
        sent = str(self.data.get("version", "")) if self.is_bound else ""
        return sent if VERSION.fullmatch(sent) else str(self.sheet.structure.version)

    def version(self) -> int:
        sent = str(self.data.get("version", ""))
        if not VERSION.fullmatch(sent):
            raise ValidationError(NO_VERSION, code="version")
        return int(sent)


class FicheForm(Versioned):
    def __init__(self, sent=None, *, sheet: Sheet, rubrique: Rubrique, offered):
        self.rubrique = rubrique
        super().__init__(sent, sheet=sheet, initial=sheet.values)
        for donnee in sheet.donnees(rubrique):
            self.fields[donnee.code] = FicheField(donnee, sheet, offered)

    def clean(self):
        values = super().clean()
        return {"values": values, "version": self.version()}

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, what is recorded now, what was typed) where somebody else has written meanwhile."""
        fresh = Sheet(self.stale, today=self.sheet.today) if hasattr(self, "stale") else self.sheet
        kept, typed = fresh.values, {code: self._typed(code) for code in self.fields}
        open_ones = [field.donnee for field in self.fields.values() if not field.why]
        mots = termes.mots(termes.codes(open_ones, kept) | termes.codes(open_ones, typed))
        return [
            (one.label, mots.said(one, kept.get(one.code)), mots.said(one, typed[one.code]))
            for one in open_ones
            if kept.get(one.code) != typed[one.code]
        ]

    def _typed(self, code):
        try:
            return self.fields[code].clean(self[code].data)
        except ValidationError:
            return self[code].data


class RetourForm(Versioned):
    """«Revenir à cette valeur»."""

    modification = forms.ModelChoiceField(
        Modification.objects.none(),
        error_messages={
            "required": "Choisissez la valeur à reprendre.",
            "invalid_choice": "Cette valeur ne figure pas dans l’historique de ce champ.",
        },
    )

    def __init__(self, sent=None, *, sheet: Sheet, donnee: Donnee):
        self.donnee = donnee
        super().__init__(sent, sheet=sheet)
        self.fields["modification"].queryset = historiques.of(sheet, donnee)

    def clean(self):
        row = super().clean().get("modification")
        value = historiques.former(self.sheet, self.donnee, row) if row else None
        return {"values": {self.donnee.code: value}, "version": self.version()}
