"""The map of the site; paths in French, names in English."""

from django.conf import settings
from django.urls import include, path

from demandes.urls import DELAIS, NOTIFICATIONS, TABLEAUX
from viatraj.espaces.gestion import admin

handler400 = "viatraj.site.views.errors.bad_request"
handler403 = "viatraj.site.views.errors.permission_denied"
handler404 = "viatraj.site.views.errors.page_not_found"
handler500 = "viatraj.site.views.errors.server_error"

urlpatterns = [
    path("", include("viatraj.espaces.urls")),
    path("", include("viatraj.site.urls")),
    path("", include("accounts.urls")),
    path("changements/", include("changements.urls")),
    path("", include("authcps.urls")),
    path("", include("delegations.urls")),
    path("", include("annuaire.urls")),
    path("administration/", include("habilitations.urls")),
    path("administration/", include(DELAIS)),
    path("dossiers/", include("dossiers.urls")),
    path("demandes/", include("demandes.urls")),
    path("tableaux/", include(TABLEAUX)),
    path("notifications/", include(NOTIFICATIONS)),
    path("observatoire/", include("observatoire.urls")),
    path("gestion/", include("viatraj.espaces.gestion.urls")),
    path("gestion/", admin.site.urls),  # the journal and its seals, whole
    *([path("demo/", include("viatraj.demo.urls"))] if settings.DEMO else []),
]
