"""The sheet of an établissement: rows 1 to 16 of the mapping table (docs/fiche.md, ANN-2)."""

from annuaire.fiches.communes import DESCRIPTIF_MAX, ITINERAIRE_MAX, contacts
from annuaire.fiches.donnees import Donnee, Regle, Rubrique, Stock, Terme, Termes
from viatraj.core.champs import (
    CodePostal,
    Commune,
    Email,
    Finess,
    Jour,
    Ligne,
    Liste,
    Nombre,
    OuiNon,
    Plusieurs,
    Siret,
    Site,
    Telephone,
    Texte,
)
from viatraj.core.droits import Domaine

CLE, FLUX, LOCALE = Regle.CLE, Regle.FLUX, Regle.LOCALE
COLONNE, ELEMENTS = Stock.COLONNE, Stock.ELEMENTS
ACCESSIBILITES = (
    ("fauteuil", "Accessible en fauteuil roulant"),
    ("partielle", "Accessible en partie"),
    ("aucune", "Non accessible"),
)
MODULES = tuple(one for one in Domaine.choices if one[0] != Domaine.ADMINISTRATION)

RUBRIQUES = (
    Rubrique(
        "identite",
        "Identité",
        (
            Donnee(1, Finess("finess", "Numéro FINESS"), CLE, stock=COLONNE),
            Donnee(2, Ligne("idnat_struct", "Identifiant ROR", most=60), CLE, publique=False),
            Donnee(3, Siret("siret", "Numéro SIRET"), FLUX),
            Donnee(4, Ligne("nom", "Nom"), FLUX, stock=COLONNE),
            Donnee(4, Ligne("nom_usage", "Nom d’usage"), FLUX),
            Donnee(
                5,
                Terme("categorie", "Catégorie", nomenclature="TRE_R66"),
                FLUX,
                stock=COLONNE,
            ),
            Donnee(6, Finess("ej_finess", "FINESS de l’entité juridique"), FLUX),
            Donnee(6, Ligne("ej_nom", "Nom de l’entité juridique"), FLUX),
            Donnee(6, Terme("ej_statut", "Statut juridique", nomenclature="TRE_R72"), FLUX),
            Donnee(10, Jour("ouverture", "Date d’ouverture"), FLUX),
            Donnee(10, Jour("fermeture", "Fermeture"), Regle.VERBE, stock=COLONNE),
        ),
    ),
    Rubrique(
        "coordonnees",
        "Coordonnées",
        (
            Donnee(7, Texte("adresse", "Adresse", most=500), FLUX, stock=COLONNE),
            Donnee(7, CodePostal("code_postal", "Code postal"), FLUX, stock=COLONNE),
            Donnee(7, Ligne("commune", "Commune", most=100), FLUX, stock=COLONNE),
            Donnee(7, Commune("cog", "Code INSEE de la commune"), FLUX, stock=COLONNE),
            Donnee(8, Nombre("latitude", "Latitude", least=-90, most=90, decimals=6), FLUX, stock=COLONNE),
            Donnee(
                8, Nombre("longitude", "Longitude", least=-180, most=180, decimals=6), FLUX, stock=COLONNE
            ),
            Donnee(9, Telephone("telephone", "Téléphone"), FLUX),
            Donnee(9, Email("email", "Adresse mail"), FLUX),
            Donnee(9, Site("site", "Site internet"), FLUX),
            Donnee(9, contacts(), FLUX),
            Donnee(14, Texte("itineraire", "Itinéraire d’accès", most=ITINERAIRE_MAX), LOCALE),
        ),
    ),
    Rubrique(
        "accueil",
        "Accueil",
        (
            Donnee(13, Texte("descriptif", "Descriptif", most=DESCRIPTIF_MAX), LOCALE),
            Donnee(11, Plusieurs("accessibilite", "Accessibilité", options=ACCESSIBILITES), FLUX),
            Donnee(11, Ligne("territoire", "Territoire"), FLUX),
            Donnee(12, OuiNon("hebergement_famille", "Hébergement de la famille"), FLUX),
            Donnee(
                12,
                Termes("aides_financieres", "Aides financières", nomenclatures=("TRE_R241",)),
                FLUX,
                stock=ELEMENTS,
            ),
            Donnee(12, Nombre("places_aide_sociale", "Places à l’aide sociale", most=9_999), FLUX),
            Donnee(
                12,
                Liste(
                    "tarifs",
                    "Tarifs",
                    most=10,
                    colonnes=(
                        Ligne("libelle", "Prestation", most=100),
                        Nombre("montant", "Montant", mesure="€ par jour", most=9_999, decimals=2),
                    ),
                ),
                FLUX,
            ),
        ),
    ),
    Rubrique(
        "service",
        "Dans le service",
        (
            Donnee(15, Plusieurs("domaines", "Domaines", options=MODULES), LOCALE),
            Donnee(15, OuiNon("prado", "Convention Prado"), LOCALE),
            Donnee(
                16, Ligne("synchronisation", "Synchronisation"), Regle.VERBE, stock=COLONNE, publique=False
            ),
        ),
    ),
)
