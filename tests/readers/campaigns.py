"""For each reader of outside bytes: good samples, how they are spoiled, and what may come out."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import UUID

import altcha
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.http import urlsafe_base64_encode

from accounts import captcha
from accounts.views import oubli
from annuaire import rpps
from authcps import card, certificates, exercices, identity, psc
from authcps.identity import Verified
from habilitations.imports import classeur, reader, texte
from tests import accidents
from tests.annuaire import files
from tests.authcps import cards
from tests.core.files import samples
from tests.habilitations import imports
from tests.readers import psc_world
from viatraj.core.files import antivirus, content

CHALLENGE = "7a3c0b5e-8f7e-4c57-9d6e-0d7d1a1f8f10"


@dataclass(frozen=True)
class Campaign:
    """`spoil(world, chance)` makes one bad input of a good one, `read(world, input)` hands it to the reader.

    `fits` says whether what came out may be kept. `reader`: as READERS names it.
    """

    reader: str
    spoil: Callable
    read: Callable
    fits: Callable = lambda found: True


@dataclass
class World:
    """What the campaigns share: an authority with its cards, a folder, and a way to patch."""

    igc: cards.World
    folder: Path
    patch: object

    @property
    def now(self):
        return self.igc.now

    @property
    def trust(self):
        return certificates.trust_in(self.folder / "igc" / "ca", self.folder / "igc" / "crl")


# --- Cards ----------------------------------------------------------------------------------------
@cache
def der(world_key, which: str) -> bytes:
    igc = world_key
    authority = igc.persons.certificate
    made = {
        "card": lambda: igc.certificate(),
        "authority": lambda: authority,
        "list": lambda: cards.igc.revocations(igc.persons, [12, 10**40, 13], now=igc.now),
    }[which]()
    return made.public_bytes(serialization.Encoding.DER)


def spoiled_der(which, *, resigned=True):
    """Damaged as a whole, or damaged inside and signed again by the right authority: more is read of it."""

    def spoil(world, chance):
        raw = der(hashable(world.igc), which)
        fate = chance.randrange(4)
        if fate == 0 or not resigned:
            raw = accidents.of_bytes(raw, chance)
        else:
            raw = signed_again(accidents.of_bytes(inside(raw), chance), raw, world.igc.persons.key)
        return pem(raw) if chance.randrange(8) == 0 else raw

    return spoil


class hashable:  # noqa: N801
    """A world of cards as a key: there is one a module."""

    def __init__(self, igc):
        self.igc = igc

    def __getattr__(self, name):
        return getattr(self.igc, name)

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self.igc is other.igc


def element(raw: bytes) -> tuple[int, int]:
    """Where the content of a DER element begins and ends."""
    if raw[1] < 0x80:
        return 2, 2 + raw[1]
    size = raw[1] & 0x7F
    return 2 + size, 2 + size + int.from_bytes(raw[2 : 2 + size], "big")


def inside(raw: bytes) -> bytes:
    """The part that is signed: the first of the three."""
    start, _ = element(raw)
    body = raw[start:]
    return body[: element(body)[1]]


def signed_again(signed: bytes, whole: bytes, key) -> bytes:
    start, _ = element(whole)
    after = whole[start + element(whole[start:])[1] :]
    algorithm = after[: element(after)[1]]
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return wrapped(0x30, signed + algorithm + wrapped(0x03, b"\0" + signature))


def wrapped(tag: int, content: bytes) -> bytes:
    size = len(content).to_bytes(4, "big")
    return bytes([tag, 0x84]) + size + content


def pem(raw: bytes) -> bytes:
    text = b64encode(raw)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"


def verify_certificate(world, raw):
    certificate = certificates.read(raw)
    return card.verify_certificate(certificate, now=world.now)


def challenge_of(world):
    return SimpleNamespace(
        pk=UUID(CHALLENGE), origin="https://viatraj.example", nonce="n" * 43, attempt_id="a",
        issued_at=world.now,
    )  # fmt: skip


def spoiled_answer(world, chance):
    """As the programme du poste posts it."""
    certificate = der(hashable(world.igc), "card")
    signature = cards.key(0).sign(card.message(challenge_of(world)), cards.SCHEMES["PS256"], hashes.SHA256())
    fate = chance.randrange(3)
    if fate == 0:
        certificate = spoiled_der("card")(world, chance)
    elif fate == 1:
        signature = accidents.of_bytes(signature, chance)
    posted = {
        "defi": CHALLENGE,
        "certificat": b64encode(certificate).decode(),
        "signature": b64encode(signature).decode(),
        "algorithme": "PS256",
    }
    if fate == 2:
        name = chance.choice(sorted(posted))
        posted[name] = accidents.of_bytes(posted[name].encode(), chance).decode("utf-8", "replace")
    return posted


def hear(world, posted):
    given = card.read_answer(posted)
    return card.verify_answer(given, challenge_of(world), now=world.now + timedelta(seconds=1))


def fits_what_we_keep(found):
    for one in found if isinstance(found, list) else [found]:
        assert isinstance(one, Verified)
        assert json.dumps(one.former_idnats)
        for field in fields(one):
            text = getattr(one, field.name)
            if field.name == "adresse":
                text = text.replace("\n", "")
            elif field.name != "former_idnats":
                assert len(text) <= identity.LONGEST.get(field.name, identity.LONGEST_TEXT), field.name
            assert field.name == "former_idnats" or not identity.UNREADABLE.search(text), field.name
    return True


# --- Pro Santé Connect ----------------------------------------------------------------------------
def spoiled_return(world, chance):
    """One part of what comes back, the others right."""
    parts = psc_world.good()
    part = chance.choice(psc_world.PARTS)
    if part == "query":
        fate = chance.randrange(3)
        if fate == 0:
            del parts["query"][chance.choice(sorted(parts["query"]))]
        elif fate == 1:
            name = chance.choice(("code", "error", "error_description"))
            parts["query"][name] = accidents.of_bytes(b"access_denied", chance).decode("latin-1")
        else:
            raw = accidents.of_bytes(urlencode(parts["query"]).encode(), chance)
            parts["query"] = raw.decode("ascii", "replace")
    elif part == "userinfo" and chance.randrange(2):
        parts["userinfo"] = {**accidents.of_json(parts["userinfo"], chance), "sub": parts["claims"]["sub"]}
    else:
        parts[part] = accidents.of_json_text(parts[part], chance)
    return parts


def come_back(world, parts):
    _, people = psc_world.identify(parts, world.patch)
    return people


def authorize(world, raw):
    psc_world.answering(world.patch, {"wallet-openid-configuration": raw})
    return psc.authorization(again=True)


def log_out(world, raw):
    psc_world.answering(world.patch, {"wallet-openid-configuration": raw})
    return psc._logout("un.jeton.connu")


def leads_to_the_web(found):
    url = found["url"] if isinstance(found, dict) else found
    assert url.startswith(("http://127.0.0.1:9/", "http", "https"))
    assert url.isprintable()
    assert " " not in url
    return True


# --- Files ----------------------------------------------------------------------------------------
@cache
def workbook() -> bytes:
    return imports.xlsx(imports.line(), imports.line(nom="Béraud", email="b@ch.example")).read()


@cache
def csv_text() -> bytes:
    return imports.text(imports.line(), imports.line(nom="Béraud", prenom='Jo"ël')).read()


def of_file(name):
    return lambda world, raw: reader.read(SimpleUploadedFile(name, raw))


def may_be_kept(lines):
    text = json.dumps(lines, ensure_ascii=False)
    assert "\\u0000" not in text
    assert text.encode()  # no lone surrogate
    assert all(isinstance(value, str | int | dict) for line in lines for value in line.values())
    return True


def spoiled_extraction(world, chance):
    lines = "\n".join([files.HEADER, files.line(), *files.crowd(3), ""]).encode()
    if chance.randrange(2):
        return ".txt", accidents.of_bytes(lines, chance)
    path = files.zipped(world.folder, {files.MAIN: lines, files.SISTERS[0]: b"a|b\n"}, name="bon.zip")
    return ".zip", accidents.of_zip(path.read_bytes(), chance)


def read_extraction(world, found):
    suffix, raw = found
    name = files.MAIN if suffix == ".txt" else "PS_LibreAcces_202611200100.zip"
    path = world.folder / name
    path.write_bytes(raw)
    with rpps.opened(path) as extraction:
        return list(extraction.unknown({}))


def rows_for_copy(rows):
    assert all(b"\n" not in row and b"\0" not in row and row.decode() for row in rows)
    return True


def spoiled_file(world, chance):
    """A PDF, an image, or one that acts."""
    made = chance.choice((samples.pdf, samples.pdf, samples.jpeg, samples.png, samples.orphan))
    return accidents.of_bytes(made(), chance)


def is_of_a_kind(found):
    return found in content.Kind


def spoiled_verdict(world, chance):
    said = chance.choice(
        (b"stream: OK\0", b"stream: Win.Test.EICAR_HDB-1 FOUND\0", b"stream: timed out ERROR\0")
    )
    return accidents.of_bytes(said, chance)


def is_a_signature(found):
    return found.isprintable() and len(found) <= 200


# --- Texts ----------------------------------------------------------------------------------------
@cache
def proof() -> dict:
    made = altcha.create_challenge(
        captcha.ALGORITHM, 1, expires_at=4_000_000_000, hmac_secret=captcha._secret()
    )
    return altcha.Payload(made, altcha.solve_challenge(made)).to_dict()


def spoiled_proof(world, chance):
    raw = accidents.of_json_text(proof(), chance)
    text = b64encode(raw)[:20_000]
    return (accidents.of_bytes(text, chance) if chance.randrange(4) == 0 else text).decode("latin-1")


def spoiled_link(world, chance):
    name = urlsafe_base64_encode(str(chance.choice((1, 12345, 2**70))).encode())
    return accidents.of_bytes(name.encode(), chance).decode("utf-8", "surrogateescape")


CAMPAIGNS = (
    Campaign("authcps.certificates.read", spoiled_der("card"), lambda _, raw: certificates.read(raw)),
    Campaign("authcps.card.verify_certificate", spoiled_der("card"), verify_certificate, fits_what_we_keep),
    Campaign(
        "authcps.certificates.read_authorities",
        spoiled_der("authority"),
        lambda _, raw: certificates.read_authorities(raw),
    ),
    Campaign(
        "authcps.certificates.read_list",
        spoiled_der("list"),
        lambda world, raw: certificates.read_list(raw, authorities=[world.igc.persons.certificate]),
    ),
    Campaign("authcps.card.read_answer", spoiled_answer, lambda _, posted: card.read_answer(posted)),
    Campaign("authcps.card.verify_answer", spoiled_answer, hear, fits_what_we_keep),
    Campaign("authcps.psc.identify", spoiled_return, come_back, fits_what_we_keep),
    Campaign(
        "authcps.psc.read_discovery",
        lambda _, chance: accidents.of_json_text(psc_world.good()["discovery"], chance),
        lambda _, raw: psc.read_discovery(raw),
    ),
    Campaign(
        "authcps.psc.authorization",
        lambda _, chance: accidents.of_json_text(psc_world.good()["discovery"], chance),
        authorize,
        leads_to_the_web,
    ),
    Campaign(
        "authcps.psc._logout",
        lambda _, chance: accidents.of_json_text(psc_world.good()["discovery"], chance),
        log_out,
        leads_to_the_web,
    ),
    Campaign(
        "authcps.exercices.verified",
        lambda _, chance: accidents.of_json(psc_world.good()["userinfo"], chance),
        lambda _, said: exercices.verified(said, issuer=psc_world.ISSUER),
        fits_what_we_keep,
    ),
    Campaign(
        "habilitations.imports.reader.read",
        lambda _, chance: accidents.of_zip(workbook(), chance),
        of_file("comptes.xlsx"),
        may_be_kept,
    ),
    Campaign(
        "habilitations.imports.classeur.read",
        lambda _, chance: accidents.of_zip(workbook(), chance),
        lambda _, raw: classeur.read(raw),
        may_be_kept,
    ),
    Campaign(
        "habilitations.imports.texte.read",
        lambda _, chance: accidents.of_bytes(csv_text(), chance),
        lambda _, raw: texte.read(raw),
        may_be_kept,
    ),
    Campaign("annuaire.rpps._open", spoiled_extraction, read_extraction, rows_for_copy),
    Campaign("annuaire.rpps.Extraction.unknown", spoiled_extraction, read_extraction, rows_for_copy),
    Campaign("viatraj.core.files.content.read", spoiled_file, lambda _, raw: content.read(raw), is_of_a_kind),
    Campaign(
        "viatraj.core.files.antivirus.read_verdict",
        spoiled_verdict,
        lambda _, raw: antivirus.read_verdict(raw),
        is_a_signature,
    ),
    Campaign("accounts.captcha.read_proof", spoiled_proof, lambda _, text: captcha.read_proof(text)),
    Campaign("accounts.views.oubli.read_name", spoiled_link, lambda _, name: oubli.read_name(name)),
)


def inputs(campaign: Campaign, world: World, *, seed: int, count: int):
    chance = Random(f"{seed}:{campaign.reader}")
    for _ in range(count):
        yield campaign.spoil(world, chance)
