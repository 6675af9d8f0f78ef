"""A volet's page, drawn from its form as data (`dossiers.volets`): sections, fields, rows (DOS-3)."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dossiers import volets
from dossiers.volets.champs import (
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

VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)
OFF = {"autocomplete": "off"}  # what is typed is about a patient, never about the user
CHOOSE = ("", "Choisir")
NO_ANSWER = ("", "Sans réponse")
CHANGED = (
    "Ce formulaire a changé depuis que vous l’avez ouvert. Vos réponses sont reprises ci-dessous\u00a0: "
    "vérifiez-les, puis enregistrez de nouveau."
)
UNKNOWN = "Cette version du formulaire n’existe pas\u00a0: rouvrez la page du volet."
NO_VERSION = "Il manque à cette page ce qu’elle avait lu\u00a0: rouvrez la page du volet."
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


class VoletForm(forms.Form):
    """One form of one volet; `values` are those it shows before anything is typed.

    `version` is that of the row that was read, `formulaire` that of the form: sent with another one, what
    was typed is kept and shown in today's.
    """

    def __init__(self, sent=None, *, volet, form: volets.Formulaire, values=None):
        self.volet, self.form, self.read_version = volet, form, ""
        super().__init__(sent, initial=values or {})
        for code, champ in form.champs.items():
            self.fields[code] = ChampField(champ)

    @classmethod
    def of_typed(cls, typed, *, volet, form):
        """As it was sent once: nothing is read of it yet, and `version` is the one that was read then."""
        again = cls(volet=volet, form=form)
        again.initial = {
            code: field.widget.value_from_datadict(typed, {}, code) for code, field in again.fields.items()
        }
        again.read_version = typed.get("version", "")
        return again

    @property
    def shown_version(self) -> str:
        """Of the row that was read: never a later one, unless both texts were shown."""
        sent = str(self.data.get("version", "") if self.is_bound else self.read_version)
        return sent if VERSION.fullmatch(sent) else str(self.volet.version)

    def clean(self):
        known = super().clean()
        return {
            "contenu": {code: value for code, value in known.items() if value is not None},
            "formulaire": self._formulaire(),
            "version": self._version(),
        }

    def _formulaire(self) -> int:
        sent = self.data.get("formulaire", "")
        if sent == str(self.form.version):
            return self.form.version
        older = [str(version) for version in range(self.form.version)]
        raise ValidationError(CHANGED if sent in older else UNKNOWN, code="formulaire")

    def _version(self) -> int:
        sent = self.data.get("version", "")
        if not VERSION.fullmatch(sent):
            raise ValidationError(NO_VERSION, code="version")
        return int(sent)

    @property
    def sections(self) -> list[tuple[Any, list, str]]:
        """(section, its fields, the code of the next one), as the page draws them."""
        codes = [one.code for one in self.form.sections[1:]] + [""]
        return [
            (one, [self[champ.code] for champ in one.champs], following)
            for one, following in zip(self.form.sections, codes, strict=True)
        ]

    @property
    def gone(self) -> list[tuple[str, str]]:
        """(name, text) of what was typed in fields that this version has no more."""
        own = ("csrfmiddlewaretoken", "au_nom_de", "formulaire", "version", "timbre", "suite", "valider")
        sent = self.data.lists() if hasattr(self.data, "lists") else ()
        return [
            (name.replace("_", " ").capitalize(), ", ".join(filter(None, values)))
            for name, values in sent
            if name not in own and re.split(r"-\d", name)[0] not in self.fields and any(values)
        ]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, what is recorded now, what was typed) where somebody else has written meanwhile."""
        fresh = self.stale.values if hasattr(self, "stale") else {}
        typed = {code: self._typed(code) for code in self.form.champs}
        return [
            (champ.label, self._said(champ, fresh.get(code)), self._said(champ, typed[code]))
            for code, champ in self.form.champs.items()
            if fresh.get(code) != typed[code]
        ]

    def _typed(self, code):
        try:
            return self.fields[code].clean(self[code].data)
        except ValidationError:
            return self[code].data

    @staticmethod
    def _said(champ, value) -> str:
        return champ.said(value) if value is not None else ""
