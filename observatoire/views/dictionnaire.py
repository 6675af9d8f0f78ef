"""«Dictionnaire»: what each file holds, for everyone who has signed in (OBS-2)."""

from django.views.decorators.http import require_safe

from observatoire import rapports
from observatoire.rapports import Groupe
from viatraj.core.pages import page


@require_safe
def show(request):
    groupes = [(one, rapports.by_group(one.value)) for one in Groupe]
    return page(request, "observatoire/dictionnaire.html", groupes=[row for row in groupes if row[1]])
