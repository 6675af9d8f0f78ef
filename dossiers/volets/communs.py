"""Answers and fields that several volets share."""

from dossiers.volets.formulaires import Section
from viatraj.core.champs import (
    OUI,
    Choix,
    CodePostal,
    Commune,
    Email,
    Ligne,
    Liste,
    Nom,
    OuiNon,
    Plusieurs,
    Si,
    Telephone,
)

MEDECIN = "Médecin"
SOIGNANTS = "Équipe soignante"
GESTIONNAIRE = "Gestionnaire administratif et social"
PERSONNE = "Personne concernée, proche ou gestionnaire"

LIENS = (
    ("conjoint", "Conjoint, partenaire ou concubin"),
    ("enfant", "Enfant"),
    ("parent", "Parent"),
    ("fratrie", "Frère ou sœur"),
    ("famille", "Autre membre de la famille"),
    ("ami", "Ami ou voisin"),
    ("tuteur", "Représentant légal"),
    ("professionnel", "Professionnel"),
)

ADRESSE = (
    Ligne("adresse", "Adresse actuelle", nominative=True),
    CodePostal("code_postal", "Code postal"),
    Nom("ville", "Commune"),
    Commune(
        "commune",
        "Code INSEE de la commune",
        aide="Cinq caractères, par exemple 76540. Il peut rester vide si le code postal est renseigné.",
    ),
)

COORDONNEES = Section(
    "coordonnees",
    "Coordonnées",
    (
        *ADRESSE,
        Telephone("telephone_fixe", "Téléphone fixe"),
        Telephone("telephone_portable", "Téléphone portable"),
        Email("email", "Adresse e-mail"),
    ),
)

CONTACTS = Liste(
    "contacts",
    "Personnes à contacter",
    nominative=True,
    most=5,
    colonnes=(
        Nom("nom", "Nom et prénom"),
        Choix("lien", "Lien avec la personne", options=LIENS),
        Telephone("telephone", "Téléphone"),
    ),
)

ENTOURAGE = Section(
    "entourage",
    "Entourage et protection",
    (
        Choix(
            "situation_familiale",
            "Situation familiale",
            options=(
                ("celibataire", "Célibataire"),
                ("marie", "Marié ou mariée"),
                ("pacs", "Pacsé ou pacsée"),
                ("concubinage", "En concubinage"),
                ("separe", "Séparé ou divorcé"),
                ("veuf", "Veuf ou veuve"),
            ),
        ),
        CONTACTS,
        OuiNon("confiance", "Une personne de confiance est désignée"),
        Nom(
            "confiance_nom",
            "Nom et prénom de la personne de confiance",
            required=True,
            si=Si("confiance", (OUI,)),
        ),
        Choix(
            "confiance_lien",
            "Lien de la personne de confiance",
            options=LIENS,
            si=Si("confiance", (OUI,)),
        ),
        OuiNon("directives", "Des directives anticipées sont rédigées"),
        Choix(
            "protection",
            "Mesure de protection juridique",
            options=(
                ("aucune", "Aucune"),
                ("sauvegarde", "Sauvegarde de justice"),
                ("curatelle", "Curatelle"),
                ("tutelle", "Tutelle"),
                ("habilitation", "Habilitation familiale"),
                ("mandat", "Mandat de protection future"),
            ),
        ),
        OuiNon("protection_en_cours", "Une demande de protection est en cours"),
        Nom(
            "representant",
            "Nom du représentant légal",
            required=True,
            si=Si("protection", ("curatelle", "tutelle", "habilitation", "mandat")),
        ),
        Telephone("representant_telephone", "Téléphone du représentant légal"),
    ),
)

COUVERTURE = Section(
    "couverture",
    "Couverture sociale",
    (
        Choix(
            "regime",
            "Régime d’assurance maladie",
            options=(
                ("general", "Régime général"),
                ("agricole", "Régime agricole"),
                ("local", "Régime local d’Alsace-Moselle"),
                ("special", "Régime spécial"),
                ("ame", "Aide médicale de l’État"),
                ("etranger", "Assuré d’un autre pays"),
                ("aucun", "Aucune couverture"),
            ),
        ),
        Ligne("caisse", "Caisse de rattachement", nominative=True),
        OuiNon("ald", "Prise en charge au titre d’une affection de longue durée"),
        OuiNon("css", "Complémentaire santé solidaire"),
        Ligne("complementaire", "Organisme complémentaire", nominative=True),
    ),
)

INFORMANTS = (
    ("medecin", "Médecin"),
    ("soignant", "Équipe soignante"),
    ("social", "Assistant de service social"),
    ("secretariat", "Secrétariat"),
)

SOINS_TECHNIQUES = (
    ("pansements", "Pansements complexes"),
    ("injections", "Injections"),
    ("perfusions", "Perfusions"),
    ("antibiotherapie", "Antibiothérapie par voie injectable"),
    ("nutrition", "Nutrition entérale ou parentérale"),
    ("oxygene", "Oxygénothérapie"),
    ("aspiration", "Aspirations"),
    ("tracheotomie", "Trachéotomie"),
    ("ventilation", "Ventilation non invasive"),
    ("dialyse", "Dialyse"),
    ("sonde", "Sonde urinaire"),
    ("stomie", "Stomie"),
    ("douleur", "Prise en charge de la douleur"),
)

REEDUCATION = (
    ("kinesitherapie", "Kinésithérapie"),
    ("ergotherapie", "Ergothérapie"),
    ("orthophonie", "Orthophonie"),
    ("neuropsychologie", "Neuropsychologie"),
    ("psychomotricite", "Psychomotricité"),
    ("apa", "Activité physique adaptée"),
)

AIDES_DOMICILE = (
    ("ssiad", "Service de soins infirmiers à domicile"),
    ("infirmier", "Infirmier libéral"),
    ("aide_domicile", "Aide à domicile"),
    ("portage", "Portage de repas"),
    ("teleassistance", "Téléassistance"),
    ("accueil_jour", "Accueil de jour"),
    ("had", "Hospitalisation à domicile"),
    ("aidant", "Aidant familial"),
)


def rehabilitation() -> Plusieurs:
    return Plusieurs("reeducation", "Rééducation", options=REEDUCATION)
