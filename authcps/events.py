EVENTS = {
    "connexion.refused": "n’a pas pu se connecter",
    "connexion.begun": "a commencé une connexion par carte ou Pro Santé Connect",
    "identite.verified": "a été reconnu(e) par sa carte ou Pro Santé Connect",
    "connexion.started": "a donné son mot de passe",
    "connexion.closed": "s’est déconnecté(e)",
    "code.sent": "a demandé un code à usage unique",
    "code.refused": "a saisi un code erroné ou expiré",
    "code.redeemed": "a saisi son code à usage unique",
    "navigateur.trusted": "a fait reconnaître son navigateur pour 8 heures",
    "reception.enrolled": "reçoit ses codes à une adresse vérifiée",
    "connexions.purged": "a effacé les connexions terminées",
}
