"""The documentation: its fiches, by group (DOC-1)."""

from dataclasses import dataclass

from viatraj.core.addresses import address


@dataclass(frozen=True)
class Fiche:
    slug: str
    title: str
    says: str

    @property
    def template(self) -> str:
        return f"site/documentation/{self.slug}.html"

    @property
    def url(self) -> str:
        return address("documentation_fiche", self.slug)


GROUPS = (
    (
        "Se connecter",
        (
            Fiche("se-connecter", "Se connecter", "Par carte, par e-CPS, ou par mot de passe et code."),
            Fiche("premiere-connexion", "Première connexion", "Médecin, assistant, professionnel."),
            Fiche("mot-de-passe-oublie", "Mot de passe oublié", "En choisir un nouveau, par un lien reçu."),
            Fiche(
                "parametrer-l-otp", "Paramétrer l’OTP", "Recevoir ses codes par e-mail, SMS ou application."
            ),
            Fiche("carte", "Paramétrer ma carte", "Le poste, l’appairage, la carte qui n’est pas lue."),
            Fiche("mon-compte", "Gérer mon compte", "Coordonnées, mot de passe, e-mails, référents."),
        ),
    ),
    (
        "Les dossiers du médecin libéral",
        (
            Fiche(
                "accueil-medecin",
                "L’accueil du médecin libéral",
                "Où se trouve chaque chose, ce qui attend.",
            ),
            Fiche(
                "accepter-un-dossier",
                "Accepter un dossier",
                "Quand un dossier vous désigne médecin traitant.",
            ),
            Fiche(
                "gerer-un-dossier-sanitaire",
                "Gestion d’un dossier d’admission en soins (SMR, HAD, soins palliatifs)",
                "Créer, remplir, valider.",
            ),
            Fiche(
                "gerer-un-dossier-grand-age",
                "Gestion d’un dossier d’hébergement pour personnes âgées",
                "Le formulaire national, le GIR.",
            ),
            Fiche(
                "rechercher-une-unite",
                "Rechercher une unité",
                "À qui adresser un patient, et pourquoi dans cet ordre.",
            ),
            Fiche(
                "gerer-un-dossier-tnd",
                "Gestion d’un dossier de prise en charge précoce des TND",
                "Adresser un enfant à une plateforme.",
            ),
        ),
    ),
    (
        "Les demandes d’admission",
        (
            Fiche(
                "tableaux-de-bord",
                "Les tableaux de bord",
                "Ce qui vous attend, ce que vous attendez, et depuis quand.",
            ),
            Fiche(
                "tableau-prescripteur-sanitaire",
                "Tableaux de bord Prescripteur sanitaire",
                "Ce que vos structures ont demandé, et ce qui vous attend.",
            ),
            Fiche(
                "tableau-receveur-sanitaire",
                "Tableaux de bord Receveur sanitaire",
                "Les demandes de soins reçues, et vos réponses.",
            ),
            Fiche(
                "tableau-receveur-ehpad-usld",
                "Tableaux de bord Receveur EHPAD/USLD",
                "Les demandes d’hébergement reçues, la liste d’attente, le papier.",
            ),
            Fiche(
                "tableau-redacteur-ehpad-usld",
                "Tableaux de bord Rédacteur EHPAD/USLD",
                "Les demandes d’hébergement que vous rédigez et suivez.",
            ),
            Fiche(
                "tableau-guichet",
                "Tableau de bord du guichet d’admission",
                "Ce qui attend d’être réparti entre les unités.",
            ),
            Fiche(
                "tableau-pco",
                "Tableau de bord de la plateforme TND",
                "Les enfants adressés à la plateforme.",
            ),
            Fiche(
                "tableau-medecin",
                "Tableau de bord du médecin libéral",
                "Les demandes d’admission de vos dossiers.",
            ),
            Fiche(
                "notifications-handicap",
                "Les notifications d’orientation (Handicap)",
                "La MDPH décide et notifie, l’établissement répond.",
            ),
            Fiche(
                "demandes-sans-solution",
                "Tableau de bord du régulateur\u00a0: les demandes sans solution",
                "Les dossiers que personne n’accepte, et les délais d’une coordination.",
            ),
            Fiche(
                "envoyer-une-demande",
                "Envoyer une demande et la suivre",
                "Choisir, vérifier, envoyer, relancer, annuler.",
            ),
            Fiche(
                "repondre-a-une-demande",
                "Répondre à une demande",
                "L’étudier, demander une précision, proposer, refuser, l’enregistrer d’un papier.",
            ),
            Fiche(
                "repartir-et-transmettre",
                "Répartir une demande au guichet, la transmettre",
                "À l’unité qui la prendra en charge.",
            ),
            Fiche(
                "admettre-un-patient",
                "Confirmer et déclarer une admission",
                "De la date proposée à l’entrée, et ce qui se clôt alors.",
            ),
        ),
    ),
    (
        "Déléguer",
        (
            Fiche("deleguer-a-un-assistant", "Déléguer à un assistant", "Choisir ses droits et sa période."),
            Fiche("deleguer-a-un-confrere", "Déléguer à un confrère", "Se faire remplacer par un médecin."),
            Fiche(
                "gerer-mes-delegations", "Gérer mes délégations", "Consulter, modifier, relancer, supprimer."
            ),
        ),
    ),
    (
        "Comptes et habilitations",
        (
            Fiche(
                "creer-un-compte",
                "Créer un compte et une habilitation",
                "Chercher, créer, attribuer, à une personne ou à plusieurs.",
            ),
            Fiche("droits-sanitaire", "Gérer les droits sanitaires", "Les profils, les modes, les réglages."),
            Fiche(
                "prolonger-une-habilitation",
                "Prolonger une habilitation",
                "Prolonger, réduire, demander une prolongation.",
            ),
            Fiche(
                "revue-des-habilitations",
                "Effectuer une revue des habilitations",
                "Qui peut quoi, où, jusqu’à quand.",
            ),
            Fiche("debloquer-un-compte", "Débloquer un compte", "Après plusieurs mots de passe erronés."),
        ),
    ),
    (
        "L’observatoire",
        (
            Fiche(
                "commander-des-statistiques",
                "Commander des statistiques",
                "Choisir un fichier, sa période et ses critères, le télécharger.",
            ),
        ),
    ),
    (
        "L’annuaire",
        (
            Fiche(
                "mise-a-jour-fiche-annuaire",
                "Mise à jour fiche annuaire (synchronisé avec le ROR)",
                "Les données de la structure et de ses unités, ce qui est grisé, ce qui se modifie.",
            ),
            Fiche(
                "guichet-unique",
                "Créer ou mettre à jour un guichet unique",
                "Une seule porte pour plusieurs unités, et qui y répond.",
            ),
            Fiche(
                "fermer-une-structure",
                "Fermer, remplacer, réunir ou rouvrir une structure",
                "Ce que devient ce qui y est rattaché, et comment revenir en arrière.",
            ),
            Fiche(
                "couverture-geographique",
                "Couverture géographique (FP_VT_S03)",
                "Où intervient une HAD, commune par commune.",
            ),
            Fiche(
                "ressources-et-soins-techniques",
                "Créer ou mettre à jour des ressources et soins techniques (FP_VT_S04)",
                "Ce que l’unité sait faire, ce qui est grisé.",
            ),
            Fiche(
                "thesaurus-des-pathologies",
                "Créer ou mettre à jour la fiche thésaurus des pathologies (FP_VT_S05)",
                "Ce que l’unité prend en charge, groupe par groupe.",
            ),
            Fiche(
                "suivre-le-deploiement",
                "Suivre le déploiement",
                "Qui est établi, ce qui manque aux fiches, ce que FINESS dit autrement.",
            ),
        ),
    ),
    (
        "Questions",
        (Fiche("foire-aux-questions", "Foire aux questions", "Les questions les plus fréquentes."),),
    ),
)
FICHES = {fiche.slug: fiche for _, fiches in GROUPS for fiche in fiches}
