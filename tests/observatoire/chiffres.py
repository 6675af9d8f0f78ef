"""Files of figures, once more (OBS-2)."""

from tests.observatoire import temoin
from tests.observatoire.comparer import lieu, profile, recues, same_table
from tests.observatoire.temoin import anyone, during, instant_of, lies, mois, quartiles, seconds


def san_04(monde):
    """Refusals by motif."""

    def rows(cadre):
        found = recues(cadre, "sanitaire")
        return [one for one in found if one.row.etat == "refusee" and during(cadre, one.row.depuis)]

    def key(one, cadre):
        return mois(one.row.depuis), lieu(one.row, cadre), one.row.motif

    same_table("SAN-04", monde, rows, key, lambda cadre: [("n", anyone), ("part", 0, (0, 1))])


def _answered(one):
    return one.reponse is not None


def san_05(monde):
    """Delays; what still waits is counted apart, never dropped."""

    def rows(cadre):
        return [one for one in recues(cadre, "sanitaire") if during(cadre, one.row.sent_at)]

    def key(one, cadre):
        return mois(one.row.sent_at), lieu(one.row, cadre)

    figures = [
        ("n", anyone),
        *quartiles(0, lambda one: seconds(one.source.created_at, one.row.sent_at)),
        ("n", _answered),
        ("n", lambda one: not _answered(one)),
        *quartiles(5, lambda one: one.reponse),
        ("n", lambda one: one.admission is not None),
        *quartiles(11, lambda one: one.admission),
    ]
    same_table("SAN-05", monde, rows, key, lambda cadre: figures)


def san_06(monde):
    """Who was admitted."""

    def rows(cadre):
        found = [one for one in recues(cadre, "sanitaire") if one.row.etat == "admis"]
        return [one for one in found if cadre.debut <= one.row.date_admission <= cadre.fin]

    axes = {
        "age": lambda one: one.age,
        "sexe": lambda one: one.source.sexe,
        "departement": lambda one: one.source.departement,
        "origine": lambda one: one.row.par_unite.nature if one.row.par_unite else None,
        "groupe": lambda one: one.groupe,
    }
    profile("SAN-06", monde, rows, axes)


WEIGHING = temoin.CHERCHES | {"refusee"}


def _standing(one, cadre):
    instant = instant_of(cadre)
    return [two.etat_at(instant) for two in one.demandes]


def _is_without(one, cadre):
    etats = set(_standing(one, cadre))
    source, instant = one.source, instant_of(cadre)
    is_over = source.decision and source.decided_at <= instant
    if is_over or source.origine == "papier" or source.created_at >= instant:
        return False
    return bool(etats & WEIGHING) and not etats & temoin.TROUVES


def _waited(one, cadre):
    instant = instant_of(cadre)
    weighing = [two for two in one.demandes if two.etat_at(instant) in WEIGHING]
    return seconds(min(two.premier_envoi for two in weighing), instant)


def san_07(monde):
    """Without a solution at the end of a day, as its demandes stood then."""

    def rows(cadre):
        asked = [one for one in temoin.dossiers() if one.source.orientation == "sanitaire"]
        return [one for one in asked if lies(one.origine, cadre.perimetre) and _is_without(one, cadre)]

    def key(one, cadre):
        refused = _standing(one, cadre).count("refusee")
        return lieu(one.origine, cadre), one.type, str(refused) if refused < 3 else "3+"

    def figures(cadre):
        def all_refused(one):
            return not set(_standing(one, cadre)) & temoin.CHERCHES

        return [("n", anyone), ("n", all_refused), *quartiles(0, lambda one: _waited(one, cadre))]

    same_table("SAN-07", monde, rows, key, figures)


def san_08(monde):
    """Flows between territories."""

    def rows(cadre):
        for one in temoin.demandes():
            near = lies(one.row, cadre.perimetre) or lies(one.row, cadre.perimetre, "par_")
            is_admitted = one.module == "sanitaire" and one.row.etat == "admis"
            if near and is_admitted and cadre.debut <= one.row.date_admission <= cadre.fin:
                yield one

    def key(one, cadre):
        return f"{one.row.date_admission:%Y-%m}", one.row.par_coordination_id, one.row.coordination_id

    same_table("SAN-08", monde, rows, key, lambda cadre: [("n", anyone), ("part", 0, (0, 1))], own=False)


