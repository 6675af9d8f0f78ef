"""For each reader of outside bytes: good samples, how they are spoiled, and what may come out."""

import json
import lzma
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from io import BytesIO, StringIO
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
from annuaire import adeli, finess, nomenclatures, rpps
from annuaire.fiches.donnees import is_code
from annuaire.finess import flot
from annuaire.ror import export, fhir, recherche, strict
from annuaire.ror.memoire import Memoire
from annuaire.territoires import fichier, paquet, valeurs
from authcps import card, certificates, exercices, identity, psc
from authcps.identity import Verified
from habilitations.imports import reader, table
from tests import accidents
from tests.annuaire import files, finess_files, ror_files, territoires
from tests.authcps import cards
from tests.core.files import samples
from tests.habilitations import imports
from tests.readers import psc_world
from viatraj.core.files import antivirus, content
from viatraj.core.tableaux import classeur, texte

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


def into_lines(how, raw):
    lines = table.Lines()
    how.read(raw, lines)
    return lines.result()


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
        return b"".join(extraction.unknown({}))


def spoiled_territory(world, chance):
    """Its bytes, or what they unpack to."""
    text = territoires.tiny_text()
    if chance.randrange(2):
        return accidents.of_bytes(territoires.packed(text), chance)
    return lzma.compress(accidents.of_bytes(text.encode(), chance), preset=0)


def read_territory(world, raw):
    world.patch.setattr(valeurs, "FEWEST_COMMUNES", 1)
    path = world.folder / "territoire.tsv.xz"
    path.write_bytes(raw)
    return fichier.read(path)[0]


def spoiled_package(world, chance):
    """One of its files."""
    name, raw = chance.choice(sorted(territoires.tiny_package().items()))
    return {name: accidents.of_bytes(raw, chance)}


def read_package(world, spoiled):
    world.patch.setattr(valeurs, "FEWEST_COMMUNES", 1)
    (world.folder / "data").mkdir(exist_ok=True)
    for name, raw in (territoires.tiny_package() | spoiled).items():
        (world.folder / name).write_bytes(raw)
    return paquet.read(world.folder)


def holds_together(territoire):
    return territoire.check() is territoire


def rows_for_copy(rows):
    assert b"\0" not in rows
    assert rows[-1:] in (b"", b"\n")
    assert all(row.count("|") == len(rpps.COLUMNS) for row in rows.decode().split("\n")[:-1])
    return True


def spoiled_nomenclature(world, chance):
    if chance.randrange(2):
        return "TRE_R239-Public.csv", accidents.of_bytes(
            b"code;libelle;fin\n01;Enfants;2026-01-01\n2;A;\n", chance
        )
    said = {
        "code": "01",
        "display": "Enfants",
        "property": [{"code": "dateFin", "valueDateTime": "2026-01-01"}],
    }
    whole = {"resourceType": "CodeSystem", "name": "TRE_R239", "content": "complete", "concept": [said, said]}
    return "TRE.json", accidents.of_json_text(whole | {"version": "20260101"}, chance)


def read_nomenclature(world, found):
    name, raw = found
    path = world.folder / name
    path.write_bytes(raw)
    return nomenclatures.read(path, version="20260101")


def terms_may_be_kept(said):
    assert len(said.nom) <= 200
    assert len(said.code) <= 20
    return all(
        is_code(one.code) and 0 < len(one.libelle) <= 300 and one.libelle.isprintable() for one in said.termes
    )


def spoiled_finess(world, chance):
    if chance.randrange(2):
        sites = list(finess_files.sites(["01451", "75056"], 3))
        raw = finess_files.write_whole(world.folder, sites).read_bytes()
        return finess_files.NAME, accidents.of_bytes(raw, chance)
    said = finess_files.plus(finess_files.ege(), finess_files.ege(etatObjet="I"))
    return "finess.json", accidents.of_json_text(said, chance)


def read_finess(world, found):
    name, raw = found
    path = world.folder / f"abime-{name}"
    path.write_bytes(raw)
    return list(finess.opened(path).sites())


def sites_may_be_kept(found):
    for one in found:
        texts = [getattr(one, name) for name in finess.CHAMPS if name not in ("latitude", "longitude")]
        assert all(isinstance(text, str) and text.replace("\n", "").isprintable() for text in texts)
        assert len(one.nom) <= 200
        assert len(one.commune) <= 100
        assert len(one.adresse) <= 700
        assert one.latitude is None or (abs(one.latitude) <= 90 and abs(one.longitude) <= 180)
    return True


