EVENTS = {
    "changement.undone": "a annulé un changement qui venait d’être fait",
    "changements.purged": "a effacé {count:changement} après leur délai d’annulation",
}
