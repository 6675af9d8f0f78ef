"""The programme du poste: which sites, which card, how many codes, and what the server makes of it."""

import base64
import http.client
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone

from authcps import card
from authcps.models import Challenge
from tests.patience import PATIENCE
from tests.poste.conftest import PIN, POSTE

SITE = "https://viatraj.example"


@pytest.fixture
def challenge():
    return Challenge(
        id=uuid4(), attempt_id=uuid4(), nonce=Challenge.draw(), origin=SITE, issued_at=timezone.now()
    )


def demand(challenge, **changed) -> dict:
    return {
        "origine": challenge.origin,
        "defi": str(challenge.pk),
        "nonce": challenge.nonce,
        "tentative": card.attempt_digest(challenge.attempt_id),
        "emis": str(int(challenge.issued_at.timestamp())),
        "retour": f"{challenge.origin}/connexion/carte/reponse/",
        **changed,
    }


class Page(HTMLParser):
    """Hidden values and form of a page of the programme."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.headers, self.text = answer.status, answer.headers, answer.read().decode()
        self.values, self.action = {}, ""
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "form":
            self.action = known["action"]
        elif tag == "input" and known.get("type") in ("hidden", "radio"):
            self.values.setdefault(known["name"], known["value"])


def ask(address, path, body=None, **headers) -> Page:
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    headers = {"Host": host, **headers}
    if body is not None:
        headers = {"Origin": f"http://{host}", **headers}
    try:
        connection.request("GET" if body is None else "POST", path, body and urlencode(body), headers)
        return Page(connection.getresponse())
    finally:
        connection.close()


def opened(address, challenge) -> Page:
    return ask(address, "/?" + urlencode(demand(challenge)))


def signed(address, page, code=PIN, **headers) -> Page:
    return ask(address, "/signer", {**page.values, "code": code}, **headers)


def answer_of(page) -> card.Answer:
    values = page.values
    return card.Answer(
        values["defi"],
        base64.b64decode(values["certificat"]),
        base64.b64decode(values["signature"]),
        values["algorithme"],
    )


def test_what_pip_would_install_is_whole(tmp_path):
    """Each file that is no module is in package-data, the command exists, and the folder runs by itself."""
    known = tomllib.loads((POSTE / "pyproject.toml").read_text())
    package = POSTE / "programme_du_poste"
    patterns = known["tool"]["setuptools"]["package-data"]["programme_du_poste"]
    files = [one for one in package.iterdir() if one.is_file() and one.suffix != ".py"]
    assert files
    assert [one.name for one in files if not any(one.match(pattern) for pattern in patterns)] == []
    module, _, function = known["project"]["scripts"]["programme-du-poste"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    shutil.copytree(POSTE, tmp_path / "poste")
    said = subprocess.run(
        [sys.executable, "-m", "programme_du_poste", tmp_path / "rien.toml"],
        cwd=tmp_path / "poste",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr[:16]) == (1, "La configuration")


def test_both_programs_agree_on_the_bytes(challenge):
    from programme_du_poste.demande import Demande

    assert Demande.of(demand(challenge), {SITE}).message() == card.message(challenge)


def test_the_card_s_answer_is_accepted_by_the_server(poste, insert, challenge, igc_world):
    certificate = insert()
    address = poste(SITE)
    page = opened(address, challenge)
    assert SITE in page.text
    back = signed(address, page)
    assert back.action == f"{SITE}/connexion/carte/reponse/"
    assert f"form-action 'self' {SITE}" in back.headers["Content-Security-Policy"]
    verified = card.verify_answer(answer_of(back), challenge, now=timezone.now())
    assert (verified.idnat, verified.serial) == ("899100045771", f"{certificate.serial_number:x}")


@pytest.mark.parametrize(("forgotten", "algorithm"), [
    ((), "PS256"),
    (("SHA256_RSA_PKCS_PSS",), "RS256"),
    (("SHA256_RSA_PKCS_PSS", "SHA256_RSA_PKCS"), "RS256"),
])  # fmt: skip
def test_cps4_and_cps3_sign_each_in_their_way(
    reader, insert, challenge, igc_world, monkeypatch, forgotten, algorithm
):
    """A CPS3 knows no PSS, and its authentication key takes only a digest made outside."""
    import pkcs11

    insert()
    known = {one for one in pkcs11.Mechanism if one.name not in forgotten}
    tokens = reader._tokens

    def older():
        return [_Token(token, known) for token in tokens()]

    monkeypatch.setattr(reader, "_tokens", older)
    done = reader.sign(reader.cards()[0].serial, PIN, card.message(challenge))
    assert done.algorithm == algorithm
    given = card.Answer(str(challenge.pk), done.certificate, done.signature, done.algorithm)
    assert card.verify_answer(given, challenge, now=timezone.now()).idnat == "899100045771"


class _Token:
    """A real token whose slot says it knows fewer mechanisms."""

    def __init__(self, token, known):
        self._token, self._known = token, known

    def __getattr__(self, name):
        return getattr(self._token, name)

    @property
    def slot(self):
        real = self._token.slot
        return SimpleNamespace(get_mechanisms=lambda: self._known, get_token=real.get_token)


def test_three_wrong_codes_block_the_card(poste, insert, challenge):
    insert()
    address = poste(SITE)
    page = opened(address, challenge)
    said = []
    for _ in range(3):
        page = signed(address, page, "9999")
        said.append(re.sub(r"<[^>]+>", " ", page.text))
    assert "Il reste 2 essais" in said[0]
    assert "Il reste un essai" in said[1]
    assert "Votre carte est bloquée" in said[2]
    assert f"{SITE}/connexion/carte/echec/?motif=blocked" in page.text
    page = signed(address, opened(address, challenge))
    assert "Votre carte est bloquée" in page.text, "the right code is not even looked at"
    assert "signature" not in page.values


def test_a_right_code_forgets_the_wrong_ones(poste, insert, challenge):
    insert()
    address = poste(SITE)
    for _ in range(2):
        page = signed(address, signed(address, opened(address, challenge), "9999"), PIN)
        assert page.values["signature"]


@pytest.mark.parametrize("code", ["", "12", "abcd", "123456789", "１２３４"])
def test_what_is_no_code_costs_no_try(poste, insert, challenge, code):
    insert()
    address, page = poste(SITE), None
    for _ in range(4):
        page = signed(address, page or opened(address, challenge), code)
        assert "Le code porteur compte 4 chiffres" in page.text
    assert signed(address, page).values["signature"]


def test_without_a_card_one_is_asked_for(poste, module, challenge):
    page = opened(poste(SITE), challenge)
    assert "Aucune carte n’est lue par ce poste" in page.text
    assert page.values == demand(challenge)


def test_with_two_readers_one_chooses(poste, insert, challenge, reader):
    insert("CPS une")
    insert("CPS deux")
    address = poste(SITE)
    page = opened(address, challenge)
    assert "CPS une" in page.text
    assert "CPS deux" in page.text
    assert signed(address, page).values["signature"]


def test_a_card_that_is_gone(poste, insert, challenge):
    insert()
    address = poste(SITE)
    page = opened(address, challenge)
    page.values["carte"] = "absente"
    assert "La carte n’est plus dans le lecteur" in signed(address, page).text


def test_the_certificate_that_signs_documents_is_never_used(poste, insert, challenge):
    from viatraj.demo.lecteur import igc

    insert(pairs=((0x10, "Certificat de Signature CPS", igc.SIGNATURE),))
    address = poste(SITE)
    page = signed(address, opened(address, challenge))
    assert "n’a pas de certificat d’authentification" in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"origine": "https://hameçon.example"},
        {"origine": "http://viatraj.example", "retour": "http://viatraj.example/"},
        {"origine": "https://viatraj.example.hameçon.example"},
        {"origine": ""},
        {"retour": "https://hameçon.example/connexion/carte/reponse/"},
        {"retour": "https://viatraj.example@hameçon.example/"},
        {"retour": "javascript:alert(1)"},
        {"defi": ""},
        {"nonce": "<script>"},
        {"emis": "é"},
    ],
)
def test_other_sites_and_damaged_demands_are_refused(poste, insert, challenge, changed):
    insert()
    page = ask(poste(SITE), "/?" + urlencode(demand(challenge, **changed)))
    assert page.status == 403
    assert page.action == ""
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://hameçon.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "hameçon.example:17850".encode("idna").decode()},
    ],
)
def test_another_site_cannot_post_a_code(poste, insert, challenge, headers):
    insert()
    address = poste(SITE)
    assert signed(address, opened(address, challenge), **headers).status == 403


def test_dns_rebinding_opens_nothing(poste, insert, challenge):
    insert()
    assert ask(poste(SITE), "/?" + urlencode(demand(challenge)), Host="poste.example").status == 403


@pytest.mark.parametrize("retour", ["https://[", "https://]", "https://[::1", "//[", "https://é[", "\0"])
def test_an_address_that_is_none_is_refused_in_words(poste, insert, challenge, retour):
    """Python raises where it reads them: the page says so instead of dying."""
    insert()
    page = ask(poste(SITE), "/?" + urlencode(demand(challenge, retour=retour)))
    assert page.status == 403


@pytest.mark.parametrize("path", ["//[", "//[::", "/?[", "//]/x"])
def test_a_path_that_is_none_is_answered(poste, path):
    assert ask(poste(SITE), path).status in (403, 404)


@pytest.mark.parametrize("size", ["²", "-1", "+5", "1_0", "9" * 5000, ""])
def test_a_size_that_is_none_is_answered(poste, size):
    address = poste(SITE)
    assert ask(address, "/signer", {"a": "b"}, **{"Content-Length": size.encode("latin-1")}).status == 404


def test_a_form_serves_once_and_an_invented_one_never(poste, insert, challenge):
    insert()
    address = poste(SITE)
    page = opened(address, challenge)
    assert signed(address, page).values["signature"]
    assert signed(address, page).status == 403
    page.values["jeton"] = "x" * 43
    assert signed(address, page).status == 403


def test_pages_can_be_neither_framed_nor_read_nor_kept(poste, insert, challenge):
    insert()
    headers = opened(poste(SITE), challenge).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_the_code_never_leaves_the_workstation(poste, insert, challenge, capfd):
    insert()
    address = poste(SITE)
    page = signed(address, opened(address, challenge))
    assert set(page.values) == {"defi", "certificat", "signature", "algorithme"}
    assert PIN not in page.headers.as_string()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["/autre", "/poste.css/", "/../carte.py", "/page.html"])
def test_nothing_else_is_served(poste, module, path):
    assert ask(poste(SITE), path).status == 404


# --- Alone ---------------------------------------------------------------------------------------
def run(*words):
    """With its own folder on the path, and nothing of the product."""
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(POSTE)!r}); sys.argv = {['poste', *words]!r}\nfrom programme_du_poste.__main__ import main; main()"]  # fmt: skip  # noqa: E501
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd="/")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "ne se lit pas"),
        ("sites = [", "ne se lit pas"),
        ('module = "/x.so"', "doit donner sites et module"),
        ('sites = ["https://viatraj.example"]\nmodule = "/x.so"\nautre = 1', "rien d’inconnu"),
        ('sites = ["https://viatraj.example/"]\nmodule = "/x.so"', "Ce n’est pas l’adresse d’un site"),
        ('sites = ["http://viatraj.example"]\nmodule = "/x.so"', "Ce n’est pas l’adresse d’un site"),
        ('sites = ["https://viatraj.example"]\nmodule = "/nulle/part.so"', "ne se charge pas"),
    ],
)
def test_a_configuration_that_cannot_serve(tmp_path, text, words):
    path = tmp_path / "poste.toml"
    if text is not None:
        path.write_text(text)
    done = run(str(path))
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_it_says_how_it_is_called():
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "programme-du-poste [-h] [configuration]" in done.stdout


def test_the_example_is_a_good_one():
    from programme_du_poste import configuration

    known = configuration.read(POSTE / "programme-du-poste.exemple.toml")
    assert known.sites == {"https://viatraj.example"}
    assert known.port == 17850


def test_it_needs_pkcs11_alone():
    """Nothing of the product, of Django or of `cryptography`: it is installed on workstations."""
    project = tomllib.loads((POSTE / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["python-pkcs11>=0.7"]
    wanted = (POSTE / "requirements.in").read_text()
    assert set(re.findall(r"^[a-z].*?(?= +#)", wanted, re.M)) == {*project["dependencies"], "setuptools>=77"}
    text = "\n".join(path.read_text() for path in Path(POSTE / "programme_du_poste").glob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.M))
    assert imported - set(sys.stdlib_module_names) == {"pkcs11", "programme_du_poste"}
