EVENTS = {
    "extraction.imported": "a chargé l’annuaire national {label}",
    "professionnel.referred": "a retenu {label} dans l’annuaire national",
    "professionnel.updated": "a mis à jour {label} d’après l’annuaire national",
    "structure.opened": "a ouvert la structure {label}",
    "structure.moved": "a rattaché {label} à {after} (auparavant\u00a0: {before})",
    "guichet.gathered": "a réuni des unités dans le guichet {label}",
}
