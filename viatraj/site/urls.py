from django.urls import path

from viatraj.site.views import documentation, legal, plateformes, robots, sante

urlpatterns = [
    path("accessibilite/", legal.accessibility, name="accessibilite"),
    path("mentions-legales/", legal.legal_notice, name="mentions_legales"),
    path("donnees-personnelles/", legal.personal_data, name="donnees_personnelles"),
    path("charte-d-utilisation/", legal.charte, name="charte_publique"),
    path("plan-du-site/", legal.site_map, name="plan_du_site"),
    path("assistance/", legal.support, name="assistance"),
    path("documentation/", documentation.index, name="documentation"),
    path("documentation/<slug:slug>/", documentation.fiche, name="documentation_fiche"),
    path("plateformes-tnd/", plateformes.index, name="plateformes_tnd"),
    path("en-savoir-plus/", legal.about, name="en_savoir_plus"),
    path("robots.txt", robots.show, name="robots"),
    path("sante/vif", sante.alive, name="alive"),
    path("sante/pret", sante.ready, name="ready"),
]
