"""Inputs and lists drawn without templates are those of Django's templates."""

import re

from django import forms
from django.forms.renderers import DjangoTemplates

from viatraj.core.forms import WIDGETS, Renderer
from viatraj.core.saisie.fields import DateInput

VALUES = (None, "", 0, 12, "a<b & \"c\" 'd'", "é\u00a0è")
ATTRS = ({}, {"id": "id_x", "required": True, "disabled": False, "data-a": 'q"<', "maxlength": "30"})


def test_inputs_are_drawn_exactly_as_by_django_s_templates():
    widgets = (forms.TextInput, forms.EmailInput, forms.HiddenInput, DateInput)
    differing = [
        (widget.__name__, value, attrs)
        for widget in widgets
        for value in VALUES
        for attrs in ATTRS
        if widget().render("nom", value, attrs, Renderer())
        != widget().render("nom", value, attrs, DjangoTemplates())
    ]
    assert differing == []
    assert all(widget.template_name in WIDGETS for widget in (forms.TextInput, forms.EmailInput, DateInput))


CHOICES = [
    [],
    [("", "\u00a0"), ("a<b", "Un & « deux »"), (0, "Zéro"), (True, "Oui"), (False, "Non"), (None, "Rien")],
    [("", "Toutes"), ("Groupe <&>", [("x", "Dedans"), ("y", "Aussi")]), ("z", "Dehors"), ("Vide", [])],
]


def test_lists_are_drawn_as_by_django_s_templates():
    """But for the empty line that Django leaves after each choice."""
    differing = [
        (widget.__name__, choices, value, attrs)
        for widget in (forms.Select, forms.SelectMultiple)
        for choices in CHOICES
        for value in (None, "", "x", ["x", "z"], 0, True, "a<b")
        for attrs in ATTRS
        if widget(choices=choices).render("nom", value, attrs, Renderer())
        != re.sub("\n+", "\n", widget(choices=choices).render("nom", value, attrs, DjangoTemplates()))
    ]
    assert differing == []
    assert forms.Select.template_name in WIDGETS
