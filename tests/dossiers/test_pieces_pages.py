"""The pages of joined files: listed, sent, handed out, taken away; a stranger’s are not even read (DOS-3)."""

import re
import socket
import uuid
from html import unescape
from io import BytesIO

import pytest
from django.conf import settings as product
from django.core.files import temp
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from limits import parse

from accounts import limits
from dossiers import tasks
from dossiers.models import PieceJointe
from dossiers.views import pieces as views
from habilitations.profils import PRESCRIPTEUR_MEDICAL
from journal.models import Entry
from tests import antivirus as clamds
from tests.core.files import samples
from tests.dossiers.factories import (
    LISTER,
    MEDICAL,
    READER,
    DossierFactory,
    join,
    lend,
    professionnel,
    volet_of,
)
from tests.factories import MedecinFactory, UniteFactory, sign_in
from viatraj.core import waking
from viatraj.core.files import uploads

pytestmark = pytest.mark.django_db
NAME = "Bertrand-Temoin.pdf"


@pytest.fixture
def dossier():
    return DossierFactory(auteur=MedecinFactory(nom="Leclercq", prenom="Christine"), numero="12345678")


@pytest.fixture
def signed_in(client, dossier):
    return sign_in(client, dossier.auteur)


@pytest.fixture
def medical(dossier):
    return volet_of(dossier, "medical")


PAGE = "/dossiers/12345678/pieces/"


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def sent(volet, raw=None, name=NAME, **known):
    raw = samples.pdf() if raw is None else raw
    return {"volet": volet.pk, "fichier": SimpleUploadedFile(name, raw), "cle": uuid.uuid4()} | known


def acting(client, delegation):
    return sign_in(client, delegation.delegataire, acting=delegation)


# --- The list -----------------------------------------------------------------------------------


def test_the_list_says_what_is_there(signed_in, medical, dossier):
    join(medical, nom="radio <b>.png", kind="png", raw=samples.png())
    join(volet_of(dossier), nom="carte.pdf", etat="analyse")
    join(medical, nom="virus.pdf", etat="refusee", motif="L’antivirus y a reconnu un programme.")
    join(medical, nom="retirée.pdf", hidden_at=timezone.now(), hidden_by=dossier.auteur)
    answer = signed_in.get(PAGE)
    shown = text_of(answer)
    assert "3 pièces" in shown
    assert "radio <b>.png" in shown
    assert "<b>.png" not in answer.content.decode()
    for words in ("En cours d’analyse", "Refusée L’antivirus y a reconnu un programme.", "Acceptée"):
        assert words in shown
    assert "retirée.pdf" not in shown
    assert answer.content.decode().count("Télécharger") == 1


def test_each_sees_those_of_the_volets_that_he_reads(client, medical, dossier):
    """Of the others neither name nor number."""
    join(medical, nom="médicale.pdf")
    join(volet_of(dossier), nom="administrative.pdf")
    shown = text_of(acting(client, lend(dossier.auteur, droits=READER)).get(PAGE))
    assert "1 pièce " in shown
    assert "administrative.pdf" in shown
    assert "médicale.pdf" not in shown
    assert "Ajouter la pièce" not in shown  # reads it, and does not write it
    shown = text_of(acting(client, lend(dossier.auteur, droits=LISTER)).get(PAGE))
    assert "Aucune pièce jointe" in shown


def test_the_number_of_queries_does_not_grow(signed_in, medical):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(PAGE)
        return len(captured)

    join(medical)
    count()  # the session is new
    one = count()
    for _ in range(9):
        join(medical)
    assert count() == one


def test_the_page_of_names_is_a_reading(signed_in, medical):
    """DOS-5: people name files after patients."""
    signed_in.get(PAGE)
    assert [entry.event for entry in Entry.objects.about(medical.dossier)] == ["dossier.read"]


def test_the_dossier_s_own_page_leads_there(signed_in, medical):
    join(medical)
    answer = signed_in.get("/dossiers/12345678/")
    assert f'href="{PAGE}"' in answer.content.decode()
    assert "1 pièce jointe" in text_of(answer)


