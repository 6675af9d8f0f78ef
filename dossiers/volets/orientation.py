"""What is asked for: which care, for which pathologie, with which project, from when."""

from dossiers.natures import Kind
from dossiers.volets.communs import MEDECIN
from dossiers.volets.formulaires import Formulaire, Section
from dossiers.volets.pathologies import GROUPES, PATHOLOGIES
from viatraj.core.champs import Choix, Jour, Liste, Nombre, OuiNon, Plusieurs, Si, Texte
from viatraj.core.droits import Orientation

PRADO = "prado"
SMR = (
    ("smr_polyvalent", "SMR polyvalent"),
    ("smr_geriatrie", "SMR gériatrie"),
    ("smr_locomoteur", "SMR locomoteur"),
    ("smr_neurologie", "SMR système nerveux"),
    ("smr_cardio", "SMR cardio-vasculaire"),
    ("smr_pneumologie", "SMR pneumologie"),
    ("smr_digestif", "SMR système digestif, endocrinologie, diabétologie, nutrition"),
    ("smr_brules", "SMR brûlés"),
    ("smr_addictions", "SMR conduites addictives"),
    ("smr_oncologie", "SMR oncologie"),
    ("smr_pediatrie", "SMR enfants et adolescents"),
)
TYPES = (
    *SMR,
    ("had", "Hospitalisation à domicile"),
    ("usp", "Unité de soins palliatifs"),
    ("lisp", "Lit identifié de soins palliatifs"),
    ("ssiad", "Domicile avec service de soins infirmiers"),
    (PRADO, "Domicile avec le programme PRADO"),
)
EN_HAD = Si("type", ("had",))
EN_SMR = Si("type", tuple(code for code, _ in SMR))
LIEUX = (
    ("domicile", "Domicile"),
    ("proche", "Chez un proche"),
    ("ra", "Résidence autonomie"),
    ("ehpad", "EHPAD"),
    ("usld", "Unité de soins de longue durée"),
    ("esms", "Établissement pour personnes handicapées"),
    ("sans", "Sans logement"),
    ("autre", "Autre"),
)
HAD = (
    ("palliatif", "Soins palliatifs"),
    ("pansements", "Pansements complexes et soins spécifiques"),
    ("nutrition_enterale", "Nutrition entérale"),
    ("nutrition_parenterale", "Nutrition parentérale"),
    ("intraveineux", "Traitement intraveineux"),
    ("respiratoire", "Assistance respiratoire"),
    ("douleur", "Prise en charge de la douleur"),
    ("chimiotherapie", "Chimiothérapie et surveillance"),
    ("postchirurgie", "Surveillance après une intervention"),
    ("readaptation", "Réadaptation à domicile"),
    ("perinatalite", "Périnatalité"),
    ("nursing", "Soins de nursing lourds"),
)

SANITAIRE = Formulaire(
    Kind.ORIENTATION,
    Orientation.SANITAIRE,
    1,
    (
        Section(
            "demande",
            "Orientation demandée",
            (
                Plusieurs("type", "Type de prise en charge demandé", required=True, options=TYPES),
                Choix(
                    "pathologie",
                    "Pathologie principale",
                    required=True,
                    options=PATHOLOGIES,
                    groupes=GROUPES,
                ),
                Liste(
                    "associees",
                    "Pathologies associées",
                    most=6,
                    colonnes=(Choix("pathologie", "Pathologie", options=PATHOLOGIES, groupes=GROUPES),),
                ),
                Jour("souhaitee", "Date d’admission souhaitée", required=True, sejour=True),
                Choix(
                    "urgence",
                    "Degré d’urgence",
                    options=(
                        ("immediate", "Dans les 24 heures"),
                        ("semaine", "Dans la semaine"),
                        ("programmee", "Programmée"),
                    ),
                ),
                Choix(
                    "mode",
                    "Mode d’hospitalisation en SMR",
                    options=(("complet", "Hospitalisation complète"), ("jour", "Hospitalisation de jour")),
                    required=True,
                    si=EN_SMR,
                ),
            ),
        ),
        Section(
            "projet",
            "Projet",
            (
                Texte("projet", "Projet et objectifs", required=True),
                Nombre("duree", "Durée envisagée", mesure="jours", least=1, most=730),
                Choix("anterieur", "Lieu de vie antérieur", options=LIEUX),
                Choix("devenir", "Lieu de vie envisagé à la sortie", options=LIEUX),
            ),
        ),
        Section(
            "had",
            "Hospitalisation à domicile",
            (
                Plusieurs("had_modes", "Modes de prise en charge", options=HAD, required=True, si=EN_HAD),
                OuiNon("had_domicile", "Le domicile est compatible avec les soins", required=True, si=EN_HAD),
                OuiNon("had_aidant", "Un aidant est présent à domicile", si=EN_HAD),
                OuiNon("had_accord", "Le médecin traitant donne son accord", si=EN_HAD),
            ),
            aide="À remplir si l’hospitalisation à domicile est demandée.",
        ),
    ),
    par=MEDECIN,
)

FORMULAIRES = (SANITAIRE,)
