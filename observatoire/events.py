EVENTS = {
    "store.refreshed": "a relevé les données des statistiques, {label}",
}
