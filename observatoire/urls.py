from django.urls import path, re_path

from observatoire.rapports import Groupe
from observatoire.views import chiffres, commander, commandes, dictionnaire, modeles, suivi
from observatoire.views.reach import name_of

app_name = "observatoire"
GROUPES = "|".join(Groupe.values)
PK = "(?P<pk>[0-9]{1,14})"
urlpatterns = [
    *(
        path(f"commander/{one}/", commander.index, {"groupe": one}, name=name_of(one))
        for one in Groupe.values
    ),
    re_path(
        rf"^commander/(?P<groupe>{GROUPES})/(?P<code>[a-z]{{2,3}}-[0-9]{{2}})/$",
        commander.order,
        name="order",
    ),
    re_path(
        rf"^chiffres/(?P<groupe>{GROUPES})/(?P<code>[a-z]{{2,3}}-[0-9]{{2}})/$", chiffres.show, name="figures"
    ),
    path("consulter/", commandes.index, name="consulter"),
    re_path(rf"^consulter/{PK}/fichier/$", commandes.fetch, name="fichier"),
    re_path(rf"^consulter/{PK}/annuler/$", commandes.cancel, name="cancel"),
    re_path(rf"^consulter/{PK}/reessayer/$", commandes.retry, name="retry"),
    re_path(rf"^consulter/{PK}/modele/$", modeles.save, name="save_model"),
    path("modeles/", modeles.index, name="modeles"),
    re_path(rf"^modeles/{PK}/arreter/$", modeles.stop, name="stop_model"),
    re_path(rf"^modeles/{PK}/supprimer/$", modeles.remove, name="remove_model"),
    path("arrets/", suivi.stopped, name="stopped"),
    path("releves/", suivi.releves, name="releves"),
    path("dictionnaire/", dictionnaire.show, name="dictionnaire"),
]
