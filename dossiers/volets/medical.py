"""The volet médical: of a hospital stay, and of a stay for old people as the Cerfa 14732*03 asks."""

from dossiers.natures import Kind
from dossiers.volets.communs import MEDECIN, SOINS_TECHNIQUES, rehabilitation
from dossiers.volets.formulaires import Formulaire, Section, past
from viatraj.core.champs import (
    OUI,
    Champ,
    Choix,
    Jour,
    Ligne,
    Liste,
    Nombre,
    OuiNon,
    Plusieurs,
    Si,
    Texte,
)
from viatraj.core.droits import Orientation

VOIES = (
    ("orale", "Orale"),
    ("sous_cutanee", "Sous-cutanée"),
    ("intramusculaire", "Intramusculaire"),
    ("intraveineuse", "Intraveineuse"),
    ("transdermique", "Transdermique"),
    ("inhalee", "Inhalée"),
    ("sonde", "Par sonde"),
    ("autre", "Autre"),
)
ANTECEDENTS = (
    ("cardiovasculaire", "Cardio-vasculaires"),
    ("respiratoire", "Respiratoires"),
    ("neurologique", "Neurologiques"),
    ("cognitif", "Troubles cognitifs"),
    ("psychiatrique", "Psychiatriques"),
    ("metabolique", "Diabète et métabolisme"),
    ("renal", "Rénaux"),
    ("digestif", "Digestifs"),
    ("cancer", "Cancer"),
    ("locomoteur", "Appareil locomoteur"),
    ("addiction", "Addictions"),
)
FONCTION = (
    ("normale", "Normale"),
    ("legere", "Altération légère"),
    ("moderee", "Altération modérée"),
    ("severe", "Altération sévère"),
)
JOURS = (
    ("lundi", "Lundi"),
    ("mardi", "Mardi"),
    ("mercredi", "Mercredi"),
    ("jeudi", "Jeudi"),
    ("vendredi", "Vendredi"),
    ("samedi", "Samedi"),
    ("dimanche", "Dimanche"),
)
CONNU = (("connu", "Connu"), ("partiel", "Connu en partie"), ("inconnu", "Non connu"))
BACTERIES = (
    ("non", "Aucun portage connu"),
    ("sarm", "Staphylocoque doré résistant (SARM)"),
    ("eblse", "Entérobactérie à bêta-lactamase (EBLSE)"),
    ("epc", "Entérobactérie productrice de carbapénémase (EPC)"),
    ("erg", "Entérocoque résistant aux glycopeptides (ERG)"),
    ("clostridium", "Clostridioides difficile"),
    ("autre", "Autre"),
)


def traitements(*, required: bool = False) -> Liste:
    return Liste(
        "traitements",
        "Traitements en cours",
        required=required,
        most=20,
        blank=3,
        colonnes=(
            Ligne("produit", "Produit"),
            Ligne("dose", "Dose et rythme"),
            Choix("voie", "Voie", options=VOIES),
            Jour("fin", "Fin prévue", sejour=True),
        ),
    )


SANITAIRE = Formulaire(
    Kind.MEDICAL,
    Orientation.SANITAIRE,
    1,
    (
        Section(
            "histoire",
            "Histoire et antécédents",
            (
                Texte("histoire", "Histoire de la maladie", required=True),
                Plusieurs("antecedents", "Antécédents", options=ANTECEDENTS),
                Texte("antecedents_detail", "Précisions sur les antécédents"),
                OuiNon("allergie", "Allergie connue"),
                Texte("allergies", "Allergies", most=2000, required=True, si=Si("allergie", (OUI,))),
            ),
        ),
        Section("traitements", "Traitements", (traitements(),)),
        Section(
            "etat",
            "État actuel",
            (
                Choix("bacterie", "Portage de bactérie résistante (BMR, BHRe)", options=BACTERIES),
                Choix(
                    "isolement",
                    "Isolement",
                    options=(
                        ("aucun", "Aucun"),
                        ("contact", "Contact"),
                        ("gouttelettes", "Gouttelettes"),
                        ("air", "Air"),
                        ("protecteur", "Protecteur"),
                    ),
                ),
                Choix("fonction_cardiaque", "Fonction cardiaque", options=FONCTION),
                Choix("fonction_respiratoire", "Fonction respiratoire", options=FONCTION),
                Choix("fonction_renale", "Fonction rénale", options=FONCTION),
                Texte("fonctions_detail", "Précisions sur ces fonctions", most=5000),
            ),
        ),
        Section(
            "intervention",
            "Intervention chirurgicale",
            (
                Jour("chirurgie", "Date de l’intervention", sejour=True),
                Choix(
                    "appui",
                    "Appui",
                    options=(("complet", "Complet"), ("partiel", "Partiel"), ("interdit", "Interdit")),
                ),
                Texte("consignes", "Consignes après l’intervention", most=5000),
            ),
        ),
        Section(
            "suivi",
            "Traitements lourds et suivi",
            (
                OuiNon("transfusion", "Transfusions"),
                OuiNon("chimiotherapie", "Chimiothérapie"),
                OuiNon("radiotherapie", "Radiothérapie"),
                OuiNon("dialyse", "Dialyse"),
                Plusieurs(
                    "dialyse_jours",
                    "Jours de dialyse",
                    options=JOURS,
                    required=True,
                    si=Si("dialyse", (OUI,)),
                ),
                Texte("examens", "Examens et rendez-vous à venir", most=5000),
                Choix("pronostic_personne", "Diagnostic et pronostic, pour la personne", options=CONNU),
                Choix("pronostic_entourage", "Diagnostic et pronostic, pour l’entourage", options=CONNU),
                OuiNon("limitation", "Limitation des thérapeutiques décidée"),
            ),
        ),
    ),
    par=MEDECIN,
)