# --- Sent ---------------------------------------------------------------------------------------


def test_a_file_is_added(signed_in, medical):
    answer = signed_in.post(PAGE, sent(medical), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "La pièce est ajoutée." in text_of(answer)
    assert PieceJointe.objects.get().nom == NAME


def test_a_double_click_adds_one(signed_in, medical):
    cle = uuid.uuid4()
    for _ in range(2):
        assert signed_in.post(PAGE, sent(medical, cle=cle)).status_code == 302
    assert PieceJointe.objects.count() == 1


NAMES = {
    "../../../etc/passwd.pdf": "passwd.pdf",
    "C:\\dupont\\a.pdf": "a.pdf",
    "a\u202efdp.pdf": "afdp.pdf",
    "a\0b.pdf": "ab.pdf",
    "a" * 300 + ".pdf": "a" * 115 + "….pdf",
    '"><img src=x onerror=alert(1)>.pdf': "---img src=x onerror=alert(1)-.pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_cleaned_and_leads_nowhere(name, signed_in, medical):
    """Shown escaped, and never a part of a path, of a header nor of the download's name."""
    boundary = "limite"
    fields = f'--{boundary}\r\nContent-Disposition: form-data; name="volet"\r\n\r\n{medical.pk}\r\n'
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="fichier"; filename="{escaped}"\r\n\r\n'
    body = (fields + part).encode() + samples.pdf() + f"\r\n--{boundary}--\r\n".encode()
    answer = signed_in.post(PAGE, body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 302
    piece = PieceJointe.objects.get()
    assert piece.nom == NAMES[name]
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{40}", piece.stored_as)
    shown = signed_in.get(PAGE).content.decode()
    assert "<img src=x" not in shown
    given = signed_in.get(piece.get_absolute_url()).headers["Content-Disposition"]
    assert given == f'attachment; filename="dossier-12345678-piece-{piece.pk}.pdf"'


REFUSED = {
    "HTML named .pdf": (b"<html><script>alert(1)</script></html>", "quel que soit son nom"),
    "a polyglot": (samples.pdf() + samples.zipped(), "plusieurs formats"),
    "10,000 pages": (samples.long(10_000), "500 pages"),
    "encrypted": (samples.encrypted("secret"), "mot de passe"),
    "truncated": (samples.pdf()[:-200], "abîmé ou incomplet"),
    "with JavaScript": (samples.linked(**samples.JS), "JavaScript"),
    "a PNG of 60,000 × 60,000": (samples.png_said_to_be(60_000, 60_000), "trop grande"),
    "0 bytes": (b"", "Ce fichier est vide."),
    "11 MB": (b"%PDF-1.7\n" + b"0" * 11_000_000, "dépasse 10\u00a0Mo"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_at_its_field(name, signed_in, medical):
    raw, words = REFUSED[name]
    answer = signed_in.post(PAGE, sent(medical, raw))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors["fichier"])
    assert re.search(rf'value="{medical.pk}"[^>]*checked', answer.content.decode())  # the rest is kept
    assert PieceJointe.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"fichier": ""}, "fichier"),
        ({"fichier": "du texte"}, "fichier"),
        ({"volet": ""}, "volet"),
        ({"volet": "0"}, "volet"),
        ({"volet": "²"}, "volet"),
        ({"cle": "x"}, "cle"),
    ],
)
def test_what_is_missing_is_said(changed, field, signed_in, medical):
    answer = signed_in.post(PAGE, sent(medical) | changed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_volet_of_another_dossier_or_right_is_none_of_the_choices(client, medical, dossier):
    elsewhere = volet_of(DossierFactory(auteur=dossier.auteur), "medical")
    acting(client, lend(dossier.auteur))
    known = {"au_nom_de": dossier.auteur.pk}
    for volet in (elsewhere, medical):
        answer = client.post(PAGE, sent(volet) | known)
        assert (answer.status_code, PieceJointe.objects.count()) == (422, 0)
        assert "Choisissez l’un des volets proposés." in text_of(answer)
    assert client.post(PAGE, sent(volet_of(dossier)) | known).status_code == 302


def test_a_stranger_s_dossier_is_no_page(client, medical):
    sign_in(client, MedecinFactory())
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, sent(medical)).status_code == 404
    assert PieceJointe.objects.count() == 0


