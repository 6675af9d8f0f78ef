"""One way to answer with a page."""

from django.shortcuts import render


class TooManyRequests(Exception):
    """Come back in `seconds`; answered by the 429 page."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


def kept(request, view) -> bool:
    """What a long form sent is kept for its author, though its page cannot take it now: no session any more.

    Such a view has a function of its own for it, `keep`, which believes the form's stamp alone.
    """
    keep = getattr(view, "keep", None)
    return bool(request.method == "POST" and keep and keep(request))


def page(request, template, *, status=200, **context):
    """Render; 422 when a form in the context was refused, 409 when it was stale (its text is kept)."""
    form = context.get("form")
    if status == 200 and form is not None and form.is_bound and form.errors:
        status = 409 if hasattr(form, "stale") else 422
    return render(request, template, context, status=status)
