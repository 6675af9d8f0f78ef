"""What a volet says (DOS-3)."""

from django import forms
from django.core.exceptions import ValidationError

from dossiers.forms.identites import OFF
from dossiers.models import TEXTE_MAX


class TexteField(forms.CharField):
    """A new line counts for one character, as the browser counts it."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class VoletForm(forms.Form):
    """One of the volets of a page; `sent` when it is the one that was written."""

    texte = TexteField(
        label="Texte du volet",
        max_length=TEXTE_MAX,
        required=False,
        widget=forms.Textarea({"rows": 8, **OFF}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, sent=None, *, volet):
        self.volet = volet
        as_read = {"texte": volet.texte, "version": volet.version}
        super().__init__(sent, initial=as_read, auto_id=f"id_%s_{volet.kind}")

    def clean(self):
        if self.data.get("volet") != self.volet.kind:
            raise ValidationError("Ce dossier n’a pas ce volet\u00a0: rouvrez sa page.")
        return super().clean()
