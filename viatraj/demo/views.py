"""Pages of the demonstration only."""

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from viatraj.core.pages import page
from viatraj.demo import mailbox


@login_not_required
@require_safe
@never_cache
def courriels(request):
    """What the demo sent; `?format=json`, `?to=ADDRESS`, `?since=ISO 8601` (without offset: Paris)."""
    to, since = request.GET.get("to", "").strip(), _instant(request.GET.get("since", ""))
    letters = mailbox.letters(to=to, since=since)
    if request.GET.get("format") == "json":
        return JsonResponse([letter.as_json() for letter in letters], safe=False)
    return page(request, "demo/courriels.html", letters=letters, to=to)


def _instant(text):
    """None for what is no date; a «+» that came unencoded in the address reads as a space."""
    try:
        instant = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        return None
    try:
        return (instant if instant.tzinfo else timezone.make_aware(instant)).astimezone(UTC)
    except OverflowError:
        return None
