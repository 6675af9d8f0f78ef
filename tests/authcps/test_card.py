"""Sign-in by card: challenge, certificate, identity, the way back (CPX-1, CPX-5; checks 22, 24 and 25)."""

import base64
import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import connection

from authcps import actions, card, refusals
from authcps.identity import Verified
from authcps.models import Attempt, Carte, Challenge
from journal.models import Entry
from tests.authcps.cards import answer
from tests.factories import MedecinFactory
from viatraj.core.actor import Actor, Means
from viatraj.demo.lecteur import igc
from viatraj.demo.lecteur.igc import Holder

pytestmark = pytest.mark.django_db
BY = Actor.anonymous("192.0.2.1")
HERE = "https://viatraj.example"


@pytest.fixture
def attempt(igc_world):
    return actions.begin(door=Attempt.Door.MEDECIN, next_path="", now=igc_world.now, by=BY)


@pytest.fixture
def challenge(attempt, igc_world):
    return actions.challenge(attempt, origin=HERE, now=igc_world.now, by=BY)


def told(given, world, *, origin=HERE, after=1):
    now = world.now + timedelta(seconds=after)
    return actions.answer(given, origin=origin, now=now, by=BY)


def claimed(outcome, attempt, world):
    return actions.claim(
        attempt_key=str(attempt.pk), ticket=outcome.ticket, now=world.now + timedelta(seconds=2), by=BY
    )


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_card_says_who_holds_it(challenge, attempt, igc_world, algorithm):
    outcome = told(answer(challenge, igc_world.certificate(), algorithm=algorithm), igc_world)
    assert outcome.refused == ""
    verified = Verified.from_json(claimed(outcome, attempt, igc_world).identity)
    assert (verified.means, verified.idnat) == (Means.CPS, "899100045771")
    assert (verified.nom, verified.prenom, verified.profession_label) == ("LECLERCQ", "Christine", "Médecin")
    assert verified.is_medecin
    assert verified.not_after == igc_world.certificate().not_valid_after_utc.isoformat()


def test_nothing_is_known_of_the_attempt_before_its_browser_comes_back(challenge, attempt, igc_world):
    """Whoever only holds the attempt, having sent its link to somebody else, gets nothing."""
    assert told(answer(challenge, igc_world.certificate()), igc_world).ticket
    attempt.refresh_from_db()
    assert (attempt.identity, attempt.means) == (None, "")


HOSPITAL, CABINET = ("1990000019", "CH FICTIF"), ("399999999900019", "CABINET FICTIF")
MASSEUR = Holder("0319999990", "PETIT", "Luc", "Masseur-Kinésithérapeute")
MEDECIN = Holder("899100045771", "PETIT", "Luc", "Médecin")
EMPLOYEE = Holder("3990000019/CPE0000042", "BERGER", "Samira", "", *HOSPITAL)
SECRETARY = Holder("599999999900019/CPA0000007", "LEROUX", "Paul", "", *CABINET)
FAMILY = [
    (MASSEUR, {"profession": "70"}, "cps", "70", ""),
    (MEDECIN, {"profession": "", "kind": ""}, "cps", "10", ""),
    (EMPLOYEE, {"kind": igc.CPE}, "cpe", "", "1990000019 CH FICTIF"),
    (SECRETARY, {"kind": igc.CPA}, "cpa", "", "399999999900019 CABINET FICTIF"),
    (Holder("599999999900019/CPAT00045", "LEROUX", "Paul"), {"kind": ""}, "cpa", "", ""),
    (Holder("30B0037750/CPET0001", "LEROUX", "Paul"), {"kind": ""}, "cpe", "", ""),
]


@pytest.mark.parametrize(("holder", "known", "means", "profession", "structure"), FAMILY)
def test_every_card_of_the_family_is_read(igc_world, holder, known, means, profession, structure):
    certificate = igc_world.certificate(holder=holder, **known)
    verified = card.verify_certificate(certificate, now=igc_world.now)
    assert (verified.means, verified.profession, verified.structure) == (means, profession, structure)


