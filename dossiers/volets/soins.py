"""Nursing care and autonomy at the end of a hospital stay."""

from dossiers.natures import Kind
from dossiers.volets.communs import REEDUCATION, SOIGNANTS, SOINS_TECHNIQUES
from dossiers.volets.formulaires import Formulaire, Section
from viatraj.core.champs import OUI, Choix, Nombre, OuiNon, Plusieurs, Si, Texte
from viatraj.core.droits import Orientation

AUTONOMIE = (
    ("seul", "Sans aide"),
    ("stimulation", "Avec stimulation ou surveillance"),
    ("partielle", "Avec une aide partielle"),
    ("totale", "Avec une aide totale"),
)
SIEGES = (
    ("sacrum", "Sacrum"),
    ("talon", "Talon"),
    ("trochanter", "Trochanter"),
    ("ischion", "Ischion"),
    ("autre", "Autre"),
)
STADES = (
    ("aucun", "Aucune escarre"),
    ("1", "Stade 1"),
    ("2", "Stade 2"),
    ("3", "Stade 3"),
    ("4", "Stade 4"),
)

SANITAIRE = Formulaire(
    Kind.SOINS,
    Orientation.SANITAIRE,
    1,
    (
        Section(
            "general",
            "État général",
            (
                Nombre("taille", "Taille", mesure="cm", least=30, most=230),
                Nombre("poids", "Poids", mesure="kg", least=1, most=350, decimals=1),
                Choix(
                    "conscience",
                    "Conscience",
                    options=(("normale", "Normale"), ("fluctuante", "Fluctuante"), ("alteree", "Altérée")),
                ),
                Choix(
                    "reperage",
                    "Orientation dans le temps et l’espace",
                    options=(
                        ("conservee", "Conservée"),
                        ("partielle", "Désorientation partielle"),
                        ("desoriente", "Désorientation complète"),
                    ),
                ),
                Choix(
                    "communication",
                    "Communication",
                    options=(
                        ("normale", "Normale"),
                        ("difficile", "Difficile"),
                        ("impossible", "Impossible"),
                    ),
                ),
                Plusieurs(
                    "comportement",
                    "Comportement",
                    options=(
                        ("deambulation", "Déambulation"),
                        ("agressivite", "Agressivité"),
                        ("cris", "Cris"),
                        ("fugue", "Risque de fugue"),
                        ("opposition", "Opposition aux soins"),
                    ),
                ),
            ),
        ),
        Section(
            "autonomie",
            "Autonomie",
            (
                Choix("toilette", "Toilette", required=True, options=AUTONOMIE),
                Choix("habillage", "Habillage", options=AUTONOMIE),
                Choix("repas", "Prise des repas", required=True, options=AUTONOMIE),
                Choix("transferts", "Transferts", required=True, options=AUTONOMIE),
                Choix("marche", "Marche", options=AUTONOMIE),
                Plusieurs(
                    "aides_techniques",
                    "Aides techniques",
                    options=(
                        ("canne", "Canne"),
                        ("deambulateur", "Déambulateur"),
                        ("fauteuil", "Fauteuil roulant"),
                        ("verticalisateur", "Verticalisateur"),
                        ("leve_personne", "Lève-personne"),
                        ("lit", "Lit médicalisé"),
                    ),
                ),
            ),
        ),
        Section(
            "alimentation",
            "Alimentation et élimination",
            (
                Choix(
                    "alimentation",
                    "Alimentation",
                    options=(
                        ("normale", "Normale"),
                        ("hachee", "Hachée"),
                        ("mixee", "Mixée"),
                        ("sonde", "Par sonde nasogastrique"),
                        ("gpe", "Par gastrostomie"),
                        ("parenterale", "Parentérale"),
                    ),
                ),
                Choix(
                    "continence",
                    "Continence",
                    options=(
                        ("continent", "Continence"),
                        ("urinaire", "Incontinence urinaire"),
                        ("fecale", "Incontinence fécale"),
                        ("double", "Incontinence urinaire et fécale"),
                    ),
                ),
                OuiNon("sonde", "Sonde urinaire"),
            ),
        ),
        Section(
            "peau",
            "Peau et plaies",
            (
                Choix("escarre", "Escarre", options=STADES),
                Plusieurs(
                    "escarre_sieges",
                    "Siège de l’escarre",
                    options=SIEGES,
                    required=True,
                    si=Si("escarre", ("1", "2", "3", "4")),
                ),
                OuiNon("plaie", "Plaie chronique"),
                Texte("plaie_detail", "Description et protocole de soins", most=5000),
            ),
        ),
        Section(
            "techniques",
            "Soins techniques",
            (
                Plusieurs("soins_techniques", "Soins en cours", options=SOINS_TECHNIQUES),
                Plusieurs(
                    "voies",
                    "Voies d’abord",
                    options=(
                        ("peripherique", "Voie veineuse périphérique"),
                        ("picc", "Cathéter central par voie périphérique"),
                        ("midline", "Cathéter de longueur moyenne"),
                        ("chambre", "Chambre implantable"),
                        ("sous_cutanee", "Voie sous-cutanée"),
                        ("fistule", "Fistule artério-veineuse"),
                    ),
                ),
                OuiNon("oxygene", "Oxygénothérapie"),
                Nombre(
                    "oxygene_debit",
                    "Débit d’oxygène",
                    mesure="L/min",
                    most=60,
                    decimals=1,
                    required=True,
                    si=Si("oxygene", (OUI,)),
                ),
                OuiNon("ventilation", "Ventilation non invasive"),
                OuiNon("tracheotomie", "Trachéotomie"),
                OuiNon("aspiration", "Aspirations"),
            ),
        ),
        Section(
            "readaptation",
            "Réadaptation",
            (
                Plusieurs("reeducation", "Rééducation", options=REEDUCATION),
                Nombre("seances", "Séances", mesure="par semaine", most=30),
                Texte("observations", "Observations", most=5000),
            ),
        ),
    ),
    par=SOIGNANTS,
)

FORMULAIRES = (SANITAIRE,)
