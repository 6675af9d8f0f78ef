"""The volet administratif of the three orientations; of Grand Âge, with the fields of the Cerfa 14732*03."""

from dossiers.natures import Kind
from dossiers.volets.communs import (
    AIDES_DOMICILE,
    COORDONNEES,
    COUVERTURE,
    ENTOURAGE,
    GESTIONNAIRE,
    INFORMANTS,
    PERSONNE,
)
from dossiers.volets.formulaires import Formulaire, Section, past
from viatraj.core.champs import (
    OUI,
    Choix,
    Jour,
    Ligne,
    Nom,
    Nombre,
    OuiNon,
    Plusieurs,
    Si,
    Texte,
)
from viatraj.core.droits import Orientation

INFORMATION = Section(
    "information",
    "Information de la personne",
    (
        Jour(
            "information_date",
            "Date de l’information sur le dossier et de l’absence d’opposition",
            required=True,
        ),
        Choix("information_par", "Information donnée par", required=True, options=INFORMANTS),
    ),
    aide="La personne est informée du traitement de ses données et peut s’y opposer.",
)
NOT_YET_TOLD = past("information_date", "L’information de la personne ne peut pas être à venir.")

SANITAIRE = Formulaire(
    Kind.ADMINISTRATIF,
    Orientation.SANITAIRE,
    1,
    (COORDONNEES, ENTOURAGE, COUVERTURE, INFORMATION),
    par=GESTIONNAIRE,
    rules=(NOT_YET_TOLD,),
)

TND = Formulaire(
    Kind.ADMINISTRATIF,
    Orientation.TND,
    1,
    (COORDONNEES, COUVERTURE, INFORMATION),
    par=GESTIONNAIRE,
    rules=(NOT_YET_TOLD,),
)

TEMPORAIRE = Si("type_sejour", ("temporaire",))
DOMICILE = Si("situation", ("domicile", "proche"))

DEMANDE = Section(
    "demande",
    "Demande",
    (
        Plusieurs(
            "type_sejour",
            "Type d’accueil demandé",
            required=True,
            options=(
                ("permanent", "Hébergement permanent"),
                ("temporaire", "Hébergement temporaire"),
                ("jour", "Accueil de jour"),
                ("nuit", "Accueil de nuit"),
            ),
        ),
        Nombre(
            "duree",
            "Durée du séjour temporaire",
            mesure="jours",
            least=1,
            most=365,
            required=True,
            si=TEMPORAIRE,
        ),
        Plusieurs(
            "type_structure",
            "Type de structure demandé",
            options=(
                ("ehpad", "Établissement d’hébergement pour personnes âgées dépendantes"),
                ("usld", "Unité de soins de longue durée"),
                ("ra", "Résidence autonomie"),
            ),
        ),
        Choix(
            "delai",
            "Délai souhaité",
            required=True,
            options=(
                ("immediat", "Immédiat"),
                ("six_mois", "Dans les six mois"),
                ("plus_tard", "Plus tard, demande de précaution"),
            ),
        ),
        Jour("entree", "Date d’entrée souhaitée", sejour=True),
        Choix(
            "situation",
            "Situation actuelle de la personne",
            required=True,
            options=(
                ("domicile", "À son domicile"),
                ("proche", "Chez un proche"),
                ("ra", "En résidence autonomie"),
                ("hopital", "À l’hôpital"),
                ("ehpad", "Dans un autre établissement d’hébergement"),
            ),
        ),
        Ligne("service_actuel", "Service ou établissement actuel", nominative=True),
        Plusieurs("aides_domicile", "Aides en place à domicile", options=AIDES_DOMICILE, si=DOMICILE),
        Texte("motif", "Motif de la demande", most=2000),
        OuiNon("informee", "La personne est informée de la demande", required=True),
        OuiNon("consent", "La personne consent à la demande", required=True),
        OuiNon("conjointe", "Demande conjointe avec une autre personne"),
        Nom("conjoint", "Nom et prénom de cette autre personne", required=True, si=Si("conjointe", (OUI,))),
    ),
)

RESSOURCES = Section(
    "ressources",
    "Financement du séjour",
    (
        Plusieurs(
            "financement",
            "Le séjour est financé par",
            options=(
                ("personne", "La personne seule"),
                ("famille", "L’aide d’un ou de plusieurs membres de la famille"),
                ("ash", "L’aide sociale à l’hébergement"),
                ("logement", "Une allocation logement (APL ou ALS)"),
                ("apa", "L’allocation personnalisée d’autonomie"),
                ("pch", "La prestation de compensation du handicap"),
                ("mutuelle", "Une mutuelle ou une assurance dépendance"),
            ),
        ),
        Plusieurs(
            "demandes_en_cours",
            "Demandes d’aide en cours",
            options=(
                ("ash", "Aide sociale à l’hébergement"),
                ("logement", "Allocation logement"),
                ("apa", "APA"),
            ),
        ),
        Ligne("retraites", "Caisses de retraite", nominative=True),
    ),
)

SIGNATURE = Section(
    "signature",
    "Signature de la demande",
    (
        Jour("signature_date", "Date de la signature"),
        Choix(
            "signature_qualite",
            "Signée par",
            options=(
                ("personne", "La personne concernée"),
                ("representant", "Son représentant légal"),
                ("confiance", "La personne de confiance"),
                ("proche", "Un proche"),
            ),
        ),
    ),
)

GRAND_AGE = Formulaire(
    Kind.ADMINISTRATIF,
    Orientation.GRAND_AGE,
    1,
    (DEMANDE, COORDONNEES, ENTOURAGE, COUVERTURE, RESSOURCES, INFORMATION, SIGNATURE),
    par=PERSONNE,
    rules=(
        NOT_YET_TOLD,
        past("signature_date", "La signature ne peut pas être à venir."),
    ),
)

FORMULAIRES = (SANITAIRE, GRAND_AGE, TND)
