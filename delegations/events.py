EVENTS = {
    "delegation.granted": "a proposé une délégation à {titre}, du {debut} au {fin}",
    "delegation.accepted": "a accepté la délégation de {titre_delegant}",
    "delegation.refused": "a refusé la délégation de {titre_delegant}",
    "delegation.modified": "a modifié la délégation de {titre}\u00a0: du {debut} au {fin}",
    "delegation.revoked": "a supprimé la délégation de {titre}",
    "delegation.expired": "a clos la délégation de {titre}, restée sans réponse",
    "delegation.taken_up": "a choisi de travailler au nom de {titre_delegant}",
    "delegation.laid_down": "a cessé de travailler au nom de {titre_delegant}",
}
