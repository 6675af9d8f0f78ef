EVENTS = {
    "delegation.granted": "a proposé une délégation à {titre}, du {debut} au {fin}",
    "delegation.accepted": "a accepté la délégation de {titre_delegant}",
    "delegation.refused": "a refusé la délégation de {titre_delegant}",
    "delegation.modified": "a modifié la délégation de {titre}\u00a0: {changements}",
    "delegation.revoked": "a supprimé la délégation de {titre}",
    "delegation.renounced": "a renoncé à la délégation de {titre_delegant}",
    "delegation.expired": "a clos la délégation de {titre}, restée sans réponse",
    "delegation.end_told": "a annoncé à {titre_delegant} et à {titre} la fin de la délégation, le {fin}",
    "delegation.taken_up": "a choisi de travailler au nom de {titre_delegant}",
    "delegation.laid_down": "a cessé de travailler au nom de {titre_delegant}",
    "delegation.too_late": "a envoyé un formulaire au nom de {titre_delegant} après la fin de la "
    "délégation\u00a0: rien n’a été enregistré",
    "activite.exported": "a exporté l’activité de ses délégués ({lignes} lignes)",
}
