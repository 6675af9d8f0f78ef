"""Files of lines, once more (OBS-2)."""

from demandes.handicap.motifs import categorie_dite, motif_dit
from demandes.handicap.statuts import Statut
from demandes.motifs import MOTIFS
from observatoire.rapports.etiquettes import LIEUX_VIE, TYPES, URGENCES
from observatoire.rapports.pseudonymes import pseudonyme
from tests.observatoire import temoin
from tests.observatoire.comparer import KEY, recues, same_lines
from tests.observatoire.temoin import during, jour, lies, seconds


def san_01(monde):
    """Dossiers of who asks."""

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
                ", ".join(TYPES.get(code, code) for code in one.source.types),
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


def san_02(monde):
    """Demandes of who asks."""

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


def san_03(monde):
    """Demandes of who receives."""

    def witness(cadre):
        for one in recues(cadre, "sanitaire"):
            row = one.row
            if during(cadre, row.sent_at):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    row.par_etablissement.nom if row.par_etablissement else "Médecin libéral",
                    *_names(row, "etablissement", "unite", "unite"),
                    ", ".join(TYPES.get(code, code) for code in row.dossier.types),
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.repondue_at, row.date_admission),
                    *(one.reponse, one.admission, one.fois("questionner")),
                )

    same_lines("SAN-03", monde, witness)


def ga_01(monde):
    """What places for old people were asked."""

    def witness(cadre):
        for one in recues(cadre, "grand_age"):
            row, said = one.row, one.administratif
            if during(cadre, row.sent_at):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    *_names(row, "etablissement", "unite", "unite"),
                    ", ".join(TYPES.get(code, code) for code in row.dossier.types),
                    URGENCES.get(said.get("delai"), ""),
                    LIEUX_VIE.get(said.get("situation"), ""),
                    "Oui" if row.dossier.origine == "papier" else "Non",
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.repondue_at, row.date_admission, one.reponse, one.admission),
                )

    same_lines("GA-01", monde, witness)


def ph_01(monde):
    """Official codes of what an ESMS was notified of."""

    def witness(cadre):
        for one in temoin.notifications():
            row = one.row
            if lies(row, cadre.perimetre) and during(cadre, row.sent_at):
                left = (row.decision.fin - jour(cadre.now)).days
                yield (
                    pseudonyme(KEY, "decision", row.decision_id),
                    *_names(row, "etablissement", "unite", "mdph"),
                    categorie_dite(row.decision.categorie),
                    *(row.statut, Statut(row.statut).label, row.motif, motif_dit(row.motif)),
                    *(row.sent_at, row.date_statut, seconds(row.sent_at, cadre.now), row.decision.fin, left),
                    "Oui" if left < 0 else "Non",
                )

    same_lines("PH-01", monde, witness)


def tnd_02(monde):
    """What a platform was asked."""

    def witness(cadre):
        for one in recues(cadre, "tnd"):
            row, by = one.row, one.row.par_professionnel
            if during(cadre, row.sent_at):
                yield (
                    pseudonyme(KEY, "dossier", row.dossier_id),
                    *_names(row, "etablissement", "unite", "unite"),
                    temoin.UnDossier(one.source).age_mois,
                    (by.specialite or "Non renseigné") if by else "Établissement",
                    row.get_etat_display(),
                    MOTIFS.get(row.motif, ""),
                    *(row.sent_at, row.repondue_at, one.reponse, one.fois("questionner")),
                )

    same_lines("TND-02", monde, witness)


COMPARED = {
    "SAN-01": san_01,
    "SAN-02": san_02,
    "SAN-03": san_03,
    "GA-01": ga_01,
    "PH-01": ph_01,
    "TND-02": tnd_02,
}
