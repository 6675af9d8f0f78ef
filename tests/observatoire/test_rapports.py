"""Each report equals an independent computation over the rows, on worlds drawn at random (OBS-2)."""

from datetime import date, datetime, time, timedelta

import pytest

from demandes.handicap.motifs import categorie_dite, motif_dit
from demandes.handicap.statuts import Statut
from demandes.motifs import MOTIFS
from dossiers.models import Dossier
from observatoire import magasin
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, etiquetees
from observatoire.rapports.etiquettes import LIEUX_VIE, TYPES, URGENCES
from observatoire.rapports.pseudonymes import pseudonyme
from tests.observatoire import temoin
from tests.observatoire.mondes import NOW, PARIS, WAYS, Monde
from tests.observatoire.temoin import anyone, during, instant_of, jour, lies, mois, quartiles, seconds

pytestmark = pytest.mark.django_db
KEY = b"of one order"
PERIODS = (
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2026, 3, 1), date(2026, 6, 30)),
    (date(2026, 10, 25), date(2026, 10, 25)),
    (date(2024, 1, 1), date(2026, 11, 10)),
)
SEEDS = range(3)


def places(monde):
    """One of each level, and several at once."""
    held = [one.pk for units in monde.receveuses.values() for one in units]
    asking = [one.pk for one in monde.demandeuses]
    own = Perimetre(unites=tuple(held[:4] + asking[:2]), etablissements=(monde.etablissements[3].pk,))
    coordinations = Perimetre(coordinations=(monde.coordinations[2].pk, monde.coordinations[0].pk))
    return (
        own,
        coordinations,
        Perimetre(regions=(monde.coordinations[0].region_id,)),
        Perimetre(national=True),
    )


def cadres(monde):
    for perimetre in places(monde):
        for debut, fin in PERIODS:
            yield Cadre(perimetre, debut, fin, NOW, KEY)


@pytest.fixture(params=SEEDS)
def monde(request):
    made = Monde(request.param)
    read()
    return made


def read() -> None:
    """The facts alone: what is counted beforehand has its own tests."""
    magasin.read_again(list(Dossier.objects.values_list("pk", flat=True)))


def same_lines(code, monde, witness):
    for cadre in cadres(monde):
        if cadre.perimetre.propre:
            assert sorted(CATALOGUE[code].lignes(cadre), key=repr) == sorted(witness(cadre), key=repr)


def same_table(code, monde, rows, key, figures, *, own=True):
    """All of it: values, and who is behind each."""
    rapport, some = CATALOGUE[code], 0
    for cadre in cadres(monde):
        if cadre.perimetre.propre and not own:
            continue
        found = rapport.tableau(cadre)
        told = {one.cles: (one.valeurs, one.personnes) for one in found.rangees}
        assert told == temoin.table(rows(cadre), lambda one, at=cadre: key(one, at), figures(cadre))
        assert all(len(row) == len(rapport.colonnes) for row in etiquetees(found))
        some += len(told)
    return some


def lieu(one, cadre, prefix=""):
    """As the grid has it."""
    held = cadre.perimetre
    if held.national:
        above = getattr(one, f"{prefix}coordination")
        return above.region_id if above else None
    name = "coordination" if held.regions else "etablissement" if held.coordinations else "unite"
    return getattr(one, f"{prefix}{name}_id")


def recues(cadre, module):
    return [one for one in temoin.demandes() if one.module == module and lies(one.row, cadre.perimetre)]


# Line by line


def test_san_01(monde):
    """OBS-2: dossiers of who asks."""

    def witness(cadre):
        for one in temoin.dossiers():
            if one.source.orientation != "sanitaire" or not during(cadre, one.source.created_at):
                continue
            at = one.origine
            if not lies(at, cadre.perimetre):
                continue
            waited = None
            if one.date_admission and one.envoye:
                waited = max(0, (one.date_admission - jour(one.envoye)).days) * 86400
            yield (
                pseudonyme(KEY, "dossier", one.source.pk),
                at.etablissement.nom if at.etablissement else None,
                at.unite.nom if at.unite else None,
                at.unite.nom if at.unite else None,
                ", ".join(TYPES[code] for code in one.source.types),
                one.source.created_at,
                one.complet,
                one.envoye,
                len(one.demandes),
                sum(two.row.etat == "refusee" for two in one.demandes),
                one.source.get_etat_display(),
                one.date_admission,
                seconds(one.source.created_at, one.envoye),
                waited,
            )

    same_lines("SAN-01", monde, witness)


def _names(row, *names):
    return tuple(getattr(row, name).nom if getattr(row, name) else None for name in names)


