"""Fields of a form drawn from fields as data; what is typed is read as they say."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from viatraj.core.champs import (
    Champ,
    Choix,
    CodePostal,
    Commune,
    Email,
    Jour,
    Liste,
    Nombre,
    OuiNon,
    Plusieurs,
    Telephone,
    Texte,
)
from viatraj.core.drawing import drawn
from viatraj.core.saisie import Refused
from viatraj.core.saisie.fields import DateInput

OFF = {"autocomplete": "off"}  # what is typed is about somebody else than the user
CHOOSE = ("", "Choisir")
NO_ANSWER = ("", "Sans réponse")
REQUIRED = "à remplir pour valider"


class ChampField(forms.Field):
    """What was typed, as its field of the form reads it; never required to be saved."""

    def __init__(self, champ: Champ):
        self.champ = champ
        self.note = REQUIRED if champ.required and champ.si is None else ""
        self.one_of = True  # «facultatif» would stand at most of them
        super().__init__(label=_label(champ), help_text=_aide(champ), required=False, widget=_widget(champ))

    def clean(self, value):
        try:
            return self.champ.read(value)
        except Refused as error:
            raise ValidationError(str(error), code="saisie") from error

    def prepare_value(self, value):
        return self.champ.typed(value)


class LignesWidget(forms.Widget):
    """The rows of a list: those that are filled, and some blank ones, each a group of labelled fields."""

    use_fieldset = True

    def __init__(self, champ: Liste):
        super().__init__()
        self.champ = champ
        self.inner = {one.code: _widget(one) for one in champ.colonnes}

    def id_for_label(self, id_):
        return f"{id_}-0-{self.champ.colonnes[0].code}" if id_ else id_

    def value_from_datadict(self, data, files, name):
        """The rows where something is typed, up to one more than the most: the list itself then refuses."""
        pattern = re.compile(rf"{re.escape(name)}-([0-9]{{1,3}})-")
        numbers = sorted({int(found[1]) for key in data if (found := pattern.match(key))})
        rows = [
            {
                code: inner.value_from_datadict(data, files, f"{name}-{number}-{code}") or ""
                for code, inner in self.inner.items()
            }
            for number in numbers
        ]
        return [row for row in rows if any(row.values())][: self.champ.most + 1]

    def value_omitted_from_data(self, data, files, name):
        return False

    def render(self, name, value, attrs=None, renderer=None):
        rows = list(value or [])
        rows += [{}] * min(self.champ.blank, max(0, self.champ.most - len(rows)))
        id_ = (attrs or {}).get("id", f"id_{name}")
        shown = [
            [
                self._cell(one, f"{name}-{number}-{one.code}", f"{id_}-{number}-{one.code}", row, renderer)
                for one in self.champ.colonnes
            ]
            for number, row in enumerate(rows)
        ]
        return drawn("components/lignes.html", {"rows": shown, "label": self.champ.label, "id": id_})

    def _cell(self, champ, name, id_, row, renderer) -> dict[str, Any]:
        value = champ.typed(row.get(champ.code, ""))
        widget = self.inner[champ.code]
        return {"label": champ.label, "id": id_, "field": widget.render(name, value, {"id": id_}, renderer)}


def _label(champ: Champ) -> str:
    mesure = getattr(champ, "mesure", "")
    return f"{champ.label} ({mesure})" if mesure else champ.label


def _aide(champ: Champ) -> str:
    most = getattr(champ, "most", 0) if isinstance(champ, Liste) else 0
    told = [champ.aide, f"{most} lignes au plus." if most and not champ.aide else ""]
    return " ".join(filter(None, told))


def _widget(champ: Champ) -> forms.Widget:
    if isinstance(champ, Liste):
        return LignesWidget(champ)
    if isinstance(champ, Plusieurs):
        return forms.CheckboxSelectMultiple({"class": "choix-en-colonnes"}, choices=champ.options)
    if isinstance(champ, OuiNon):
        return forms.RadioSelect({"class": "choix-en-ligne"}, choices=[*champ.options, NO_ANSWER])
    if isinstance(champ, Choix):
        return forms.Select(choices=[CHOOSE, *(champ.groupes or champ.options)])
    if isinstance(champ, Jour):
        return DateInput()
    if isinstance(champ, Texte) and champ.long:
        return forms.Textarea({"rows": 5, **OFF})
    return forms.TextInput(_typing(champ))


def _typing(champ: Champ) -> dict[str, str]:
    """Which keyboard a telephone shows."""
    modes = {Telephone: "tel", Email: "email", CodePostal: "numeric", Nombre: "decimal"}
    found = modes.get(type(champ), "")
    spelled = {"spellcheck": "false"} if isinstance(champ, Commune | Email) else {}
    return OFF | spelled | ({"inputmode": found} if found else {})