def ga_02(monde):
    """Who waits at the end of a day."""

    def rows(cadre):
        instant = instant_of(cadre)
        return [one for one in recues(cadre, "grand_age") if one.etat_at(instant) in temoin.CHERCHES]

    def key(one, cadre):
        return lieu(one.row, cadre), one.type, one.administratif.get("delai")

    def figures(cadre):
        instant = instant_of(cadre)
        return [
            ("n", anyone),
            ("n", lambda one: one.etat_at(instant) == "attente"),
            *quartiles(0, lambda one: seconds(one.premier_envoi, instant)),
        ]

    same_table("GA-02", monde, rows, key, figures)


def _received(one, cadre):
    return any(lies(two.row, cadre.perimetre) for two in one.demandes)


def ga_03(monde):
    """Who seeks a place."""

    def rows(cadre):
        for one in temoin.dossiers():
            is_ours = one.source.orientation == "grand_age" and _received(one, cadre)
            if is_ours and during(cadre, one.source.created_at):
                yield one

    axes = {
        "age": lambda one: one.age,
        "sexe": lambda one: one.source.sexe,
        "gir": lambda one: str(one.source.gir) if one.source.gir else None,
        "lieu_vie": lambda one: one.administratif.get("situation"),
        "aide_sociale": lambda one: "oui" if "ash" in one.administratif.get("financement", ()) else "non",
        "departement": lambda one: one.source.departement,
    }
    profile("GA-03", monde, rows, axes)


def ga_04(monde):
    """How long the volet médical takes after it was accepted."""

    def rows(cadre):
        for one in temoin.dossiers():
            accepted = one.lien.answered_at if one.lien and one.lien.etat == "accepte" else None
            is_ours = one.source.orientation == "grand_age" and _received(one, cadre)
            if is_ours and during(cadre, accepted):
                yield one

    figures = [
        ("n", anyone),
        ("n", lambda one: one.medical_at is not None),
        ("n", lambda one: one.medical_at is None),
        *quartiles(1, lambda one: seconds(one.lien.answered_at, one.medical_at)),
    ]

    def key(one, cadre):
        return (one.lien.professionnel.commune or None,)

    same_table("GA-04", monde, rows, key, lambda cadre: figures, own=False)


def ph_02(monde):
    """Who waits for a unit at the end of a day."""

    def rows(cadre):
        instant = instant_of(cadre)
        for one in temoin.notifications():
            if lies(one.row, cadre.perimetre) and one.statut_at(instant) in ("182", "183", "184"):
                yield one

    def key(one, cadre):
        statut = one.statut_at(instant_of(cadre))
        return lieu(one.row, cadre), one.row.decision.categorie, statut, one.row.mode

    def figures(cadre):
        return [("n", anyone), *quartiles(0, lambda one: seconds(one.row.sent_at, instant_of(cadre)))]

    same_table("PH-02", monde, rows, key, figures)


def tnd_01(monde):
    """What platforms were asked."""

    def rows(cadre):
        return [one for one in recues(cadre, "tnd") if during(cadre, one.row.sent_at)]

    def key(one, cadre):
        age = temoin.UnDossier(one.source).age_mois // 12
        by = one.row.par_professionnel
        return mois(one.row.sent_at), lieu(one.row, cadre), age, (by.specialite or None) if by else None

    figures = [
        ("n", anyone),
        ("n", lambda one: one.fois("questionner") > 0),
        ("n", lambda one: one.row.etat == "admis"),
        ("n", lambda one: one.row.etat == "refusee"),
        ("n", _answered),
        ("n", lambda one: not _answered(one)),
        *quartiles(4, lambda one: one.reponse),
    ]
    same_table("TND-01", monde, rows, key, lambda cadre: figures)


def san_09(monde):
    """What the CPAM was asked, by whom, and what it has answered."""

    def rows(cadre):
        return [one for one in recues(cadre, "cpam") if during(cadre, one.row.sent_at)]

    def key(one, cadre):
        return mois(one.row.sent_at), one.row.par_etablissement_id

    figures = [
        ("n", anyone),
        ("n", lambda one: one.row.etat == "admis"),
        ("n", lambda one: one.row.etat == "refusee"),
        ("n", lambda one: not _answered(one)),
        ("n", _answered),
        *quartiles(4, lambda one: one.reponse),
    ]
    same_table("SAN-09", monde, rows, key, lambda cadre: figures, own=False)


COMPARED = {
    "SAN-04": san_04,
    "SAN-05": san_05,
    "SAN-06": san_06,
    "SAN-07": san_07,
    "SAN-08": san_08,
    "SAN-09": san_09,
    "GA-02": ga_02,
    "GA-03": ga_03,
    "GA-04": ga_04,
    "PH-02": ph_02,
    "TND-01": tnd_01,
}
