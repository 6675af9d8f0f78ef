"""/demo/courriels/: the contract's JSON, and the page."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from viatraj.demo import mailbox

PAGE = "/demo/courriels/"


@pytest.fixture
def folder(settings, tmp_path):
    settings.DEMO_SMTP_DIR = tmp_path / "mail"
    settings.DEMO_SMTP_DIR.mkdir()
    return settings.DEMO_SMTP_DIR


@pytest.fixture
def deliver(folder):
    def deliver(subject="Votre code", to="sophie@cabinet.example", at=None, text="Bonjour,\n\n482 913\n"):
        mail = EmailMessage()
        mail["Subject"], mail["To"], mail["Message-ID"] = subject, to, f"<{time.time_ns()}@viatraj.example>"
        mail.set_content(text)
        mail.add_alternative(f"<p>{text}</p>", subtype="html")
        name = _name(at)
        (folder / f"{name}.eml").write_bytes(mail.as_bytes())
        return mail["Message-ID"]

    return deliver


def _name(at):
    ns = int(at.timestamp()) * 10**9 if at else time.time_ns()
    return f"{ns}-{secrets.token_hex(4)}"


def get(client, **query):
    return client.get(PAGE, {"format": "json", **query}).json()


def test_the_fields_are_the_contracts(client, deliver):
    message_id = deliver(subject="Délégation : à accepter", to="Sophie Moreau <sophie@cabinet.example>")
    (letter,) = get(client)
    assert datetime.fromisoformat(letter.pop("at")).utcoffset() == timedelta(0)
    assert letter == {
        "to": ["sophie@cabinet.example"],
        "subject": "Délégation : à accepter",
        "text": "Bonjour,\n\n482 913\n",
        "html": "<p>Bonjour,\n\n482 913\n</p>\n",
        "message_id": message_id,
    }


def test_newest_first_with_sms_among_them(client, deliver, folder):
    old = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    deliver(subject="deux", at=old + timedelta(hours=1))
    deliver(subject="un", at=old)
    name = _name(old + timedelta(hours=2))
    sms = {"at": "", "to": ["+33639980001"], "text": "Code : 1", "message_id": "<sms@viatraj.example>"}
    (folder / f"{name}.json").write_text(json.dumps(sms))
    (folder / "9-half.part").write_text("not yet")
    (folder / "notes.eml").write_text("no number")
    letters = get(client)
    assert [letter["subject"] for letter in letters] == ["", "deux", "un"]
    assert letters[0] == {**sms, "at": "2026-11-20T10:00:00+00:00", "subject": "", "html": ""}


def test_to_and_since_narrow(client, deliver):
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    deliver(subject="avant", at=noon - timedelta(seconds=1))
    deliver(subject="midi", at=noon)
    deliver(subject="autre", to="gabriel@cabinet.example", at=noon)

    def subjects(**query):
        return {letter["subject"] for letter in get(client, **query)}

    assert subjects(to="SOPHIE@cabinet.example ") == {"avant", "midi"}
    assert subjects(to="sophie") == set()
    assert subjects(since="2026-11-20T12:00:00Z") == {"midi", "autre"}
    assert subjects(since="2026-11-20T13:00:00 01:00") == {"midi", "autre"}  # a «+» that was not encoded
    assert subjects(since="2026-11-20T13:00:00") == {"midi", "autre"}  # Paris
    assert subjects(since="2026-11-20T12:00:01+00:00") == set()
    assert subjects(since="2026-11-20") == {"avant", "midi", "autre"}
    assert subjects(since="hier", to="gabriel@cabinet.example") == {"autre"}


def test_it_is_bounded(client, deliver, monkeypatch):
    monkeypatch.setattr(mailbox, "LATEST", 3)
    start = datetime(2026, 11, 20, tzinfo=UTC)
    for n in range(5):
        deliver(subject=str(n), at=start + timedelta(seconds=n))
    assert [letter["subject"] for letter in get(client)] == ["4", "3", "2"]


def test_an_absent_folder_is_an_empty_box(client, settings, tmp_path):
    settings.DEMO_SMTP_DIR = tmp_path / "nowhere"
    assert get(client) == []


@pytest.mark.django_db
def test_the_page_shows_the_text_with_links(client, deliver):
    deliver(text="Suivez ce lien :\nhttp://testserver/delegations/invitation/abc/\n\n<b>non</b>\n")
    page = client.get(PAGE).content.decode()
    assert page.count("<h1") == 1
    assert 'href="http://testserver/delegations/invitation/abc/"' in page
    assert "&lt;b&gt;non" in page
    assert "sophie@cabinet.example" in page
    assert "Aucun message pour ce destinataire" in client.get(PAGE, {"to": "x@y.example"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "\x00"},
        {"to": "\udcff".encode("utf-8", "surrogatepass")},
        {"since": "9999-12-31T23:59:59-14:00"},
        {"since": "0001-01-01"},
    ],
)
@pytest.mark.django_db
def test_no_input_breaks_it(client, deliver, query):
    deliver()
    assert client.get(PAGE, {**query, "format": "json"}).status_code in (200, 400)


@pytest.mark.django_db
def test_only_reading(client):
    assert client.post(PAGE).status_code in (403, 405)
