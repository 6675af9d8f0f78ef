"""A walk for leaks: whoever may not know a patient goes everywhere, by links and by hand (DOS-4).

Canaries are words found nowhere else: in names, a birth, a commune, a text, the name of who has written, the
other unit that was asked. The walk returns those that it has met, and what an order or a number tells without
saying it.
"""

import io
import re
import unicodedata
from datetime import date, timedelta
from html import unescape

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from openpyxl import load_workbook

import demandes.urls
from courrier.models import Message
from demandes.actions import alertes
from demandes.models import Transition
from demandes.tableaux import TABLEAUX
from dossiers.models import PieceJointe, Role
from dossiers.reads.lignes import SORTS
from dossiers.urls import urlpatterns
from habilitations.profils import EQUIPE_SOIGNANTE, PRESCRIPTEUR_MEDICAL
from journal.models import Entry
from tests.demandes.factories import guichet_of, requested, tell
from tests.dossiers.factories import DossierFactory, join, place_at, professionnel, volet_of, write
from tests.factories import EtablissementFactory, UniteFactory, UserFactory
from tests.limits import forget_limits
from tests.papers import Lu
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation

WHO = {
    "nom": "Zéphyrin-Canari",
    "prenom": "Oscarine",
    "prenoms": "Oscarine Barbara",
    "nom_utilise": "Plumecanari",
    "date_naissance": date(1931, 3, 17),
    "lieu_naissance": "01234",
    "sexe": "F",
}
CANARIES = (
    *(
        "zephyrin",
        "oscarine",
        "barbara",
        "plumecanari",
        "textecanari",
        "soinscanari",
        "ecrivaincanari",
        "fichiercanari",
    ),
    *("17/03/1931", "1931-03-17", "17 mars 1931", "01234"),
)
# Of who receives, whatever he knows of the patient: another unit was asked as well.
ELSEWHERE = ("autrecanari",)
NAMED = ("Aaaa", "Mmmm", "Zzzz")  # neighbours, whose names go against their numbers
MOST = 20  # pages that a walk follows, besides those that it goes to by hand
LEFT = ("/deconnexion", "/demo", "/connexion", "/prolonger")


class Monde:
    """A unit whose dossiers one sees without names, another with them; one secret patient an orientation."""

    def __init__(self):
        self.etablissement = EtablissementFactory(nom="CH de Saint-Aubin")
        self.ici, self.ailleurs = UniteFactory.create_batch(2, etablissement=self.etablissement)
        self.receveur = UniteFactory()
        self.guichet = guichet_of(self.receveur)
        self.autre = UniteFactory(nom="Autrecanari")
        self.coordination = self.etablissement.coordination
        places = {
            Orientation.SANITAIRE: self.ici,
            Orientation.GRAND_AGE: self.coordination,
            Orientation.TND: self.ici,
        }
        self.secrets = {
            orientation: DossierFactory(
                auteur=None,
                lieu=lieu,
                orientation=orientation,
                numero=f"7777777{rank}",
                volet="Textecanari, appeler sa fille",
                medical="Soinscanari, vue à domicile",
                **WHO,
            )
            for rank, (orientation, lieu) in enumerate(places.items())
        }
        for dossier in self.secrets.values():
            for lieu in (self.receveur, self.receveur.etablissement, self.guichet, self.autre):
                place_at(dossier, Role.RECEVEUR, lieu)
            place_at(dossier, Role.REGULATEUR, self.etablissement)
            join(volet_of(dossier), nom="fichiercanari de sortie.pdf", added_by=dossier.cree_par)
        births = ("1999-01-01", "1950-01-01", "1901-01-01")
        for rank, (nom, birth) in enumerate(zip(NAMED, births, strict=True)):
            known = {"nom": nom, "date_naissance": birth, "numero": f"{90 - rank}000000"}
            DossierFactory(auteur=None, lieu=self.ici, **known)
        writer = professionnel(PRESCRIPTEUR_MEDICAL, self.ici, user=UserFactory(nom="Ecrivaincanari"))
        secret = self.secrets[Orientation.SANITAIRE]
        contacts = [{"nom": "Textecanari", "lien": "enfant"}]
        write(volet_of(secret), contacts=contacts, ville="Textecanari", regime="general", by=writer)
        self.demandes = {dossier.pk: self._asked(dossier, writer.user) for dossier in self.secrets.values()}

    def _asked(self, dossier, writer) -> list:
        """Of the unit and of its guichet, each opened and questioned by somebody; of another unit besides."""
        now = timezone.now()
        opened = {"sent_at": now - timedelta(days=3), "opened_at": now, "opened_by": writer}
        found = []
        for lieu in (self.receveur, self.guichet, self.autre):
            demande = requested(dossier, lieu, etat="etude", **opened)
            said = {"verbe": "repondre", "cote": "demandeur", "after": "etude", "texte": "Textecanari"}
            Transition.objects.create(
                demande=demande, version=1, at=now, lieu_key=demande.lieu_key, par=writer, **said
            )
            alertes.note_step(demande, "envoyer", now=now, by=Actor.system("fuites"))
            found.append(demande)
        return found

    def blind(self):
        """Without names here, with them in the unit next door, where he creates as well."""
        here = professionnel(EQUIPE_SOIGNANTE, self.ici, tableau_demandeur="anonyme")
        return professionnel(EQUIPE_SOIGNANTE, self.ailleurs, user=here.user).user


