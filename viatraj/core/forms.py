"""Forms and actions meet here; an action without a form is called by `saving.act`, as this does."""

import uuid
from datetime import date

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator
from django.forms.renderers import TemplatesSetting

from viatraj.core.saving import Stale, act


class Renderer(TemplatesSetting):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class DateField(forms.DateField):
    """ISO in the page's fields; jj/mm/aaaa understood where the browser has no calendar."""

    LATEST = date(
        2199, 12, 31
    )  # near 9999 Python's calendar ends, and a PostgreSQL range cannot be read back

    def __init__(self, *, label, required_sentence):
        too_late = f"Vérifiez l’année\u00a0: elle dépasse {self.LATEST.year}."
        super().__init__(
            label=label,
            widget=DateInput(),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            validators=[MaxValueValidator(self.LATEST, too_late)],
            error_messages={
                "required": required_sentence,
                "invalid": "Cette date n’existe pas. Écrivez-la ainsi\u00a0: 31/12/2026.",
            },
        )


class KeyedForm(forms.Form):
    """A form that creates: its key makes a double click, or a page sent again, one effect."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_cle(self):
        return self.cleaned_data["cle"] or uuid.uuid4()


def posted(request):
    """The data of a bound form: an empty post is a refused one, not a page asked for."""
    return request.POST if request.method == "POST" else None


def submit(form, action, **known) -> bool:
    """Hand a valid form to one action; a refusal of the data goes back onto the form.

    What the action returns is left in `form.result`. An error whose code, or whose place on the model, names
    a field of the form stands there; else on top. A Stale one leaves what stands now in `form.stale`.
    """
    if not form.is_valid():
        return False
    try:
        form.result = act(action, **form.cleaned_data, **known)
    except Stale as error:
        form.stale = error.fresh
        # Sent again after both texts were seen, it is no longer stale.
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
