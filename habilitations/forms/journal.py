from django import forms

from habilitations.reads.journal import CHOICES
from journal.forms import HistoireForm


class JournalForm(HistoireForm):
    """`personne`: an account that a line of the journal has linked; others show nothing."""

    personne = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, genres=CHOICES, **kwargs)