def read_members(world, found):
    return list(flot.members(StringIO(found[1].decode("utf-8", "replace"))))


def read_adeli(world, raw):
    path = world.folder / "correspondances.csv"
    path.write_bytes(raw)
    return adeli.read(path)


def numbers_may_be_kept(found):
    return all(old[0] == "0" and new[0] == "8" and (old + new).isalnum() for old, new in found.pairs)


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
def spoiled_resource(world, chance):
    return accidents.of_json(ror_files.published(chance.choice(ror_files.ROR)), chance)


def spoiled_resource_text(world, chance):
    return accidents.of_json_text(ror_files.published(chance.choice(ror_files.ROR)), chance)


def spoiled_bundle(world, chance):
    entries = [{"resource": ror_files.published(name)} for name in ror_files.ROR]
    link = [{"relation": "next", "url": "https://ror.example/fhir?_getpages=1"}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": 4, "link": link, "entry": entries}
    return accidents.of_json_text(bundle, chance)


def spoiled_manifest(world, chance):
    files = [{"type": "HealthcareService", "url": "https://ror.example/1", "count": 2}]
    said = {
        "transactionTime": "2026-11-29T06:00:00Z",
        "requiresAccessToken": True,
        "output": files,
        "error": [],
    }
    return accidents.of_json_text(said, chance)


def read_contents(world, raw):
    return list(export.contents(BytesIO(raw), lines=False, memoire=Memoire()))


def read_page(world, raw):
    return recherche.page_of(raw, "https://ror.example/fhir")


def read_manifest(world, raw):
    return export.manifeste_of(raw, "https://ror.example/fhir")


def postgres_keeps_it(found):
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    text.encode()
    return "\\u0000" not in text


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
        "viatraj.core.tableaux.read",
        lambda _, chance: accidents.of_zip(workbook(), chance),
        of_file("comptes.xlsx"),
        may_be_kept,
    ),
    Campaign(
        "viatraj.core.tableaux.classeur.read",
        lambda _, chance: accidents.of_zip(workbook(), chance),
        lambda _, raw: into_lines(classeur, raw),
        may_be_kept,
    ),
    Campaign(
        "viatraj.core.tableaux.texte.read",
        lambda _, chance: accidents.of_bytes(csv_text(), chance),
        lambda _, raw: into_lines(texte, raw),
        may_be_kept,
    ),
    Campaign("annuaire.rpps._open", spoiled_extraction, read_extraction, rows_for_copy),
    Campaign("annuaire.rpps.Extraction.unknown", spoiled_extraction, read_extraction, rows_for_copy),
    Campaign(
        "annuaire.adeli.read",
        lambda _, chance: accidents.of_bytes(
            "N° ADELI;N° RPPS\r\n990000018;99000000011\r\n".encode("latin-1"), chance
        ),
        read_adeli,
        numbers_may_be_kept,
    ),
    Campaign("annuaire.nomenclatures.read", spoiled_nomenclature, read_nomenclature, terms_may_be_kept),
    Campaign("annuaire.territoires.fichier.read", spoiled_territory, read_territory, holds_together),
    Campaign("annuaire.territoires.paquet.read", spoiled_package, read_package, holds_together),
    *(
        Campaign(f"annuaire.finess.{reader}", spoiled_finess, read_finess, sites_may_be_kept)
        for reader in ("fichier.opened", "etalab.sites", "plus.sites")
    ),
    Campaign("annuaire.finess.flot.members", spoiled_finess, read_members),
    Campaign("annuaire.ror.export.contents", spoiled_bundle, read_contents, postgres_keeps_it),
    Campaign("annuaire.ror.recherche.page_of", spoiled_bundle, read_page, lambda page: page.total >= 0),
    Campaign(
        "annuaire.ror.export.manifeste_of", spoiled_manifest, read_manifest, lambda found: found.fichiers
    ),
    Campaign("annuaire.ror.fhir.read", spoiled_resource, lambda _, said: fhir.read(said)),
    Campaign(
        "annuaire.ror.strict.loads",
        spoiled_resource_text,
        lambda _, raw: strict.loads(raw),
        postgres_keeps_it,
    ),
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
