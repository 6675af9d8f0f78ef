"""What may go wrong at a ROR, by name: one thing at a time, everything else right."""

# What is answered otherwise than it should.
TRANSPORT = {
    "coupe": "une réponse coupée, une fois",
    "coupe_toujours": "des réponses coupées, chaque fois",
    "abime": "du JSON abîmé",
    "nan": "un nombre qui n’en est pas un",
    "demesure": "une réponse de plusieurs gigaoctets, dans un petit gzip",
    "page_double": "la première page à la place de la deuxième",
    "page_repetee": "une page donnée deux fois",
    "desordre": "des pages dans un autre ordre",
    "boucle": "un lien «\u00a0next\u00a0» vers une page déjà donnée",
    "boucle_neuve": "un lien «\u00a0next\u00a0» toujours nouveau",
    "autre_hote": "un lien «\u00a0next\u00a0» vers un autre hôte",
    "plafond": "une recherche qui s’arrête avant la fin, sans le dire",
    "sans_total": "un résultat qui ne dit pas son total",
    "avertissement": "un OperationOutcome grave parmi les résultats",
    "redirection": "une redirection",
    "sans_date": "des réponses sans date",
    "401": "un jeton refusé en cours de route",
    "401_toujours": "des jetons toujours refusés",
    "jeton_bref": "des jetons qui meurent après trois requêtes",
    "jeton_illisible": "un serveur de jetons qui n’en donne pas",
    "secret": "un secret refusé",
    "429": "une heure de 429, avec un délai en secondes",
    "429_date": "une heure de 429, avec une date",
    "429_muet": "une heure de 429, sans délai",
    "500": "deux erreurs 500, puis tout va bien",
    "500_toujours": "des erreurs 500, chaque fois",
    "503": "une heure de 503, avec un délai",
    "export_lent": "un export prêt après deux délais de deux heures",
    "export_date": "un export qui fait attendre jusqu’à une date",
    "export_sans_fin": "un export qui ne finit jamais",
    "export_perdu": "un export que le serveur a oublié",
    "export_sans_suivi": "un export sans adresse de suivi",
    "export_suivi_ailleurs": "une adresse de suivi chez un autre",
    "export_erreur": "un export dont une partie a échoué",
    "export_vide": "un export sans fichier",
    "fichier_ailleurs": "des fichiers chez un autre hôte",
    "fichier_expire": "des fichiers dont la date est passée",
    "fichier_disparu": "des fichiers effacés",
    "fichier_coupe": "un fichier coupé, chaque fois",
    "fichier_abime": "un fichier abîmé",
    "fichier_court": "un fichier qui a moins de ressources qu’annoncé",
    "fichier_double": "deux fois le même fichier",
    "ndjson": "des fichiers d’une ressource par ligne (permis)",
    "ndjson_coupe": "des lignes sans longueur ni compte, coupées entre deux d’entre elles",
}
# What the folder says otherwise than it should; the answers themselves are right.
CONTENU = {
    "moitie": "la moitié des offres manque",
    "dix_fois": "dix fois plus d’offres",
    "reference_vide": "une offre d’une organisation qui n’existe pas",
    "cycle": "deux organisations qui dépendent l’une de l’autre",
    "offre_double": "la même offre sous deux établissements",
    "offre_deplacee": "une offre passée dans un autre établissement",
    "offre_fermee": "une offre que le ROR dit fermée",
    "sans_cle": "une offre sans identifiant",
    "autre_region": "des offres d’une autre région",
}
HORLOGE = {"avance": 86_400, "retard": -86_400}  # seconds
LABELS = {
    **TRANSPORT,
    **CONTENU,
    "avance": "une horloge en avance d’un jour",
    "retard": "une horloge en retard d’un jour",
}


def known(panne: str) -> str:
    """Itself; ValueError when no fault is called so."""
    if panne and panne not in LABELS:
        raise ValueError(panne)
    return panne


CLOSED = {"id": "closingReopeningDate", "description": "fermée", "during": {"start": "2026-11-01"}}


def changed(panne: str, resources: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """The same folder with this fault in it; `resources` by type, which are not touched."""
    return resources | CHANGES[panne](resources["HealthcareService"], resources["Organization"])


def _first(offres: list[dict], **fields) -> dict:
    """The first offer with other fields; None leaves one out."""
    first = {key: value for key, value in (offres[0] | fields).items() if value is not None}
    return {"HealthcareService": [first, *offres[1:]]}


def _cycle(offres: list[dict], organisations: list[dict]) -> dict:
    one, other = [held["id"] for held in _sites(organisations)][:2]
    above = {one: f"Organization/{other}", other: f"Organization/{one}"}
    return {
        "Organization": [
            held | {"partOf": {"reference": above[held["id"]]}} if held["id"] in above else held
            for held in organisations
        ]
    }


def _twice(offres: list[dict], organisations: list[dict]) -> dict:
    again = {"id": f"{offres[0]['id']}-bis", "providedBy": _other(offres[0], organisations)}
    return {"HealthcareService": [*offres, offres[0] | again]}


def _sites(organisations: list[dict]) -> list[dict]:
    return [one for one in organisations if "partOf" in one]


CHANGES = {
    "moitie": lambda offres, _: {"HealthcareService": offres[::2]},
    "dix_fois": lambda offres, _: {
        "HealthcareService": [_numbered(one, n) for n in range(10) for one in offres]
    },
    "reference_vide": lambda offres, _: _first(offres, providedBy={"reference": "Organization/rien"}),
    "cycle": _cycle,
    "offre_double": _twice,
    "offre_deplacee": lambda offres, above: _first(offres, providedBy=_other(offres[0], above)),
    "offre_fermee": lambda offres, _: _first(offres, notAvailable=[CLOSED]),
    "sans_cle": lambda offres, _: _first(offres, identifier=None),
    "autre_region": lambda offres, _: {
        "HealthcareService": [one | {"meta": one["meta"] | {"tag": _tag("93")}} for one in offres]
    },
}


def _other(offre: dict, organisations: list[dict]) -> dict:
    here = offre["providedBy"]["reference"]
    there = next(
        f"Organization/{one['id']}" for one in _sites(organisations) if f"Organization/{one['id']}" != here
    )
    return {"reference": there}


def _numbered(offre: dict, n: int) -> dict:
    if not n:
        return offre
    (known, *others) = offre["identifier"]
    again = known | {"value": f"{known['value']}-{n}"}
    return offre | {"id": f"{offre['id']}-{n}", "identifier": [again, *others]}


def _tag(region: str) -> list[dict]:
    system = "https://mos.esante.gouv.fr/NOS/TRE_R30-RegionOM/FHIR/TRE-R30-RegionOM"
    return [{"system": system, "code": region}]
