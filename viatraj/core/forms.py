"""Forms and actions meet here; an action without a form is called by `saving.act`, as this does."""

import uuid

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from viatraj.core.drawing import drawn
from viatraj.core.saving import Stale, act


class Renderer(TemplatesSetting):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name, context, request=None):
        draw = WIDGETS.get(template_name)
        return draw(context["widget"]) if draw else drawn(template_name, context)


def _input(widget) -> str:
    """As Django's `input.html` and `attrs.html` have it."""
    named = {"type": widget["type"], "name": widget["name"], "value": widget["value"]}
    said = {name: value for name, value in named.items() if value is not None}
    return format_html("<input{}>", _attrs(said | widget["attrs"]))


def _select(widget) -> str:
    """As Django's `select.html`, `select_option.html` and `attrs.html` have it."""
    groups = mark_safe("".join(map(_group, widget["optgroups"])))  # noqa: S308  (each is escaped below)
    return format_html("<select{}>{}\n</select>", _attrs({"name": widget["name"]} | widget["attrs"]), groups)


def _group(group) -> str:
    label, options, _ = group
    said = ((one["value"], _attrs(one["attrs"]), one["label"]) for one in options)
    drawn_options = format_html_join("", '\n  <option value="{}"{}>{}</option>', said)
    if not label:
        return drawn_options
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', label, drawn_options)


def _attrs(said) -> str:
    attrs = [
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
        for name, value in said.items()
        if value is not False
    ]
    return mark_safe("".join(attrs))  # noqa: S308  (each is escaped above)


# Nearly all fields: templates inside templates took a third of the time to draw a form.
WIDGETS = {
    f"django/forms/widgets/{kind}.html": _input for kind in ("text", "email", "hidden", "input", "date")
} | {"django/forms/widgets/select.html": _select}


class KeyedForm(forms.Form):
    """A form that creates: its key makes a double click, or a page sent again, one effect."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_cle(self):
        return self.cleaned_data["cle"] or uuid.uuid4()


def posted(request):
    """The data of a bound form: an empty post is a refused one, not a page asked for."""
    return request.POST if request.method == "POST" else None


def submit(form, action, **kwargs) -> bool:
    """Hand a valid form to one action; a refusal of the data goes back onto the form.

    What the action returns is left in `form.result`. An error whose code, or whose place on the model, names
    a field of the form stands there; else on top. A Stale one leaves what stands now in `form.stale`.
    """
    if not form.is_valid():
        return False
    try:
        form.result = act(action, **form.cleaned_data, **kwargs)
    except Stale as error:
        form.stale = error.fresh
        # The form shown again carries the new version: sent after both texts were read, it is accepted.
        form.data = form.data.copy()
        form.data["version"] = error.fresh.version
        form.add_error(None, error)
        return False
    except ValidationError as error:
        places = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for place, errors in places.items():
            for one in errors:
                form.add_error(next((name for name in (one.code, place) if name in form.fields), None), one)
        return False
    return True
