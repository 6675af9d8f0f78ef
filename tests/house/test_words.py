"""What people read, in templates and in the code, keeps the house's words (CONTRIBUTING.md, «Words»)."""

import ast
import re
from functools import cache
from html import unescape

import pytest

from tests.house.source import ROOT, Module, modules

# Not to be said, and what to say. The sources' own labels are taken out first.
NOT_SAID = {
    r"\|pluralize\b|\w\([sx]\)": "singular under two: counted, plural, {count:référent} in an event",
    r"(?i)(?<![-\w|./@_#])(mails?|courriels?)\b(?![\w_@.-])": "e-mail",
    r"(?i)\b(mes|ses|votre|un) délégués?\b|\bpersonnes? délégu": "délégataire",
    r"(?i)\brenvoyer\b": "relancer, or envoyer un nouveau lien",
    r"(?i)\b(cette|autre|par la) voie\b|\b(sa|votre|la|une) porte\b(?! pas)|\bcarré\b": "no metaphor",
    r"\b(est|encore|été|être|soit) écrite?s?\b(?! au)": "enregistré, of data",
    r"\bdemeure": "est conservé, reste",
    r"\b(que|à|chez) lui\b": "turn the sentence: a médecin may be a woman",
    r"(?i)\b(sur|de|à) \{\{? ?[\w.]*(lieu|etablissement|structure)\b": "(CH …), or la structure « CH … »",
    r"n’est pas (dans|de) votre périmètre": "ne fait pas partie de votre périmètre",
    r"\w\((e|ve|ère)\)": "turn the sentence",
    r"\{error\.strerror\}": "the system's English: viatraj.core.reading.why",
    r"\b(puis-je|booléen)\b|Ré-essayer": "ai-je ce droit, VRAI ou FAUX, Réessayer",
}
SOURCES = re.compile(
    r"(Assistant|Médecin)\(s\) habilité\(s\)|(un|muni|[Aa]ssistant|infirmier)\(e\)|dresse mail\b"
    r"|{% else %}mail{% endif %} à {{ sent"
)
CODE = re.compile(
    r'{#.*?#}|[=!]= ?"[^"]*"|{% icon "\w+" %}|'
    r'\b(class|id|for|value|name|href|icon|data-id|aria-\w+by)="[^"]*"'
)
DEMO = "viatraj/demo/"


@cache
def texts() -> list[tuple[str, str]]:
    """Where, and what may be read there: templates by the line, literals of the code."""
    paths = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
    lines = [(str(path.relative_to(ROOT)), line) for path in paths for line in path.read_text().splitlines()]
    told = [(one.path, text) for one in modules() if DEMO not in one.path for text in literals(one)]
    return [(where, SOURCES.sub("", CODE.sub("", text))) for where, text in (*lines, *told)]


def literals(module: Module) -> list[str]:
    """Texts with a space; an f-string shows its holes, a docstring is for us alone."""
    nodes = list(ast.walk(module.tree))
    inside = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    ours = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    told = [_with_holes(node) for node in nodes if isinstance(node, ast.JoinedStr)]
    constants = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in inside | ours]
    told += [node.value for node in constants if isinstance(node.value, str)]
    return [text for text in told if " " in text]


def _with_holes(node: ast.JoinedStr) -> str:
    parts = node.values
    return "".join(
        str(p.value) if isinstance(p, ast.Constant) else f"{{{ast.unparse(p.value)}}}" for p in parts
    )


# Typed without the no-break space, or with a straight apostrophe.
TYPING = re.compile(r"\w'\w|[\w»·] [;:!?»]|[^\W\d][;!?](?!\w)|« ")
# No people's pages: what operators read on a terminal, columns of somebody else's file.
TERMINAL = ("/management/", "/poste/", "viatraj/settings/", "annuaire/rpps.py", "annuaire/lignes.py", DEMO)
ACCENT = re.compile(r"[àâçéèêëîïôûù’]")


def typing_faults(source: str) -> list[str]:
    text = unescape(re.sub(r"\{[%{#].*?[%}#]\}|<[^>]*>", "·", source))
    return TYPING.findall(re.sub(r"https?:\S+", "", text))


