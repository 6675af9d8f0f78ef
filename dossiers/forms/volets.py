"""A volet's page, drawn from its form as data (`dossiers.volets`): sections, fields, rows (DOS-3)."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annuaire.reads import territoires
from dossiers import volets
from dossiers.reads import adresses
from viatraj.core.champs.fields import ChampField
from viatraj.core.saisie import Refused, numeros
from viatraj.core.saisie.caracteres import tidied

VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)
CHANGED = (
    "Ce formulaire a changé depuis que vous l’avez ouvert. Vos réponses sont reprises ci-dessous\u00a0: "
    "vérifiez-les, puis enregistrez de nouveau."
)
UNKNOWN = "Cette version du formulaire n’existe pas\u00a0: rouvrez la page du volet."
# What the page sends besides the answers.
OWN = "csrfmiddlewaretoken au_nom_de formulaire version timbre suite valider doute".split()
UNDECIDED = ("", "Je ne sais pas\u00a0: garder le nom, sans code")
NO_VERSION = "Il manque à cette page ce qu’elle avait lu\u00a0: rouvrez la page du volet."


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
        self._offer_communes(self.data if self.is_bound else self.initial)

    @classmethod
    def of_typed(cls, typed, *, volet, form):
        """As it was sent once: nothing is read of it yet, and `version` is the one that was read then."""
        again = cls(volet=volet, form=form)
        again.initial = {
            code: field.widget.value_from_datadict(typed, {}, code) for code, field in again.fields.items()
        }
        again.read_version = typed.get("version", "")
        again._offer_communes(again.initial)
        return again

    @property
    def shown_version(self) -> str:
        """Of the row that was read: never a later one, unless both texts were shown."""
        sent = str(self.data.get("version", "") if self.is_bound else self.read_version)
        return sent if VERSION.fullmatch(sent) else str(self.volet.version)

    def clean(self):
        known = super().clean()
        if self.doute and self.data.get("doute") != self.doute:
            self.add_error("commune", self.why_doute)
        return {
            "contenu": {code: value for code, value in known.items() if value is not None},
            "formulaire": self._formulaire(),
            "version": self._version(),
        }

    def _offer_communes(self, typed):
        """A choice instead of a code, where the name that was typed leaves a doubt, and why there is one.

        `doute`: the address that was asked about. Sent again as it stands, it is kept so, without code.
        """
        self.doute = ""
        if "commune" not in self.form.champs:
            return
        ville, code, postal = (tidied(typed.get(name) or "") for name in ("ville", "commune", "code_postal"))
        try:
            known = {"ville": ville, "commune": code, "code_postal": numeros.code_postal(postal)}
        except Refused:
            return  # it is told at its own field
        self.why_doute, found = adresses.doubt(known)
        if found:
            self.doute = f"{postal} {ville}".strip()
            field = self.fields["commune"]
            field.label, field.help_text = "Quelle commune de ce nom\u00a0?", ""
            field.widget = forms.RadioSelect(choices=[*territoires.options(found), UNDECIDED])

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
        sent = self.data.lists() if hasattr(self.data, "lists") else ()
        return [
            (name.replace("_", " ").capitalize(), ", ".join(filter(None, values)))
            for name, values in sent
            if name not in OWN and re.split(r"-\d", name)[0] not in self.fields and any(values)
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
