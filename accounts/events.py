EVENTS = {
    "connexion.opened": "s’est connecté(e)",
    "compte.created": "a créé le compte {label}",
    "compte.updated": "a modifié ses coordonnées",
    "compte.unlocked": "a débloqué le compte {label}",
    "compte.locked": "a vu son compte bloqué après plusieurs mots de passe erronés",
    "mot_de_passe.chosen": "a choisi un mot de passe",
    "charte.accepted": "a accepté la charte d’utilisation",
    "sessions.ended": "a fermé ses autres sessions",
    "sessions.purged": "a effacé les sessions terminées",
}