def test_san_02(monde):
    """OBS-2: demandes of who asks."""

    def witness(cadre):
        for one in temoin.demandes():
            row = one.row
            if row.orientation != "sanitaire" or not during(cadre, row.sent_at):
                continue
            if lies(row, cadre.perimetre, "par_"):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    *_names(row, "par_unite", "etablissement", "unite", "unite"),
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.opened_at, row.repondue_at, row.date_admission),
                    *(seconds(row.sent_at, row.opened_at), one.reponse, one.admission),
                    *(one.fois("questionner"), one.fois("relancer")),
                )

    same_lines("SAN-02", monde, witness)


def test_san_03(monde):
    """OBS-2: demandes of who receives."""

    def witness(cadre):
        for one in recues(cadre, "sanitaire"):
            row = one.row
            if during(cadre, row.sent_at):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    row.par_etablissement.nom if row.par_etablissement else "Médecin libéral",
                    *_names(row, "etablissement", "unite", "unite"),
                    ", ".join(TYPES[code] for code in row.dossier.types),
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.repondue_at, row.date_admission),
                    *(one.reponse, one.admission, one.fois("questionner")),
                )

    same_lines("SAN-03", monde, witness)


def test_ga_01(monde):
    """OBS-2: what places for old people were asked."""

    def witness(cadre):
        for one in recues(cadre, "grand_age"):
            row, said = one.row, one.administratif
            if during(cadre, row.sent_at):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    *_names(row, "etablissement", "unite", "unite"),
                    ", ".join(TYPES[code] for code in row.dossier.types),
                    URGENCES[said["delai"]],
                    LIEUX_VIE[said["situation"]],
                    "Oui" if row.dossier.origine == "papier" else "Non",
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.repondue_at, row.date_admission, one.reponse, one.admission),
                )

    same_lines("GA-01", monde, witness)


def test_ph_01(monde):
    """OBS-2: official codes of what an ESMS was notified of."""

    def witness(cadre):
        for one in temoin.notifications():
            row = one.row
            if lies(row, cadre.perimetre) and during(cadre, row.sent_at):
                left = (row.decision.fin - jour(NOW)).days
                yield (
                    pseudonyme(KEY, "decision", row.decision_id),
                    *_names(row, "etablissement", "unite", "mdph"),
                    categorie_dite(row.decision.categorie),
                    *(row.statut, Statut(row.statut).label, row.motif, motif_dit(row.motif)),
                    *(row.sent_at, row.date_statut, seconds(row.sent_at, NOW), row.decision.fin, left),
                    "Oui" if left < 0 else "Non",
                )

    same_lines("PH-01", monde, witness)


# Figures


def test_san_04(monde):
    """OBS-2: refusals by motif."""

    def rows(cadre):
        found = recues(cadre, "sanitaire")
        return [one for one in found if one.row.etat == "refusee" and during(cadre, one.row.depuis)]

    def key(one, cadre):
        return mois(one.row.depuis), lieu(one.row, cadre), one.row.motif

    same_table("SAN-04", monde, rows, key, lambda cadre: [("n", anyone), ("part", 0, (0, 1))])


def _answered(one):
    return one.reponse is not None


def test_san_05(monde):
    """OBS-2: delays; what still waits is counted apart, never dropped."""

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


def profile(code, monde, rows, axes, **known):
    """Each characteristic by itself, one under the other."""
    rapport = CATALOGUE[code]
    for cadre in cadres(monde):
        told = {one.cles: (one.valeurs, one.personnes) for one in rapport.tableau(cadre).rangees}
        wanted = {}
        for axe, key in axes.items():
            figures = [("n", anyone), ("part", 0, ())]
            found = temoin.table(rows(cadre), lambda one, key=key: (key(one) or None,), figures)
            wanted |= {(axe, *cles): said for cles, said in found.items()}
        assert told == wanted


def test_san_06(monde):
    """OBS-2: who was admitted."""

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
    return [two.etat_at(instant) for two in one.demandes if two.module == "sanitaire"]


def _is_without(one, cadre):
    etats = set(_standing(one, cadre))
    return bool(etats & WEIGHING) and not etats & temoin.TROUVES


def _waited(one, cadre):
    instant = instant_of(cadre)
    weighing = [two for two in one.demandes if two.etat_at(instant) in WEIGHING]
    return seconds(min(two.premier_envoi for two in weighing), instant)


def test_san_07(monde):
    """OBS-2: without a solution at the end of a day, as its demandes stood then."""

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


def test_san_08(monde):
    """OBS-2: flows between territories."""

    def rows(cadre):
        for one in temoin.demandes():
            near = lies(one.row, cadre.perimetre) or lies(one.row, cadre.perimetre, "par_")
            is_admitted = one.module == "sanitaire" and one.row.etat == "admis"
            if near and is_admitted and cadre.debut <= one.row.date_admission <= cadre.fin:
                yield one

    def key(one, cadre):
        return f"{one.row.date_admission:%Y-%m}", one.row.par_coordination_id, one.row.coordination_id

    same_table("SAN-08", monde, rows, key, lambda cadre: [("n", anyone), ("part", 0, (0, 1))], own=False)


