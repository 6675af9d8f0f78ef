EVENTS = {
    "delegation.granted": "a proposé une délégation {au_titre}, du {debut} au {fin}",
    "delegation.resent": "a relancé l’invitation faite {au_titre}",
    "delegation.accepted": "a accepté la délégation du {titre_delegant}",
    "delegation.refused": "a refusé la délégation du {titre_delegant}",
    "delegation.modified": "a modifié la délégation {du_titre}\u00a0: {changements}",
    "delegation.revoked": "a supprimé la délégation {du_titre}",
    "delegation.renounced": "a renoncé à la délégation du {titre_delegant}",
    "delegation.expired": "a clos la délégation {du_titre}, restée sans réponse",
    "delegation.end_told": "a annoncé au {titre_delegant} et {au_titre} la fin de la délégation, le {fin}",
    "delegation.taken_up": "a choisi de travailler au nom du {titre_delegant}",
    "delegation.laid_down": "a cessé de travailler au nom du {titre_delegant}",
    "delegation.too_late": "a envoyé un formulaire au nom du {titre_delegant} après la fin de la "
    "délégation\u00a0: rien n’a été enregistré",
    "activite.exported": "a exporté l’activité de ses délégataires ({lignes:ligne})",
}