def test_a_student_s_card_makes_no_medecin(igc_world):
    verified = card.verify_certificate(igc_world.certificate(kind="01"), now=igc_world.now)
    assert (verified.categorie, verified.is_medecin) == ("E", False)


def test_without_eku_the_key_usage_is_enough(igc_world):
    assert card.verify_certificate(igc_world.certificate(purposes=()), now=igc_world.now).idnat


# --- Refused -------------------------------------------------------------------------------------
def by_certificate(**known):
    def refuse(challenge, world):
        return told(answer(challenge, world.certificate(**known)), world)

    return refuse


def revoked(challenge, world):
    certificate = world.certificate()
    world.revoke(certificate)
    return told(answer(challenge, certificate), world)


def foreign_authority(challenge, world):
    return told(answer(challenge, world.certificate(by=world.foreign)), world)


def authority_revoked(challenge, world):
    world.lists("racine", world.root, [world.persons.certificate.serial_number])
    return told(answer(challenge, world.certificate()), world)


def stale_crl(challenge, world):
    world.lists("personnes", world.persons, days=-0.01)
    return told(answer(challenge, world.certificate()), world)


def missing_crl(challenge, world):
    (world.folder / "crl" / "personnes.crl").unlink()
    return told(answer(challenge, world.certificate()), world)


def missing_crl_of_the_root(challenge, world):
    (world.folder / "crl" / "racine.crl").unlink()
    return told(answer(challenge, world.certificate()), world)


def forged_crl(challenge, world):
    world.lists("personnes", igc.Authority(world.persons.certificate, world.foreign.key))
    return told(answer(challenge, world.certificate()), world)


def damaged_crl(challenge, world):
    path = world.folder / "crl" / "personnes.crl"
    path.write_bytes(path.read_bytes()[:200])
    return told(answer(challenge, world.certificate()), world)


def no_authority_at_all(challenge, world):
    for path in (world.folder / "ca").iterdir():
        path.unlink()
    return told(answer(challenge, world.certificate()), world)


def replayed(challenge, world):
    given = answer(challenge, world.certificate())
    assert told(given, world).ticket
    return told(given, world)


def replayed_after_a_refusal(challenge, world):
    assert told(answer(challenge, world.certificate(), signed=b""), world).refused == "signature"
    return told(answer(challenge, world.certificate()), world)


def late(challenge, world):
    return told(answer(challenge, world.certificate()), world, after=120)


def from_before(challenge, world):
    return told(answer(challenge, world.certificate()), world, after=-1)


def other_origin(challenge, world):
    return told(answer(challenge, world.certificate()), world, origin="https://viatraj.example.evil.example")


def signed_for_another_origin(challenge, world):
    """A phishing page had the card sign its own address."""
    elsewhere = Challenge(
        pk=challenge.pk, attempt=challenge.attempt, nonce=challenge.nonce, issued_at=challenge.issued_at,
        origin="https://hameçon.example",
    )  # fmt: skip
    return told(answer(challenge, world.certificate(), signed=card.message(elsewhere)), world)


def signed_for_another_attempt(challenge, world):
    other = actions.begin(door=Attempt.Door.MEDECIN, next_path="", now=world.now, by=BY)
    theirs = actions.challenge(other, origin=HERE, now=world.now, by=BY)
    return told(answer(challenge, world.certificate(), signed=card.message(theirs)), world)


def swapped_certificate(challenge, world):
    """The right signature of another key than the certificate's."""
    return told(answer(challenge, world.certificate(), by=1), world)


def unknown_challenge(challenge, world):
    challenge.pk = "7a3c0b5e-8f7e-4c57-9d6e-0d7d1a1f8f10"
    return told(answer(challenge, world.certificate()), world)


def unknown_algorithm(challenge, world):
    given = answer(challenge, world.certificate())
    return told(card.Answer(given.challenge_id, given.certificate, given.signature, "none"), world)


def unreadable(challenge, world):
    return told(card.Answer(str(challenge.pk), b"\x30\x03\x02\x01", b"", "PS256"), world)


def a_newer_challenge(challenge, world):
    actions.challenge(challenge.attempt, origin=HERE, now=world.now, by=BY)
    return told(answer(challenge, world.certificate()), world)


