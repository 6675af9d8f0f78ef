"""Each profile in words, for who gives it and for who holds it (HAB-2, HAB-3)."""

from django.views.decorators.http import require_safe

from habilitations.forms.droits import DroitsForm
from habilitations.profils import PROFILS
from viatraj.core.droits import Domaine
from viatraj.core.pages import page


@require_safe
def index(request):
    groupes = {domaine: [] for domaine in Domaine}
    for profil in PROFILS.values():
        groupes[profil.domaine].append((profil, list(DroitsForm(profil=profil).groupes())))
    return page(
        request,
        "habilitations/profils.html",
        domaines=[(domaine, rows) for domaine, rows in groupes.items() if rows],
    )