def test_who_sends_without_end_is_slowed_down(signed_in, medical, monkeypatch):
    """Each file is a process for a moment. Near miss: another account."""
    monkeypatch.setattr(limits, "FILES_AT_ONCE", parse("2 per 10 minute"))
    bad = [signed_in.post(PAGE, sent(medical, b"Bonjour")).status_code for _ in range(3)]
    assert bad == [422, 422, 429]
    other = Client()
    acting(other, lend(medical.dossier.auteur, droits=MEDICAL))
    known = {"au_nom_de": medical.dossier.auteur.pk}
    assert other.post(PAGE, sent(medical) | known).status_code == 302


def test_a_full_storage_is_told_on_the_form(signed_in, medical, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storages["pieces"]), "save", full)
    answer = signed_in.post(PAGE, sent(medical))
    assert answer.status_code == 422
    assert "indisponibles pour l’instant" in text_of(answer)


# --- Handed out, taken away -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "mime"),
    [
        ("pdf", samples.pdf(), "application/pdf"),
        ("png", samples.png(), "image/png"),
        ("jpeg", samples.jpeg(), "image/jpeg"),
    ],
)
def test_a_piece_is_handed_out_to_be_saved(kind, raw, mime, signed_in, medical):
    piece = join(medical, nom=NAME, kind=kind, raw=raw)
    answer = signed_in.get(piece.get_absolute_url())
    assert answer.content == raw
    said = {name: answer.headers[name] for name in views.SAFELY}
    assert said == views.SAFELY
    assert answer.headers["Content-Type"] == mime
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="dossier-12345678-piece-')
    assert "Temoin" not in str(answer.headers)
    assert [entry.event for entry in Entry.objects.about(medical.dossier)] == ["piece.read"]


@pytest.mark.parametrize("known", [{"etat": "analyse"}, {"etat": "refusee", "motif": "Un virus."}])
def test_one_without_a_good_verdict_is_no_page(known, signed_in, medical):
    assert signed_in.get(join(medical, **known).get_absolute_url()).status_code == 404


def test_one_of_a_volet_that_is_not_read_is_no_page(client, medical, dossier):
    """Nor is there a page to take it away."""
    piece, other = join(medical), join(volet_of(dossier))
    acting(client, lend(dossier.auteur, droits=READER))
    assert client.get(piece.get_absolute_url()).status_code == 404
    assert client.get(piece.get_absolute_url() + "retirer/").status_code == 404
    assert client.get(other.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url() + "retirer/").status_code == 403
    assert Entry.objects.filter(event="piece.read").count() == 1


def test_one_of_another_dossier_is_no_page(signed_in, dossier):
    elsewhere = join(volet_of(DossierFactory(auteur=dossier.auteur)))
    assert signed_in.get(f"{PAGE}{elsewhere.pk}/").status_code == 404
    assert signed_in.get(f"{PAGE}{'9' * 14}/").status_code == 404