def leaks(client, monde, canaries=CANARIES) -> set[str]:
    """What the person of this session has learnt, that he may not know; or of these words only."""
    forget_limits()
    tell()
    told = [_said(answer) for answer in _everywhere(client, monde)]
    told += [f"{one.subject} {one.text}" for one in Message.objects.all()]
    told += [f"{one.label} {one.data}" for one in Entry.objects.all()]
    text = _plain(" ".join(told))
    found = {canary for canary in canaries if canary in text}
    if not {*CANARIES} & {*canaries}:
        return found
    return found | _told_by_order(client, monde) | _told_by_search(client, monde)


def _everywhere(client, monde):
    """By links from the home and from each list, then by hand: all addresses of the app, read and posted."""
    lists = [
        f"/dossiers/?tri={sort}&orientation={orientation}&etat={etat}"
        for sort in SORTS
        for orientation, etat in (("", ""), ("sanitaire", "recherche"), ("grand_age", ""))
    ]
    boards = [f"/tableaux/{code}/{tail}" for code in TABLEAUX for tail in ("", "?vue=closes", "export/")]
    waiting, seen = ["/", "/alertes/", *lists, *boards, *_by_hand(monde)], set()
    most = MOST + len(waiting)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen or path.startswith(LEFT):
            continue
        seen.add(path)
        answer = client.get(path)
        yield answer
        waiting += [one for one in _links(answer) if one not in seen]
    for path in _by_hand(monde):
        yield client.post(path, {"choix": "annuler", "motif": "deces", "texte": "x", "version": "1"})


def _by_hand(monde) -> list[str]:
    found = []
    for dossier in monde.secrets.values():
        volets = dossier.volets.values_list("kind", flat=True)
        (piece,) = PieceJointe.objects.of(dossier)
        known = {"numero": dossier.numero, "cle": "a" * 22, "idnat": "899000000001", "kind": volets[0]}
        found += _addresses("dossiers", urlpatterns, known | {"pk": piece.pk})
        for demande in monde.demandes[dossier.pk]:
            known |= {"pk": demande.pk, "verbe": "annuler"}
            found += _addresses("demandes", demandes.urls.urlpatterns, known)
    return list(dict.fromkeys(found))


def _addresses(app, routes, known) -> list[str]:
    """Of each page of one dossier, or of one demande."""
    found = []
    for route in routes:
        names = route.pattern.converters or route.pattern.regex.groupindex
        if not {"numero", "pk"} & {*names}:
            continue
        try:
            found.append(reverse(f"{app}:{route.name}", kwargs={name: known[name] for name in names}))
        except (KeyError, NoReverseMatch) as error:
            raise AssertionError(f"the walk does not know how to go to {route.name}") from error
    return found


def _links(answer) -> list[str]:
    if answer.status_code in (301, 302):
        return [answer.url] if answer.url.startswith("/") else []
    if "html" not in answer.headers.get("Content-Type", ""):
        return []
    return [unescape(one).split("#")[0] for one in re.findall(r'href="(/[^"/][^"]*)"', answer.text)]


def _said(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        sheets = load_workbook(io.BytesIO(body)).worksheets
        return " ".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
    text = Lu(body).text if "pdf" in kind else unescape(body.decode(errors="replace"))
    return " ".join([*answer.headers.values(), text])


def _plain(text) -> str:
    """Lower case, without accents, with one kind of space."""
    bare = unicodedata.normalize("NFD", text)
    return re.sub(r"\s+", " ", "".join(one for one in bare if not unicodedata.combining(one))).lower()


def _told_by_order(client, monde) -> set[str]:
    """Rows without a name lie in the order of their numbers, whatever sort tells of names or births."""
    found = set()
    for sort in ("nom", "naissance"):
        text = client.get("/dossiers/", {"tri": sort, "orientation": "sanitaire"}).text
        rows = re.findall(r'<tr data-id="([0-9]{8})">(.*?)</tr>', text, re.DOTALL)
        masked = [numero for numero, row in rows if "Identité masquée" in row]
        if masked != sorted(masked):
            found.add(f"order by {sort}")
    return found


def _told_by_search(client, monde) -> set[str]:
    """Neither a name that is sought nor a patient who is created again leads to the number."""
    found = set()
    numbers = {dossier.numero for dossier in monde.secrets.values()}
    answer = client.post("/dossiers/recherche/", {"nom": "Zéph", "prenom": ""}, follow=True)
    if numbers & set(re.findall(r'data-id="([0-9]{8})"', answer.text)):
        found.add("search by name")
    asked = {name: str(value) for name, value in WHO.items()} | {"statut": "provisoire"}
    asked |= {"orientation": "sanitaire", "lieu": f"unite:{monde.ailleurs.pk}"}
    answer = client.post("/dossiers/creer/", asked)
    if any(numero in answer.text for numero in numbers):
        found.add("duplicate warning")
    return found
