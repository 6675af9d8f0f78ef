"""The closing report of a campaign: figures, all decisions as a workbook, what an auditor reads as a PDF.

Only what stood at the closure goes in: made again a year later, it says the same.
"""

from datetime import date
from io import BytesIO

from django.utils import timezone

from habilitations.models import Examen, Habilitation
from habilitations.profils import NAMES, PROFILS
from habilitations.reads import campagnes
from viatraj.core.typography import NBSP, counted, grouped, instant, long_day, short_day
from viatraj.core.workbook import Column, Workbook

UNDECIDED = 1_000  # lines of the PDF; the workbook has them all
PEOPLE = 500
CHUNK = 200  # lines in memory at once, each with what it was in some twenty words
STATES = dict(Examen.State.choices)
DECISIONS = dict(Examen.Decision.choices)
COLUMNS = [
    Column("Ligne", 10),
    Column("Nom", 22),
    Column("Prénom", 18),
    Column("Identifiant", 18),
    Column("Profil", 34),
    Column("Unité ou guichet", 32),
    Column("Établissement", 40),
    Column("FINESS", 12),
    Column("Coordination", 24),
    Column("Début", 12, "date"),
    Column("Fin avant la campagne", 12, "date"),
    Column("Ajoutée le", 12, "date"),
    Column("État", 22),
    Column("Confiée à", 30),
    Column("Décision", 14),
    Column("Fin décidée", 12, "date"),
    Column("Droits décidés", 40),
    Column("Motif", 40),
    Column("Décidée par", 30),
    Column("Décidée le", 18, "instant"),
    Column("Prise d’effet", 18, "instant"),
    Column("Restée sans effet", 40),
]
FIELDS = (
    *("id", "avant", "profil", "ajoute_le", "state", "confie_a__nom", "confie_a__prenom"),
    *("decision", "fin_voulue", "droits_voulus", "motif"),
    *("decided_by__nom", "decided_by__prenom", "decided_at", "applied_at", "sans_effet"),
)


def figures(campagne, *, today) -> dict:
    """Kept with the seal; `avant`, `apres`: habilitations of the campaign when it opened, when it closed."""
    said = campagnes.progress(campagne)
    lines = Examen.objects.filter(campagne=campagne).order_by()
    current = Habilitation.objects.current(today).filter(pk__in=lines.values("habilitation"))
    return {
        "lignes": {
            name: getattr(said, name)
            for name in ("total", "todo", "keep", "reduce", "remove", "ended", "sans_relecteur")
        },
        "avant": lines.filter(ajoute_le=None).count(),
        "ajoutees": lines.exclude(ajoute_le=None).count(),
        "apres": current.count(),
        "sans_effet": lines.exclude(sans_effet="").count(),
        "lieux": [str(lieu) for lieu in campagnes.lieux_of(campagne)],
        "relecteurs": [
            {
                "nom": f"{one['decided_by__nom']} {one['decided_by__prenom']}",
                "compte": one["decided_by__login"],
                **{name: one[name] for name in ("total", "keep", "reduce", "remove")},
            }
            for one in campagnes.by_person(campagne)[:PEOPLE]
        ],
    }


def workbook(campagne) -> memoryview:
    """Every line, in constant memory but for the file itself; same lines, same bytes."""
    out = BytesIO()
    with Workbook(out) as book, book.sheet("Décisions", COLUMNS) as sheet:
        sheet.write_rows(_rows(campagne))
    return out.getbuffer()


def _rows(campagne):
    lines = Examen.objects.filter(campagne=campagne).order_by("pk").values_list(*FIELDS)
    for line in lines.iterator(chunk_size=CHUNK):
        pk, avant, profil, ajoute_le, state, *rest = line
        *entrusted, decision, fin, droits, motif, nom, prenom, decided_at, applied_at, sans_effet = rest
        yield [
            pk,
            *(avant[name] for name in ("nom", "prenom", "compte")),
            _label(profil),
            avant["unite"] or avant["guichet"],
            *(avant[name] for name in ("etablissement", "finess", "coordination")),
            date.fromisoformat(avant["debut"]),
            date.fromisoformat(avant["fin"]),
            ajoute_le,
            STATES[state],
            _named(*entrusted) or None,
            DECISIONS.get(decision, ""),
            fin,
            _droits(droits),
            motif,
            _named(nom, prenom) or None,
            decided_at,
            applied_at,
            sans_effet,
        ]


def _named(nom, prenom) -> str:
    return f"{nom} {prenom}" if nom else ""


def _label(code) -> str:
    return PROFILS[code].label if code in PROFILS else code


def _droits(droits) -> str:
    return ", ".join(f"{key} : {NAMES[mode]}" for key, mode in sorted((droits or {}).items()))