def test_one_that_is_damaged_is_told(signed_in, medical):
    piece = join(medical)
    storages["pieces"].delete(piece.stored_as)
    answer = signed_in.get(piece.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "indisponibles" in text_of(answer)


def test_one_is_taken_away_after_a_question(signed_in, medical):
    piece = join(medical, nom=NAME)
    asked = signed_in.get(piece.get_absolute_url() + "retirer/")
    assert NAME in text_of(asked)
    assert PieceJointe.objects.shown().count() == 1
    done = signed_in.post(piece.get_absolute_url() + "retirer/", follow=True)
    assert "La pièce est retirée du dossier." in text_of(done)
    assert signed_in.get(piece.get_absolute_url()).status_code == 404
    assert signed_in.post(piece.get_absolute_url() + "retirer/").status_code == 404


# --- At a structure -------------------------------------------------------------------------------


@pytest.fixture
def asked():
    """A dossier that a unit asks for, with a file whose name says who it is about."""
    unite = UniteFactory()
    dossier = DossierFactory(auteur=None, lieu=unite, numero="12345678")
    return unite, join(volet_of(dossier, "medical"), nom=NAME, added_by=dossier.cree_par)


def test_whoever_asks_joins_files_by_his_habilitation(client, asked):
    """And the journal notes which one (docs/adr/0016)."""
    unite, piece = asked
    by = professionnel(PRESCRIPTEUR_MEDICAL, unite)
    sign_in(client, by.user)
    assert client.post(PAGE, sent(piece.volet)).status_code == 302
    assert client.get(piece.get_absolute_url()).status_code == 200
    added, read = Entry.objects.filter(event__startswith="piece.").order_by("pk")
    assert (added.etablissement_id, added.unite_id) == (unite.etablissement_id, unite.pk)
    assert (read.etablissement_id, read.unite_id) == (unite.etablissement_id, unite.pk)


@pytest.mark.parametrize("mode", ["anonyme", "lecture"])
def test_a_board_caps_what_is_done_with_files(mode, client, asked):
    """DOS-4: in mode anonyme there is none, neither name nor number nor address; in lecture they open."""
    unite, piece = asked
    by = professionnel(PRESCRIPTEUR_MEDICAL, unite, tableau_demandeur=mode)
    sign_in(client, by.user)
    seen = mode == "lecture"
    assert client.post(PAGE, sent(piece.volet)).status_code == 403
    assert (NAME in text_of(client.get(PAGE))) is seen
    assert ("1 pièce jointe" in text_of(client.get("/dossiers/12345678/"))) is seen
    assert client.get(piece.get_absolute_url()).status_code == (200 if seen else 404)
    assert client.get(piece.get_absolute_url() + "retirer/").status_code == (403 if seen else 404)


# --- Analysed -----------------------------------------------------------------------------------


@pytest.fixture
def clamd(settings):
    with clamds.StandIn() as stand_in:
        settings.ANTIVIRUS_URL = stand_in.url
        yield stand_in


def test_a_file_waits_for_its_verdict_then_opens(signed_in, medical, clamd, monkeypatch):
    woken = []
    monkeypatch.setattr(waking.current_app, "send_task", lambda *task, **_: woken.append(task))
    answer = signed_in.post(PAGE, sent(medical), follow=True)
    piece = PieceJointe.objects.get()
    assert "une fois analysée" in text_of(answer)
    assert "En cours d’analyse" in text_of(answer)
    assert woken == [(tasks.analyse_piece.name, (piece.pk,))]
    assert signed_in.get(piece.get_absolute_url()).status_code == 404
    tasks.analyse_piece(piece.pk)
    tasks.analyse_piece(piece.pk)
    assert clamd.received == [samples.pdf()]
    assert signed_in.get(piece.get_absolute_url()).content == samples.pdf()


def test_what_is_found_is_refused_and_destroyed(
    signed_in, medical, clamd, django_capture_on_commit_callbacks
):
    piece = join(medical, raw=samples.png() + clamds.EICAR, etat="analyse")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.analyse_pieces()
    assert "Refusée L’antivirus y a reconnu un programme malveillant." in text_of(signed_in.get(PAGE))
    assert not storages["pieces"].exists(piece.stored_as)
    (entry,) = Entry.objects.filter(event="piece.refused")
    assert (entry.system, entry.data["signature"]) == ("antivirus", "Essai.Eicar")
    assert "Temoin" not in str(entry.data)


def test_an_outage_keeps_them_waiting_and_the_next_run_catches_up(medical, settings, clamd):
    first, second = join(medical, etat="analyse"), join(medical, etat="analyse")
    storages["pieces"].delete(first.stored_as)
    clamd.answer = b"stream: timed out ERROR\0"
    tasks.analyse_pieces()
    assert PieceJointe.objects.to_analyse().count() == 2
    clamd.answer = None
    tasks.analyse_pieces()  # one that cannot be read does not keep the others waiting
    assert list(PieceJointe.objects.to_analyse()) == [first]
    second.refresh_from_db()
    assert second.is_accepted


def test_without_antivirus_any_more_what_waited_is_taken(medical):
    piece = join(medical, etat="analyse")
    tasks.analyse_pieces()
    piece.refresh_from_db()
    assert piece.is_accepted


def test_without_a_broker_the_file_is_added_all_the_same(signed_in, medical, clamd, monkeypatch):
    def dead(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(waking.current_app, "send_task", dead)
    assert signed_in.post(PAGE, sent(medical)).status_code == 302
    assert PieceJointe.objects.to_analyse().count() == 1


# --- What nobody may send ---------------------------------------------------------------------------


@pytest.fixture
def nothing_on_disk(monkeypatch):
    """No temporary file is made, whoever sends."""
    spooled = []
    monkeypatch.setattr(temp, "NamedTemporaryFile", lambda *known, **_: spooled.append(known) or BytesIO())
    yield
    assert spooled == []


A_READ = 1 << 16  # bytes that Django asks for at once


class Socket:
    """A browser's side of one request, by hand: what it sends, and when it goes."""

    def __init__(self, live_server, cookies=""):
        self.link = socket.create_connection((live_server.thread.host, live_server.thread.port), 20)
        self.token = "a" * 32
        self.cookies = f"{product.CSRF_COOKIE_NAME}={self.token}; {cookies}"

    def begin(self, length, path=PAGE):
        self.link.sendall(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookies}\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n"
            "Content-Type: multipart/form-data; boundary=limite\r\n\r\n".encode()
        )
        self.link.sendall(
            b'--limite\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
            + self.token.encode()
            + b"\r\n"
            b'--limite\r\nContent-Disposition: form-data; name="fichier"; filename="a.pdf"\r\n\r\n'
        )

    def answer(self) -> bytes:
        """Its first bytes; then the browser goes."""
        with self.link:
            return self.link.recv(1_000)


@pytest.mark.django_db(transaction=True)
def test_a_stranger_s_file_is_not_read(live_server, dossier, nothing_on_disk):
    """He is led to the door before he has sent it: nothing of it is kept, and no thread waits for it."""
    stranger = Socket(live_server)
    stranger.begin(length=11_000_000)
    stranger.link.sendall(b"0" * A_READ)
    assert b" 302 " in stranger.answer()
    assert PieceJointe.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forged", ["session=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "session="])