def test_ga_02(monde):
    """OBS-2: who waits at the end of a day."""

    def rows(cadre):
        instant = instant_of(cadre)
        return [one for one in recues(cadre, "grand_age") if one.etat_at(instant) in temoin.CHERCHES]

    def key(one, cadre):
        return lieu(one.row, cadre), one.type, one.administratif["delai"]

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


def test_ga_03(monde):
    """OBS-2: who seeks a place."""

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


def test_ga_04(monde):
    """OBS-2: how long the volet médical takes after it was accepted."""

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


def test_ph_02(monde):
    """OBS-2: who waits for a unit at the end of a day."""

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


def test_tnd_01(monde):
    """OBS-2: what platforms were asked."""

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


def test_every_report_says_what_it_is():
    """OBS-2: the dictionary is drawn from it: each column has its definition, each code its module."""
    assert len(CATALOGUE) == 18
    for code, one in CATALOGUE.items():
        assert one.code == code
        assert all((one.titre, one.resume, one.ligne, one.niveaux))
        assert [column.cle for column in one.colonnes if not column.definition] == []
        assert (one.tableau is None) == (one.nature == "lignes" or code == "DEP-01")
        assert not one.nominal or {"etablissement", "unite"} == {str(niveau.value) for niveau in one.niveaux}


def test_midnights_are_those_of_paris():
    """OBS-3: the last minute of a day in Paris is of that day, the next of the next."""
    monde = Monde(0, dossiers=0)
    last = datetime.combine(date(2026, 3, 29), time(23, 59, 59), PARIS)
    for at in (last, last + timedelta(seconds=1)):
        dossier = monde.add_dossier()
        type(dossier).objects.filter(pk=dossier.pk).update(orientation="sanitaire", created_at=at)
    read()
    cadre = Cadre(Perimetre(national=True), date(2026, 3, 29), date(2026, 3, 29), NOW, KEY)
    assert len(list(CATALOGUE["SAN-01"].lignes(cadre))) == 1


def test_san_09():
    """OBS-2: what the CPAM was asked, by whom, and what it has answered."""
    monde = Monde(7, dossiers=0)
    cpam = monde.coordinations[0]
    for way in (WAYS[0], WAYS[4], WAYS[10], WAYS[12]):
        dossier = monde.add_dossier()
        Dossier.objects.filter(pk=dossier.pk).update(orientation="sanitaire")
        dossier.orientation = "sanitaire"
        monde.ask(dossier, cpam, way, dossier.created_at)
    read()

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
    assert same_table("SAN-09", monde, rows, key, lambda cadre: figures, own=False)


@pytest.mark.parametrize(
    ("code", "criteres", "keeps"),
    [
        ("SAN-02", {"etat": ("refusee",)}, lambda one: one.row.etat == "refusee"),
        (
            "SAN-02",
            {"type": ("had", "smr_neurologie")},
            lambda one: {"had", "smr_neurologie"} & {*one.source.types},
        ),
        ("SAN-02", {"groupe": ("Système nerveux",)}, lambda one: one.groupe == "Système nerveux"),
        ("SAN-02", {"receveur": ("0", "x", "' OR 1=1")}, lambda one: False),
        ("SAN-02", {"inconnu": ("1",)}, lambda one: False),
        ("SAN-02", {"etat": ()}, anyone),
    ],
)
def test_criteria_narrow(code, criteres, keeps):
    """OBS-3: several values add up, a forged one finds nothing."""
    Monde(11, dossiers=30)
    read()
    cadre = Cadre(Perimetre(national=True), date(2020, 1, 1), date(2026, 11, 10), NOW, KEY, criteres)
    wanted = [one for one in temoin.demandes() if one.row.orientation == "sanitaire" and keeps(one)]
    assert len(list(CATALOGUE[code].lignes(cadre))) == len(wanted) == CATALOGUE[code].estime(cadre)


def test_two_files_cannot_be_joined():
    """OBS-7: a dossier has one pseudonym in a file, another in the next."""
    Monde(12)
    read()

    def names(key):
        cadre = Cadre(Perimetre(national=True), date(2020, 1, 1), date(2026, 11, 10), NOW, key)
        return {row[0] for code in ("SAN-01", "SAN-02") for row in CATALOGUE[code].lignes(cadre)}

    first = names(b"one")
    assert first == names(b"one")
    assert len(first) > 1
    assert first.isdisjoint(names(b"another"))