CASES = Path(__file__).parents[1] / "readers" / "cas"


def of_file(name):
    def refuse(challenge, world):
        given = answer(challenge, world.certificate())
        raw = (CASES / name).read_bytes()
        return told(card.Answer(given.challenge_id, raw, given.signature, "PS256"), world)

    return refuse


def not_even_a_certificate(challenge, world):
    return told(card.Answer(str(challenge.pk), b"", b"", "PS256"), world)


SERVICE = Holder("3760021832/000000018", pseudonym="EMPLOYE 18", title="Carte de service santé ou social")
REFUSED = {
    "revoked": (revoked, "revoked"),
    "revoked authority": (authority_revoked, "revoked"),
    "expired": (by_certificate(days=-30), "expired"),
    "foreign authority": (foreign_authority, "foreign"),
    "no authority at all": (no_authority_at_all, "foreign"),
    "signature certificate": (by_certificate(usage=igc.SIGNATURE), "signature_certificate"),
    "both usages": (by_certificate(usage=igc.AUTHENTICATION + igc.SIGNATURE), "signature_certificate"),
    "no usage": (by_certificate(usage=()), "usage"),
    "server certificate": (by_certificate(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)), "usage"),
    "stale crl": (stale_crl, "stale_crl"),
    "missing crl": (missing_crl, "no_crl"),
    "missing crl of the root": (missing_crl_of_the_root, "no_crl"),
    "forged crl": (forged_crl, "no_crl"),
    "damaged crl": (damaged_crl, "no_crl"),
    "test card in production": (by_certificate(category="80"), "test_card"),
    "software certificate": (by_certificate(category="03"), "not_a_card"),
    "unnamed card": (by_certificate(holder=SERVICE), "unnamed"),
    "no first name": (by_certificate(holder=Holder("899100045771", "LECLERCQ")), "unnamed"),
    "student's number": (by_certificate(holder=Holder("9123456789", "PETIT", "Luc")), "unknown_number"),
    "not a number": (by_certificate(holder=Holder("8991000457711", "PETIT", "Luc")), "unknown_number"),
    "replayed challenge": (replayed, "used"),
    "replayed after a refusal": (replayed_after_a_refusal, "used"),
    "former challenge of the attempt": (a_newer_challenge, "used"),
    "unknown challenge": (unknown_challenge, "used"),
    "expired challenge": (late, "late"),
    "challenge of tomorrow": (from_before, "late"),
    "other origin": (other_origin, "origin"),
    "signed for another origin": (signed_for_another_origin, "signature"),
    "other session": (signed_for_another_attempt, "signature"),
    "swapped certificate": (swapped_certificate, "signature"),
    "unknown algorithm": (unknown_algorithm, "algorithm"),
    "unreadable certificate": (unreadable, "unreadable"),
    "no certificate": (not_even_a_certificate, "unreadable"),
    "an extension twice": (of_file("cert-duplicate-extension.der"), "unreadable"),
    "a version that there is not": (of_file("cert-version-6.der"), "unreadable"),
    "an unknown kind of key": (of_file("cert-unknown-key-algorithm.der"), "unreadable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_check_24_and_25_cards_refused(challenge, attempt, igc_world, case):
    refuse, reason = REFUSED[case]
    before = Challenge.objects.filter(identity=None).count()
    outcome = refuse(challenge, igc_world)
    assert (outcome.refused, outcome.ticket) == (reason, "")
    attempt.refresh_from_db()
    assert attempt.identity is None
    if case != "replayed challenge":
        assert Challenge.objects.exclude(identity=None).count() == 0, before
    assert Entry.objects.filter(event="carte.refused", data__reason=reason).exists()
    if case not in ("unknown challenge", "former challenge of the attempt"):
        challenge.refresh_from_db()
        assert challenge.used_at, "heard once, whatever came of it"


def test_a_test_card_gets_in_where_test_cards_do(challenge, igc_world, settings):
    settings.CPS_TEST_CARDS = True
    assert told(answer(challenge, igc_world.certificate(category="80")), igc_world).refused == ""


def test_the_table_s_reasons_are_said_to_people():
    """Not what an attacker alone meets: those read «La lecture de la carte CPS a échoué»."""
    silent = {"algorithm", "signature", "unreadable"}
    assert {reason for _, reason in REFUSED.values()} - silent <= refusals.REASONS.keys()
    assert refusals.of("<script>") is refusals.UNKNOWN


def test_check_25_a_challenge_is_random_and_lives_120_seconds(challenge, attempt, igc_world):
    other = actions.challenge(attempt, origin=HERE, now=igc_world.now, by=BY)
    assert len({challenge.nonce, other.nonce}) == 2
    assert len(other.nonce) == 43, "32 bytes of chance"
    assert told(answer(other, igc_world.certificate()), igc_world, after=119.9).ticket


BAD_FILES = {
    "nothing": b"",
    "text": b"bonjour",
    "a cut certificate": lambda world: world.certificate().public_bytes(Encoding.DER)[:300],
    "an extension twice": (CASES / "cert-duplicate-extension.der").read_bytes(),
    "a version that there is not": (CASES / "cert-version-6.der").read_bytes(),
    "an unknown kind of key": (CASES / "cert-unknown-key-algorithm.der").read_bytes(),
    "a PEM of nothing": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a key": lambda world: igc.key_pem(world.persons.key),
    "an authority that cannot sign": lambda world: silent_authority(world),
    "a list by nobody": lambda world: igc.pem(igc.revocations(world.foreign, now=world.now)),
}


def silent_authority(world):
    """Of the right name, with a key that signs nothing."""
    subject = world.persons.certificate.subject
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.not_valid_before(world.now).not_valid_after(world.now + timedelta(days=9))
    builder = builder.serial_number(12).public_key(X25519PrivateKey.generate().public_key())
    return igc.pem(builder.sign(world.foreign.key, SHA256()))


@pytest.mark.parametrize("case", BAD_FILES)
@pytest.mark.parametrize("folder", ["ca", "crl"])
def test_one_bad_file_harms_only_itself(igc_world, caplog, folder, case):
    """CPX-1: said in the log, and the cards that the others speak of come in."""
    raw = BAD_FILES[case]
    for name in ("aaa.pem", "zzz.crt", "mmm.crl"):
        (igc_world.folder / folder / name).write_bytes(raw if isinstance(raw, bytes) else raw(igc_world))
    assert card.verify_certificate(igc_world.certificate(), now=igc_world.now).idnat
    if (folder, case) != ("crl", "a list by nobody"):
        assert "card.unreadable_file" in caplog.text


def test_what_is_no_file_harms_nobody(igc_world):
    for folder in ("ca", "crl"):
        (igc_world.folder / folder / "perdu.pem").symlink_to("nulle-part.pem")
        (igc_world.folder / folder / "dossier.crl").mkdir()
        os.mkfifo(igc_world.folder / folder / "tuyau.cer")
    assert card.verify_certificate(igc_world.certificate(), now=igc_world.now).idnat


@pytest.mark.parametrize("field", ["nom", "prenom", "idnat"])
@pytest.mark.parametrize("text", ["A" * 101, "A\0B", "A\nB", "\u202eA"])
def test_a_name_that_cannot_be_kept_is_nobody_s(field, text):
    known = {"means": "psc", "idnat": "899100045771", "nom": "LECLERCQ", "prenom": "Christine"}
    with pytest.raises(ValueError, match=field):
        Verified(**{**known, field: text})
    assert Verified(**known, structure=f"{text}{'é' * 300}").structure.isprintable()


def test_a_code_too_long_for_its_column_is_read_as_empty():
    """Cut to one letter, «Civil» would make a médecin."""
    read = Verified(means="psc", idnat="8", nom="A", prenom="B", profession="10" * 9, categorie="Civil")
    assert (read.profession, read.categorie, read.is_medecin) == ("", "", False)


# --- The way back --------------------------------------------------------------------------------
def test_only_the_browser_that_began_comes_in(challenge, attempt, igc_world):
    outcome = told(answer(challenge, igc_world.certificate()), igc_world)
    other = actions.begin(door=Attempt.Door.MEDECIN, next_path="", now=igc_world.now, by=BY)
    assert claimed(outcome, other, igc_world) is None
    assert claimed(actions.cartes.Answered(ticket="x" * 43), attempt, igc_world) is None
    assert claimed(actions.cartes.Answered(), attempt, igc_world) is None
    assert claimed(outcome, attempt, igc_world) == attempt


def test_a_ticket_serves_once_and_for_two_minutes(challenge, attempt, igc_world):
    outcome = told(answer(challenge, igc_world.certificate()), igc_world)
    much_later = igc_world.now + timedelta(seconds=122)
    assert actions.claim(attempt_key=str(attempt.pk), ticket=outcome.ticket, now=much_later, by=BY) is None
    assert claimed(outcome, attempt, igc_world)
    assert claimed(outcome, attempt, igc_world) is None


def test_a_ticket_is_not_kept_in_clear(challenge, igc_world):
    outcome = told(answer(challenge, igc_world.certificate()), igc_world)
    challenge.refresh_from_db()
    assert outcome.ticket not in str(vars(challenge))


@pytest.mark.django_db(transaction=True)
def test_of_twenty_answers_at_once_one_is_heard(challenge, igc_world):
    given = answer(challenge, igc_world.certificate())

    def send(_):
        try:
            return told(given, igc_world).refused
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as crowd:
        found = sorted(crowd.map(send, range(20)))
    assert found == ["", *["used"] * 19]


# --- By HTTP -------------------------------------------------------------------------------------
@pytest.fixture
def leclercq(db):
    return MedecinFactory(login="899100045771", nom="Leclercq", prenom="Christine")


def asks(client, **posted):
    """The door's button, then the link to the reader: what it asks."""
    assert client.post("/connexion/carte/", {"porte": "medecin", **posted}).url == "/connexion/carte/"
    link = client.get("/connexion/carte/").context["reader"]
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def posted(asked, world, **known):
    issued = Challenge.objects.get(pk=asked["defi"])
    given = answer(issued, world.certificate(**known))
    return {
        "defi": given.challenge_id,
        "certificat": base64.b64encode(given.certificate).decode(),
        "signature": base64.b64encode(given.signature).decode(),
        "algorithme": given.algorithm,
    }


def test_the_whole_way(client, leclercq, igc_world):
    """Neither password nor code (CON-7); the answer comes without a cookie, on another connection."""
    asked = asks(client, suite="/mon-compte/")
    assert asked["origine"] == "http://testserver"
    assert asked["retour"] == "http://testserver/connexion/carte/reponse/"
    back = type(client)(enforce_csrf_checks=True).post("/connexion/carte/reponse/", posted(asked, igc_world))
    assert back.status_code == 303
    assert back.cookies == {}
    key = client.session.session_key
    arrived = client.get(back.url)
    assert arrived.url == "/mon-compte/"
    assert client.session["means"] == Means.CPS
    assert client.session.session_key != key
    assert client.get("/medecin/").status_code == 200
    seen = Carte.objects.get(identite__user=leclercq)
    assert (seen.kind, seen.issuer) == (Means.CPS, "CN=AC ESSAI PERSONNES,C=FR")


def test_the_link_shows_neither_attempt_nor_session(client, igc_world):
    client.post("/connexion/carte/", {"porte": "medecin"})
    link = client.get("/connexion/carte/").context["reader"]
    assert client.session["attempt"] not in link
    assert client.session.session_key not in link


def test_other_session(client, leclercq, igc_world):
    """A link sent to somebody: he reads his card, and neither he nor the sender is in."""
    victim = type(client)()
    back = victim.post("/connexion/carte/reponse/", posted(asks(client), igc_world))
    assert victim.get(back.url).url == "/connexion/carte/echec/?motif=other_browser"
    assert client.get("/connexion/carte/retour/").url == "/connexion/carte/echec/?motif=other_browser"
    for browser in (victim, client):
        assert "_auth_user_id" not in browser.session
        assert browser.get("/connexion/premiere/").status_code == 302
        assert browser.get("/connexion/appairage/").status_code == 302


def test_the_next_page_is_ours(client, leclercq, igc_world):
    back = client.post("/connexion/carte/reponse/", posted(asks(client, suite="//evil.example/"), igc_world))
    assert client.get(back.url).url == "/medecin/"


def test_a_used_challenge_is_no_longer_offered(client, leclercq, igc_world):
    asked = asks(client)
    client.post("/connexion/carte/reponse/", posted(asked, igc_world))
    page = client.get("/connexion/carte/")
    assert "Recommencer" in page.content.decode()
    assert page.context["reader"] == ""


@pytest.mark.parametrize(
    "damage",
    [
        {"defi": ""},
        {"defi": "1' OR 1=1"},
        {"certificat": "é"},
        {"certificat": "QQ=="},
        {"certificat": "QQ=", "signature": "", "algorithme": ""},
        {"certificat": "\u2028"},
        {"certificat": "A" * 13_000},
        {"signature": "***"},
        {"algorithme": "x" * 500},
    ],
)
def test_a_damaged_answer_gets_the_failure_page(client, leclercq, igc_world, damage):
    asked = asks(client)
    back = client.post("/connexion/carte/reponse/", posted(asked, igc_world) | damage)
    assert back.status_code == 303
    page = client.get(back.url)
    assert page.status_code == 200
    assert "La lecture de la carte CPS a échoué." in page.content.decode()
    again = client.post("/connexion/carte/reponse/", posted(asked, igc_world))
    assert ("motif=used" in again.url) is ("defi" not in damage), "a challenge is heard once"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("blocked", "Votre carte est bloquée"),
        ("revoked", "mise en opposition"),
        ("expired", "sa date est dépassée"),
        ("unnamed", "n’est pas nominative"),
        ("late", "Le délai de deux minutes est dépassé"),
        ("", "Vérifiez les points ci-dessous"),
        ("<b>", "Vérifiez les points ci-dessous"),
    ],
)
def test_the_failure_page_says_why(client, settings, reason, words):
    """CON-10."""
    settings.CARD_CHECK_URL = "https://verification.example/"
    text = client.get("/connexion/carte/echec/", {"motif": reason}).content.decode()
    for said in (
        words,
        "La lecture de la carte CPS a échoué.",
        "Je veux essayer de m’auto-dépanner",
        "Outil de vérification du ministère de la santé",
        "Contacter l’assistance",
        "Carte CPS insérée et reconnue",
        "Carte CPS mal insérée / non reconnue",
    ):
        assert said in text
    assert "<b>" not in text


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Edg/141.0.0.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
EXPLORER = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"


