"""What the journal is told of orders: which file, of which period; never the comment of its person."""

EVENTS = {
    "store.refreshed": "a relevé les données des statistiques, {label}",
    "commande.ordered": "a commandé les statistiques {rapport}, du {debut} au {fin}",
    "commande.cancelled": "a annulé sa commande de statistiques {rapport}",
    "commande.retried": "a relancé sa commande de statistiques {rapport}",
    "commande.made": "a reçu les statistiques {rapport} ({lignes:ligne})",
    "commande.failed": "n’a pas pu recevoir les statistiques {rapport}",
    "commande.read": "a téléchargé les statistiques {rapport}",
    "commande.erased": "a supprimé le fichier des statistiques {rapport}, dix jours après",
    "commande.reminded": "a rappelé la suppression prochaine de {count:fichier}",
    "modele.saved": "a enregistré un modèle de commande des statistiques {rapport}",
    "modele.scheduled": "a programmé chaque mois la commande des statistiques {rapport}",
    "modele.unscheduled": "a arrêté la commande mensuelle des statistiques {rapport}",
    "modele.stopped": "a arrêté la commande mensuelle des statistiques {rapport}, son droit ayant pris fin",
    "modele.removed": "a supprimé un modèle de commande des statistiques {rapport}",
}
