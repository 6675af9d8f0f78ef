"""Inputs drawn without templates are those of Django's templates."""

from django import forms
from django.forms.renderers import DjangoTemplates

from viatraj.core.forms import INPUTS, Renderer
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
    assert all(widget.template_name in INPUTS for widget in (forms.TextInput, forms.EmailInput, DateInput))
