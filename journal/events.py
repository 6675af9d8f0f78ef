EVENTS = {
    "acces.refused": "s’est vu refuser une page ({route})",
    "acces.missed": "a demandé ce qui n’existe pas, ou ne lui est pas montré ({route})",
    "lien.missed": "a suivi un lien qui n’est pas, ou n’est plus, valable ({route})",
    "formulaire.refused": "a envoyé un formulaire qui ne venait pas de nos pages ({route})",
    "rythme.limited": "a atteint la limite de demandes ({route})",
    "trace.read": "a consulté le journal ou les envois ({route})",
}