def test_a_forged_session_is_a_stranger(forged, live_server, dossier, nothing_on_disk):
    stranger = Socket(live_server, forged)
    stranger.begin(length=11_000_000)
    stranger.link.sendall(b"0" * A_READ)
    assert b" 302 " in stranger.answer()


@pytest.mark.django_db(transaction=True)
def test_an_upload_cut_in_the_middle_leaves_nothing(live_server, dossier, client, nothing_on_disk):
    """Of somebody who may; the server goes on."""
    sign_in(client, dossier.auteur)
    cookies = "; ".join(f"{one.key}={one.value}" for one in client.cookies.values())
    cut = Socket(live_server, cookies)
    cut.begin(length=5_000_000)
    cut.link.sendall(samples.pdf() * 100)
    cut.link.shutdown(socket.SHUT_WR)
    cut.answer()
    assert PieceJointe.objects.count() == 0
    assert client.get(PAGE).status_code == 200


def test_files_are_held_in_memory_and_no_more_of_them_than_one_may_send(signed_in, medical, monkeypatch):
    held = []
    complete = uploads.Bounded.file_complete

    def look(handler, size):
        held.append((handler.size, len(handler.held.getvalue())))
        return complete(handler, size)

    monkeypatch.setattr(uploads.Bounded, "file_complete", look)
    monkeypatch.setattr(product, "PIECE_MAX_BYTES", 1_000)
    two = [SimpleUploadedFile("a.pdf", b"0" * 5_000), SimpleUploadedFile("b.pdf", b"0" * 300)]
    signed_in.post(PAGE, {"fichier": two})
    assert held == [(5_000, 1_000), (300, 0)]


def test_a_nul_in_a_field_beside_a_file_is_refused(signed_in, medical):
    assert signed_in.post(PAGE, sent(medical) | {"autre": "a\0b"}).status_code == 400