def test_pages_keep_to_french_typography():
    """Mails keep ordinary spaces: programs that read them cut lines where they like."""
    pages = sorted((ROOT / "templates").rglob("*.html"))
    assert {path.name: found for path in pages if (found := typing_faults(path.read_text()))} == {}


def test_sentences_of_the_code_too():
    told = [
        (one.path, text)
        for one in modules()
        if not any(part in one.path for part in TERMINAL)
        for text in literals(one)
    ]
    assert [(where, text) for where, text in told if ACCENT.search(text) and TYPING.search(text)] == []


@pytest.mark.parametrize("source", ["l'an", "Quoi ?", "Quoi?", "<b>x</b> : y", "« x"])
def test_a_typing_fault_is_seen(source):
    assert typing_faults(source)


# A number, then a word in the plural: «1 lignes». A bound that is a constant is no number that one counts.
AGREES = re.compile(r"\{([^{}]+)\}[ \u00a0\u202f]([a-zà-ÿ]{3,}s)\b")
NEVER_ONE = re.compile(r"^(grouped\()?([\w.]+\.)?[A-Z_]{4,}\)?$|^counted\(")
INVARIANT = frozenset("refus fois mois sans après près dans inclus premières plus jours".split())
ALWAYS_MANY = {
    "{count} ressources": "one of them is said otherwise, just before",
    "{hours} heures": "settings, a day each",
    "{left} essais": "one of them is said otherwise, just before",
    "{len(rows)} lignes": "one of them is said otherwise, just before",
    "{ended} codes": "more than a share of some",
    "{page.total} offres": "more than the ceiling of a search",
    "{kind.longest} caractères": "of a Datamatrix, 20 at least",
    "{most} lignes": "a form's list",
    "{self.most} lignes": "a form's list",
    "{high} octets": "a column's width",
    "{grouped(len(text))} caractères": "more than its bound",
    "{days} days": "SQL",
    "{CONSOLIDATION.days} derniers": "a fortnight",
    "{seuil} personnes": "a threshold, above one",
    "{choix} valeurs": "one has a choice of several",
    "{years} years": "SQL",
}


def disagreeing(text: str) -> list[str]:
    return [
        f"{{{hole}}} {word}"
        for hole, word in AGREES.findall(text)
        if word not in INVARIANT and not NEVER_ONE.search(hole) and f"{{{hole}}} {word}" not in ALWAYS_MANY
    ]


def test_numbers_agree_in_the_code_too():
    """«1 offre nouvelle», in pages, mails and on a terminal: `typography.counted`."""
    told = {one.path: [fault for text in literals(one) for fault in disagreeing(text)] for one in modules()}
    assert {path: found for path, found in told.items() if found} == {}


def test_a_number_that_does_not_agree_is_seen():
    assert disagreeing("{path.name}\u00a0: {count} lignes.") == ["{count} lignes"]
    assert disagreeing("{counted(count, 'ligne')} lues, {LONGEST} caractères, {n} refus") == []


def faults(text: str) -> list[str]:
    return [f"{found[0]}: {better}" for said, better in NOT_SAID.items() if (found := re.search(said, text))]


def test_words_are_the_houses():
    assert {(where, fault) for where, text in texts() for fault in faults(text)} == set()


@pytest.mark.parametrize(
    "text",
    [
        "{{ n }} dossier{{ n|pluralize }}",
        "{count} habilitation(s)",
        "Vous recevrez un mail",
        "Activité de mes délégués",
        "Renvoyer l’invitation",
        "Cette voie n’est pas ouverte",
        "la porte des médecins",
        "rien n’est encore écrit",
        "Son compte demeure.",
        "les mêmes droits que lui",
        "Référents de {{ habilitation.lieu }}",
        "sur {lieu}, jusqu’au {fin}",
        "{lieu} n’est pas de votre périmètre",
        "Vous êtes connecté(e)",
        "Ré-essayer",
    ],
)
def test_a_word_that_is_not_ours_is_seen(text):
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ n|counted:'dossier' }}",
        "Vous recevrez un e-mail",
        "prenom.nom@mail.example",
        "le délégué du Défenseur des droits a délégué",
        "Aucun médecin ne porte ce nom",
        "la clé écrite au-dessous",
        "votre départ de la structure «\u00a0{{ lieu }}\u00a0»",
    ],
)
def test_near_misses_are_ours(text):
    assert faults(text) == []
