from observatoire.actions.magasin import refresh_store as refresh_store
