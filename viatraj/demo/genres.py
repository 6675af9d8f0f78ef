"""Kinds of units and of établissements of an invented country, in numbers as in life (ANN-1, ANN-2)."""

from typing import NamedTuple

from annuaire.natures import Nature


class Genre(NamedTuple):
    """A kind of unit; `groupes` of the thésaurus that it takes in, all of them when it names none."""

    nature: Nature
    nom: str
    type_offre: str
    mode: str
    ages: tuple[int, int]
    activites: str
    publics: str = "07"
    groupes: tuple[str, ...] = ()
    filieres: str = ""


NERFS, ESPRIT, OS = "Système nerveux", "Troubles cognitifs et psychiques", "Appareil locomoteur"
CANCERS, COEUR, POUMONS = "Cancers et maladies du sang", "Cœur et vaisseaux", "Poumons"
NUTRITION, PEAU, TND = (
    "Digestif, nutrition et métabolisme",
    "Peau",
    "Troubles du neurodéveloppement et handicap",
)
ADULTES, AGES, JEUNES, ENFANTS = (16, 120), (60, 120), (6, 20), (0, 12)
GENRES = {
    "medecine": Genre(Nature.MCO, "Médecine polyvalente", "", "28", ADULTES, "083 085 437"),
    "interne": Genre(Nature.MCO, "Médecine interne", "", "28", ADULTES, "085 083"),
    "cardiologie": Genre(Nature.MCO, "Cardiologie", "", "28", ADULTES, "013", groupes=(COEUR,)),
    "neurologie": Genre(Nature.MCO, "Neurologie", "", "28", ADULTES, "097 098", groupes=(NERFS,)),
    "pneumologie": Genre(Nature.MCO, "Pneumologie", "", "28", ADULTES, "114", groupes=(POUMONS,)),
    "geriatrie": Genre(Nature.MCO, "Court séjour gériatrique", "", "28", (75, 120), "491 050", "01"),
    "oncologie": Genre(Nature.MCO, "Oncologie", "", "29", ADULTES, "102 055", groupes=(CANCERS,)),
    "urgences": Genre(Nature.MCO, "Urgences", "", "33", (0, 120), "083"),
    "smr": Genre(Nature.SMR, "SMR polyvalent", "100", "28", ADULTES, "172 339 287"),
    "smr_ger": Genre(Nature.SMR, "SMR gériatrique", "101", "28", (70, 120), "241 050 428", "01", (), "GER"),
    "smr_loc": Genre(Nature.SMR, "SMR orthopédique", "102", "28", ADULTES, "233 339 513", "07", (OS,), "LOC"),
    "smr_neu": Genre(
        Nature.SMR, "SMR neurologique", "103", "28", ADULTES, "234 292 200", "07", (NERFS,), "AVC"
    ),
    "smr_car": Genre(Nature.SMR, "SMR cardiologique", "104", "29", ADULTES, "235 336", "07", (COEUR,), "CAR"),
    "smr_pne": Genre(
        Nature.SMR, "SMR respiratoire", "105", "28", ADULTES, "236 336", "07", (POUMONS,), "PNE"
    ),
    "smr_nut": Genre(Nature.SMR, "SMR nutrition", "106", "28", ADULTES, "237 520", "07", (NUTRITION,), "NUT"),
    "smr_bru": Genre(Nature.SMR, "SMR des brûlés", "107", "28", (0, 120), "239", "07", (PEAU,), "BRU"),
    "smr_add": Genre(Nature.SMR, "SMR addictologie", "108", "28", (18, 120), "240", "04", (ESPRIT,), "ADD"),
    "smr_ped": Genre(Nature.SMR, "SMR pédiatrique", "109", "28", (0, 17), "522 524", "07", (TND,), "PED"),
    "smr_onc": Genre(Nature.SMR, "SMR oncologique", "111", "28", ADULTES, "523 414", "07", (CANCERS,), "ONC"),
    "had": Genre(Nature.HAD, "Hospitalisation à domicile", "", "31", (0, 120), "083 287 285"),
    "usp": Genre(Nature.USP, "Soins palliatifs", "", "28", ADULTES, "170", "07", (CANCERS, NERFS), "PAL"),
    "usld": Genre(
        Nature.USLD, "Soins de longue durée", "21", "46", AGES, "333 050", "01", (ESPRIT, NERFS), "GER"
    ),
    "ehpad": Genre(
        Nature.EHPAD, "Hébergement permanent", "21", "46", AGES, "293 288 306", "01", (ESPRIT,), "COG"
    ),
    "uvp": Genre(Nature.EHPAD, "Unité de vie protégée", "24", "46", AGES, "306 293", "01", (ESPRIT,), "COG"),
    "pasa": Genre(
        Nature.EHPAD, "Pôle d’activités et de soins adaptés", "25", "47", AGES, "306", "01", (ESPRIT,)
    ),
    "temporaire": Genre(Nature.EHPAD, "Hébergement temporaire", "21", "46", AGES, "393 392", "01", (ESPRIT,)),
    "residence": Genre(Nature.RESIDENCE, "Logements", "22", "46", AGES, "298 312", "03"),
    "jour": Genre(Nature.ACCUEIL_JOUR, "Accueil de jour", "21", "47", AGES, "306 313", "01", (ESPRIT,)),
    "ssiad": Genre(Nature.SSIAD, "Soins infirmiers à domicile", "28", "49", AGES, "287 288", "01"),
    "esa": Genre(
        Nature.SSIAD, "Équipe spécialisée Alzheimer", "29", "49", AGES, "306 325", "01", (ESPRIT,), "COG"
    ),
    "pco": Genre(Nature.PCO, "Plateforme TND", "84", "58", ENFANTS, "335 325 448", "07", (TND,), "TND"),
    "camsp": Genre(Nature.ESMS, "Action précoce", "61", "32", (0, 6), "448 493 200", "02", (TND,), "TND"),
    "cmpp": Genre(Nature.ESMS, "Consultations", "62", "32", JEUNES, "289 200 493", "02", (TND,)),
    "ime": Genre(Nature.ESMS, "Internat", "48", "46", JEUNES, "300 293 312", "02", (TND,)),
    "sessad": Genre(Nature.ESMS, "Service à domicile", "57", "49", JEUNES, "300 449", "02", (TND,)),
    "itep": Genre(Nature.ESMS, "Accueil de semaine", "50", "46", JEUNES, "300 289", "02", (TND,)),
    "mas": Genre(Nature.ESMS, "Maison d’accueil", "40", "46", (20, 120), "293 287 511", "02", (TND, NERFS)),
    "fam": Genre(Nature.ESMS, "Accueil médicalisé", "39", "46", (20, 120), "293 312", "02", (TND, NERFS)),
    "samsah": Genre(
        Nature.ESMS, "Accompagnement médico-social", "32", "49", (18, 120), "318 298", "02", (TND,)
    ),
    "savs": Genre(
        Nature.ESMS, "Accompagnement à la vie sociale", "31", "49", (18, 120), "312 318", "02", (TND,)
    ),
    "foyer": Genre(Nature.ESMS, "Foyer de vie", "97", "46", (18, 120), "312 313", "02", (TND,)),
}
# Category of FINESS: its share of a hundred, what it is called, kinds of its first unit and, by weight, of
# the others. Large ones first: the others fall on these.
CATEGORIES = {
    "355": (
        6,
        "Centre hospitalier de ",
        {
            "medecine": 10,
            "geriatrie": 8,
            "cardiologie": 5,
            "neurologie": 4,
            "pneumologie": 4,
            "oncologie": 4,
            "urgences": 4,
            "interne": 3,
            "smr": 11,
            "smr_ger": 10,
            "smr_neu": 3,
            "smr_loc": 3,
            "usld": 7,
            "ehpad": 9,
            "usp": 5,
            "had": 3,
            "jour": 2,
            "pco": 1,
        },
    ),
    "365": (5, "Clinique ", {"interne": 6, "oncologie": 4, "cardiologie": 4, "smr": 3, "had": 1, "usp": 1}),
    "109": (
        6,
        "Centre de réadaptation ",
        {
            "smr": 30,
            "smr_ger": 18,
            "smr_loc": 14,
            "smr_neu": 11,
            "smr_car": 8,
            "smr_pne": 6,
            "smr_nut": 5,
            "smr_add": 4,
            "smr_ped": 4,
            "smr_onc": 4,
            "smr_bru": 1,
        },
    ),
    "500": (26, "EHPAD ", {"ehpad": 4, "uvp": 5, "pasa": 4, "temporaire": 3, "jour": 2}),
    "183": (7, "IME ", {"ime": 3, "sessad": 2}),
    "255": (4, "MAS ", {"mas": 1}),
    "354": (8, "SSIAD ", {"ssiad": 3, "esa": 2}),
    "127": (1, "HAD ", {"had": 1}),
    "362": (2, "USLD ", {"usld": 1}),
    "202": (8, "Résidence autonomie ", {"residence": 3, "jour": 1}),
    "207": (1, "Accueil de jour ", {"jour": 1}),
    "190": (1, "CAMSP ", {"camsp": 2, "pco": 1}),
    "189": (2, "CMPP ", {"cmpp": 4, "pco": 1}),
    "182": (6, "SESSAD ", {"sessad": 1}),
    "186": (3, "ITEP ", {"itep": 1}),
    "437": (4, "FAM ", {"fam": 1}),
    "445": (2, "SAMSAH ", {"samsah": 1}),
    "446": (4, "SAVS ", {"savs": 1}),
    "449": (4, "Foyer ", {"foyer": 1}),
}
# (natures, nomenclature, codes, how many units in a hundred of a full sheet name each)
CARE = (Nature.MCO, Nature.SMR, Nature.USP, Nature.USLD)
HOMES = (Nature.EHPAD, Nature.USLD, Nature.RESIDENCE, Nature.ESMS)
NAMED = (
    (
        (*CARE, Nature.HAD),
        "ressources",
        "RESSOURCES",
        "ASP TRA VNI OXH DPA TRF VVC PPA NEN NPA VAC ISO BMR IDE MED",
        30,
    ),
    ((*CARE, Nature.EHPAD), "ressources", "RESSOURCES", "CHA DEA LEV IDE OXH NEN", 20),
    ((Nature.SMR,), "ressources", "TRE_R212", "098 099 102 103 116 119 125 126 150 156 192", 35),
    ((Nature.SMR, Nature.HAD), "ressources", "TRE_R210", "0362 0560 0665 0736 0758 0769 0896 0967", 30),
    (
        (*CARE, Nature.EHPAD),
        "prestations",
        "PRESTATIONS",
        "CHI CHD DOU CLI TEL TVC NET LIT REP VIS COI PAR CUL",
        45,
    ),
    (HOMES, "prestations", "PRESTATIONS", "CHC CHA REF LIN ANI JAR ACT SOR BEN HEB", 35),
)
ACTIVITE, AUTRES, PUBLIC, FILIERE = 200, 60, 150, 70  # of a hundred; a sheet is full by a quarter at least
