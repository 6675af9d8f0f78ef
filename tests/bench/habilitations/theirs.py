"""The same export as django-import-export documents it: a ModelResource, select_related, its xlsx format."""

from import_export.fields import Field
from import_export.formats.base_formats import XLSX
from import_export.resources import ModelResource

from habilitations.models import Habilitation


class Resource(ModelResource):
    nom, prenom = Field("user__nom", "Nom"), Field("user__prenom", "Prénom")
    login, email = Field("user__login", "Identifiant"), Field("user__email", "Adresse e-mail")
    coordination = Field("coordination__nom", "Coordination")
    etablissement, unite = Field("etablissement__nom", "Établissement"), Field("unite__nom", "Unité")
    guichet = Field("guichet__nom", "Guichet")
    signed_in = Field("user__last_sign_in_at", "Dernière connexion")

    class Meta:
        model = Habilitation
        fields = (
            "nom prenom login email domaine profil niveau coordination etablissement unite guichet debut fin "
            "emails signed_in"
        ).split()


def write(path, revue):
    rows = revue.rows().sorted_by("nom")
    rows = rows.select_related("user", "coordination", "etablissement", "unite", "guichet")
    data = Resource().export(rows)
    path.write_bytes(XLSX().export_data(data))
    return len(data)
