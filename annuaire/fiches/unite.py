"""The sheet of a unit: rows 20 to 38 of the mapping table (docs/fiche.md, ANN-2)."""

from annuaire.fiches.communes import DESCRIPTIF_MAX, contacts
from annuaire.fiches.donnees import Donnee, Regle, Rubrique, Stock, Terme, Termes
from annuaire.natures import Nature
from viatraj.core.champs import Choix, CodePostal, Jour, Ligne, Liste, Nombre, Texte
from viatraj.core.droits import Domaine

CLE, FLUX, ELEMENT, LOCALE = Regle.CLE, Regle.FLUX, Regle.ELEMENT, Regle.LOCALE
COLONNE, ELEMENTS, LIGNES = Stock.COLONNE, Stock.ELEMENTS, Stock.LIGNES
RESSOURCES = ("TRE_R212", "TRE_R210", "JDV_J186", "TRE_R243", "RESSOURCES")
JOURS = (
    ("1", "Lundi"),
    ("2", "Mardi"),
    ("3", "Mercredi"),
    ("4", "Jeudi"),
    ("5", "Vendredi"),
    ("6", "Samedi"),
    ("7", "Dimanche"),
    ("feries", "Jours fériés"),
)
DOMAINES = tuple(one for one in Domaine.choices if one[0] != Domaine.ADMINISTRATION)
NATURES_DE_PLACES = (("lits", "lits"), ("places", "places"))
AGE_MAX = 130
HEBERGEANTES = (Nature.EHPAD, Nature.USLD, Nature.RESIDENCE)

RUBRIQUES = (
    Rubrique(
        "identite",
        "Identité",
        (
            Donnee(
                20,
                Ligne("cle_offre", "Identifiant ROR de l’offre", most=40),
                CLE,
                stock=COLONNE,
                publique=False,
            ),
            Donnee(21, Ligne("nom", "Nom"), FLUX, stock=COLONNE),
            Donnee(
                22,
                Choix("nature", "Type d’unité", options=tuple(Nature.choices)),
                FLUX,
                stock=COLONNE,
            ),
            Donnee(22, Terme("type_offre", "Type d’offre", nomenclature="TRE_R244"), FLUX, stock=COLONNE),
            Donnee(23, Choix("domaine", "Domaine", options=DOMAINES), FLUX, stock=COLONNE),
            Donnee(
                24,
                Terme("mode", "Mode de prise en charge", nomenclature="TRE_R213"),
                FLUX,
                stock=COLONNE,
            ),
            Donnee(
                24,
                Termes("temporalites", "Accueil permanent ou temporaire", nomenclatures=("TRE_R240",)),
                FLUX,
                stock=ELEMENTS,
                natures=HEBERGEANTES,
            ),
            Donnee(34, Ligne("code_interne", "Code d’unité interne", most=40), LOCALE, publique=False),
            Donnee(33, Jour("fermeture", "Fermeture"), Regle.VERBE, stock=COLONNE),
        ),
    ),
    Rubrique(
        "accueil",
        "Accueil",
        (
            Donnee(35, Texte("descriptif", "Descriptif", most=DESCRIPTIF_MAX), LOCALE),
            Donnee(
                26,
                Nombre("age_min", "Âge minimum", mesure="ans", most=AGE_MAX),
                FLUX,
                stock=COLONNE,
            ),
            Donnee(
                26,
                Nombre("age_max", "Âge maximum", mesure="ans", most=AGE_MAX),
                FLUX,
                stock=COLONNE,
            ),
            Donnee(26, Termes("publics", "Public", nomenclatures=("TRE_R239",)), FLUX, stock=ELEMENTS),
            Donnee(
                27,
                Liste(
                    "horaires",
                    "Horaires",
                    most=16,
                    colonnes=(
                        Choix("jour", "Jour", options=JOURS),
                        Ligne("de", "De", most=5),
                        Ligne("a", "À", most=5),
                    ),
                ),
                FLUX,
            ),
            Donnee(27, Terme("ouverture_annuelle", "Ouverture annuelle", nomenclature="TRE_R238"), FLUX),
            Donnee(28, contacts(), FLUX),
            Donnee(
                29,
                Liste(
                    "capacites",
                    "Lits et places",
                    most=10,
                    colonnes=(
                        Choix("nature", "Nature", options=NATURES_DE_PLACES),
                        Nombre("nombre", "Nombre", most=9_999),
                        Ligne("precision", "Précision", most=100),
                    ),
                ),
                FLUX,
            ),
        ),
    ),
    Rubrique(
        "lieu",
        "Lieu",
        (
            Donnee(30, Ligne("lieu", "Nom du lieu", most=100), FLUX),
            Donnee(30, Texte("adresse", "Adresse", most=500), FLUX),
            Donnee(30, CodePostal("code_postal", "Code postal"), FLUX),
            Donnee(30, Ligne("commune", "Commune", most=100), FLUX),
        ),
    ),
    Rubrique(
        "offre",
        "Ressources et prestations",
        (
            Donnee(
                25,
                Termes("activites", "Activités opérationnelles", nomenclatures=("TRE_R211",)),
                FLUX,
                stock=ELEMENTS,
            ),
            Donnee(
                31,
                Termes("ressources", "Ressources et soins techniques", nomenclatures=RESSOURCES),
                ELEMENT,
                stock=ELEMENTS,
            ),
            Donnee(
                32,
                Termes("prestations", "Prestations de confort", nomenclatures=("PRESTATIONS",)),
                ELEMENT,
                stock=ELEMENTS,
            ),
        ),
    ),
    Rubrique(
        "specialites",
        "Pathologies, filière et territoire",
        (
            Donnee(
                36,
                Termes("thesaurus", "Thésaurus des pathologies", nomenclatures=("PATHOLOGIES",)),
                LOCALE,
                stock=LIGNES,
            ),
            Donnee(37, Termes("filieres", "Filière", nomenclatures=("FILIERES",)), LOCALE, stock=ELEMENTS),
            Donnee(
                38,
                Ligne("couverture", "Couverture géographique"),
                LOCALE,
                stock=LIGNES,
                natures=(Nature.HAD,),
            ),
        ),
    ),
)
