"""Plan du site: every page that has an address of its own, by space."""

from viatraj.espaces.menus import FOOTER, Link, links
from viatraj.site.fiches import FICHES

PLAN = (
    (
        "Se connecter",
        (
            ("Accueil", "accueil"),
            ("Connexion des médecins libéraux", "authcps:medecin"),
            ("Connexion des professionnels en établissement", "authcps:professionnel"),
            ("Pro Santé Connect", "authcps:psc"),
            ("Mot de passe oublié", "accounts:forgotten"),
            ("La carte n’est pas lue", "authcps:card_failed"),
        ),
    ),
    (
        "Espace médecin libéral",
        (
            ("Accueil de l’espace médecin", "medecin"),
            ("Mes dossiers", "dossiers:index"),
            ("Mes demandes d’admission", "tableaux:index"),
            ("Créer un dossier", "dossiers:create"),
            ("Rechercher un dossier ou un patient", "dossiers:search"),
            ("Mes délégations", "delegations:index"),
            ("Déléguer à un assistant", "delegations:grant_assistant"),
            ("Déléguer à un médecin", "delegations:search"),
            ("Prévoir une absence", "delegations:cover"),
            ("Activité de mes délégataires", "delegations:activity"),
            ("Historique des délégations aux assistants", "delegations:history_assistants"),
            ("Historique des délégations aux médecins", "delegations:history_confreres"),
        ),
    ),
    (
        "Espace des professionnels",
        (
            ("Accueil de l’espace professionnel", "professionnel"),
            ("Tableaux de bord", "tableaux:index"),
            ("Mes vues enregistrées", "tableaux:vues"),
            ("Enregistrer un dossier papier", "demandes:papier"),
            ("Notifications de la MDPH", "tableaux:mdph"),
            ("Gérer les notifications reçues", "tableaux:esms"),
            ("Enregistrer une décision", "notifications:create"),
            ("Rechercher une personne notifiée", "notifications:search"),
            ("Comptes et habilitations", "habilitations:comptes"),
            ("Créer un utilisateur", "habilitations:create"),
            ("Établissements", "annuaire:etablissements"),
            ("Revue des habilitations", "habilitations:revue"),
            ("Campagnes de revue", "habilitations:campagnes"),
            ("Nouvelle campagne de revue", "habilitations:campagne_create"),
            ("Journal de vos structures", "habilitations:journal"),
            ("Demandes d’habilitation", "habilitations:demandes"),
            ("Importer des comptes et des habilitations", "habilitations:imports"),
            ("Les profils d’habilitation", "habilitations:profils"),
            ("Structures sans référent", "habilitations:orphelines"),
            ("Guichets uniques", "annuaire:guichets"),
            ("Fermetures à confirmer", "annuaire:fermetures"),
            ("Déploiement", "habilitations:deploiement"),
            ("Statistiques, Sanitaire", "observatoire:commander_sanitaire"),
            ("Statistiques, Grand Âge", "observatoire:commander_grand_age"),
            ("Statistiques, Handicap", "observatoire:commander_handicap"),
            ("Statistiques, Déploiement", "observatoire:commander_deploiement"),
            ("Mes commandes de statistiques", "observatoire:consulter"),
            ("Mes modèles de commande", "observatoire:modeles"),
            ("Commandes mensuelles arrêtées", "observatoire:stopped"),
            ("Relevés des statistiques", "observatoire:releves"),
            ("Dictionnaire des statistiques", "observatoire:dictionnaire"),
            ("Relevés du ROR", "annuaire:releves"),
        ),
    ),
    (
        "Mon compte",
        (
            ("Mon compte", "mon_compte"),
            ("Changer mon mot de passe", "accounts:change_password"),
            ("Changer mon adresse e-mail", "accounts:change_email"),
            ("Vérifier mon portable", "accounts:change_mobile"),
            ("Ajouter une application d’authentification", "authcps:add_totp"),
            ("Codes de secours", "authcps:make_recovery"),
            ("Mes référents", "mes_referents"),
            ("Mes demandes", "habilitations:mes_demandes"),
            ("Demander une habilitation", "habilitations:demande_choose"),
            ("Mes droits", "mes_droits"),
            ("Alertes", "alertes"),
            ("Mes alertes par e-mail", "alertes_choix"),
            ("Mes derniers changements", "changements:index"),
            ("Délégations reçues", "delegations:received"),
        ),
    ),
    ("Support", (("Recherche d’un compte", "gestion:index"), ("État des envois", "gestion:envois"))),
)
ABOUT = (
    ("En savoir plus", "en_savoir_plus"),
    ("Annuaire des établissements", "annuaire:publique"),
    ("Plateformes de Coordination et d’Orientation TND", "plateformes_tnd"),
    *FOOTER,
)


def sections() -> list[tuple[str, tuple[Link, ...]]]:
    """Those whose page exists; a fiche is a page too."""
    fiches = tuple(Link(fiche.title, fiche.url) for fiche in FICHES.values())
    spaces = [(title, links(pages)) for title, pages in PLAN]
    return [*spaces, ("Documentation", fiches), ("À propos du service", links(ABOUT))]