def undecided(campagne):
    """As the page and the PDF list them."""
    rows = Examen.objects.to_decide().filter(campagne=campagne)
    return rows.select_related("confie_a").sorted_by_name()


def place(avant) -> str:
    """Where it lay when the campaign took it in."""
    names = [avant[name] for name in ("unite", "guichet", "etablissement") if avant[name]]
    return ", ".join(names) or avant["coordination"] or avant["region"] or "France entière"


def pdf(campagne, *, seal, classeur: str) -> bytes:
    """`classeur`: the workbook's SHA-256; `seal`: the journal's, over the line of the closure."""
    from viatraj.core.papier import Papier  # 25 MB, only where papers are drawn

    rapport = campagne.rapport
    said, lines = rapport.chiffres, rapport.chiffres["lignes"]
    paper = Papier(
        title=f"Compte rendu de la campagne «{NBSP}{campagne}{NBSP}»",
        foot=f"Compte rendu de la campagne n° {campagne.pk}",
        made_at=campagne.closed_at,
    )
    paper.add_page()
    paper.heading(f"Campagne de revue des habilitations : {campagne}", 16)
    paper.pairs(_facts(campagne, said))
    paper.heading("Décisions", level=2)
    paper.pairs((name, grouped(value)) for name, value in kinds(said))
    paper.heading("Par qui", level=2)
    for one in said["relecteurs"]:
        paper.say(
            f"{one['nom']} ({one['compte']}){NBSP}: {grouped(one['total'])} – conservées {one['keep']}, "
            f"réduites {one['reduce']}, retirées {one['remove']}"
        )
    if not said["relecteurs"]:
        paper.say("Aucune décision n’a été prise.")
    paper.heading("Lignes sans décision", level=2)
    paper.say(_about_undecided(campagne, lines["todo"]))
    named = ("pk", "avant", "profil", "confie_a__nom", "confie_a__prenom")
    for pk, avant, profil, *entrusted in undecided(campagne).values_list(*named)[:UNDECIDED]:
        end = short_day(date.fromisoformat(avant["fin"]))
        to = _named(*entrusted)
        paper.say(
            f"n° {pk} – {avant['nom']} {avant['prenom']} ({avant['compte']}), {_label(profil)}, "
            f"{place(avant)}, jusqu’au {end}" + (f", confiée à {to}" if to else ""),
            8,
        )
    paper.heading("Vérification", level=2)
    paper.pairs(
        [
            ("Empreinte SHA-256 du classeur des décisions", classeur),
            ("Empreinte SHA-256 des lignes, notée au journal à la clôture", rapport.digest),
            (f"Sceau n° {seal.number} du journal, qui couvre la clôture", seal.digest),
            ("Commande de vérification", f"manage.py campagne_verify {campagne.pk}"),
        ]
    )
    return bytes(paper.output())


def _facts(campagne, said):
    profils = ", ".join(_label(code) for code in campagne.profils) or "tous"
    by = campagne.closed_by
    return [
        ("Périmètre", ", ".join(said["lieux"])),
        ("Profils", profils + (", sans usage depuis six mois seulement" if campagne.inutilisees else "")),
        ("Ouverte", f"le {long_day(campagne.ouverte_le)} par {campagne.user.nom_complet}"),
        ("Date limite", long_day(campagne.echeance)),
        (
            "Close",
            f"{instant(timezone.localtime(campagne.closed_at))}, "
            + (f"à la demande de {by.nom_complet}" if by else "à sa date limite"),
        ),
        ("Effet des décisions", campagne.get_effet_display()),
        ("Habilitations sans décision", campagne.get_restes_display()),
        ("Habilitations nouvelles", campagne.get_nouvelles_display()),
    ]


def kinds(said):
    """Label and number, in the order of the report."""
    lines = said["lignes"]
    return [
        ("Habilitations à l’ouverture", said["avant"]),
        ("Ajoutées en cours de campagne", said["ajoutees"]),
        ("Conservées", lines["keep"]),
        ("Réduites", lines["reduce"]),
        ("Retirées", lines["remove"]),
        ("Terminées entre-temps", lines["ended"]),
        ("Sans décision", lines["todo"]),
        ("dont sans relecteur possible", lines["sans_relecteur"]),
        ("Décisions restées sans effet", said["sans_effet"]),
        ("Habilitations en vigueur ou à venir à la clôture", said["apres"]),
    ]


def _about_undecided(campagne, left) -> str:
    if not left:
        return "Toutes les lignes ont été examinées."
    shown = (
        f" Les {grouped(UNDECIDED)} premières sont ici, toutes sont au classeur." if left > UNDECIDED else ""
    )
    return f"{counted(left, 'ligne')} sans décision. {campagne.get_restes_display()}.{shown}"