@pytest.mark.parametrize(
    ("agent", "opened"),
    [
        (FIREFOX, "Avec Firefox"),
        (IPHONE, "Sur un téléphone"),
        (EXPLORER, "Avec Internet Explorer"),
        (EDGE, None),
        ("", None),
    ],
)
@pytest.mark.parametrize("path", ["/connexion/carte/echec/", "/documentation/carte/"])
def test_browsers_known_to_fail_find_their_advice_open(client, path, agent, opened):
    """CON-10; all advice is there for everybody, a browser's own is unfolded."""
    text = client.get(path, headers={"User-Agent": agent}).text
    unfolded = re.findall(r"<details[^>]* open><summary>([^<]+)", text)
    assert [one[: len(opened or "")] for one in unfolded] == ([opened] if opened else [])
    assert "cps3" in text
    assert "Périphériques de sécurité" in text


def test_check_22_the_identity_is_the_number_not_the_name(client, leclercq, igc_world):
    """A card of somebody with the same name is somebody else's."""
    namesake = {"holder": Holder("899100099999", "LECLERCQ", "Christine", "Médecin")}
    back = client.post("/connexion/carte/reponse/", posted(asks(client), igc_world, **namesake))
    assert client.get(back.url).url == "/connexion/premiere/"
    assert "_auth_user_id" not in client.session


def test_the_doors_are_open(client):
    for door in ("medecin", "professionnel"):
        text = client.get(f"/connexion/{door}/").content.decode()
        assert 'action="/connexion/carte/"' in text
        assert f'name="porte" value="{door}"' in text