SYMPTOMES = (
    ("idees_delirantes", "Idées délirantes"),
    ("hallucinations", "Hallucinations"),
    ("agitation", "Agitation ou agressivité"),
    ("depression", "Dépression"),
    ("anxiete", "Anxiété"),
    ("apathie", "Apathie"),
    ("desinhibition", "Désinhibition"),
    ("moteur", "Comportement moteur aberrant"),
    ("sommeil", "Troubles du sommeil"),
    ("appetit", "Troubles de l’appétit"),
)
SENS = (("normale", "Normale"), ("diminuee", "Diminuée"), ("perdue", "Perdue"))
PRESENCE = (("absence", "Absence"), ("presence", "Présence"))


def symptomes() -> tuple[Champ, ...]:
    return tuple(Choix(f"symptome_{code}", label, options=PRESENCE) for code, label in SYMPTOMES)


GRAND_AGE = Formulaire(
    Kind.MEDICAL,
    Orientation.GRAND_AGE,
    1,
    (
        Section(
            "motif",
            "Motif et antécédents",
            (
                Texte("motif", "Motif de la demande", required=True),
                Texte("antecedents", "Antécédents médicaux et chirurgicaux", required=True),
                Texte("pathologies", "Pathologies actuelles", required=True),
                OuiNon("allergie", "Allergie connue"),
                Texte("allergies", "Allergies", most=2000, required=True, si=Si("allergie", (OUI,))),
            ),
        ),
        Section(
            "traitements",
            "Traitements en cours",
            (
                OuiNon("ordonnance", "L’ordonnance est jointe au dossier"),
                Liste(
                    "traitements",
                    "Traitements en cours",
                    required=True,
                    si=Si("ordonnance", ("non", "inconnu")),
                    most=20,
                    blank=3,
                    colonnes=traitements().colonnes,
                ),
            ),
        ),
        Section(
            "etat",
            "État général et sens",
            (
                Nombre("poids", "Poids", mesure="kg", least=20, most=300, decimals=1),
                Nombre("taille", "Taille", mesure="cm", least=80, most=230),
                OuiNon("amaigrissement", "Amaigrissement récent"),
                Choix("vue", "Vue", options=SENS),
                Choix("ouie", "Ouïe", options=SENS),
                OuiNon("appareillage_vue", "Lunettes ou autre appareillage de la vue"),
                OuiNon("appareillage_ouie", "Appareil auditif"),
            ),
        ),
        Section(
            "risques",
            "Risques",
            (
                OuiNon("chute", "Risque de chute"),
                OuiNon("fausse_route", "Risque de fausse route"),
                OuiNon("fugue", "Risque de fugue"),
                Plusieurs(
                    "conduites",
                    "Conduites à risque",
                    options=(("alcool", "Alcool"), ("tabac", "Tabac"), ("sevrage", "Sevrage en cours")),
                ),
                OuiNon("portage", "Portage de bactérie résistante"),
                Choix("bacterie", "Bactérie", options=BACTERIES, required=True, si=Si("portage", (OUI,))),
                Jour("portage_date", "Date du prélèvement", si=Si("portage", (OUI,))),
            ),
        ),
        Section(
            "soins",
            "Soins",
            (
                OuiNon("palliatif", "Soins palliatifs"),
                Plusieurs("soins_techniques", "Pansements et soins techniques", options=SOINS_TECHNIQUES),
                Plusieurs(
                    "appareillages",
                    "Appareillages",
                    options=(
                        ("fauteuil", "Fauteuil roulant"),
                        ("lit", "Lit médicalisé"),
                        ("matelas", "Matelas contre les escarres"),
                        ("deambulateur", "Déambulateur"),
                        ("orthese", "Orthèse"),
                        ("prothese", "Prothèse"),
                        ("stimulateur", "Stimulateur cardiaque"),
                    ),
                ),
                rehabilitation(),
            ),
        ),
        Section(
            "comportement",
            "Symptômes psycho-comportementaux",
            (
                *symptomes(),
                Nombre("mms", "Score MMS", mesure="sur 30", most=30),
                Jour("mms_date", "Date du score MMS"),
            ),
        ),
        Section("commentaires", "Commentaires", (Texte("commentaires", "Commentaires"),)),
    ),
    par=MEDECIN,
    rules=(
        past("mms_date", "La date du score MMS ne peut pas être à venir."),
        past("portage_date", "La date du prélèvement ne peut pas être à venir."),
    ),
)

FORMULAIRES = (SANITAIRE, GRAND_AGE)
