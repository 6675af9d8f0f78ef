"""What people type, understood once: kept in one way, or refused in one sentence (COM-4, COM-5, CON-5)."""

import random
import unicodedata
from datetime import date

import pytest

from viatraj.core.saisie import Refused, caracteres, codes, dates, emails, mots_de_passe, numeros, telephones

ADDRESS = "a.b@ch-invente.example"
KEPT = {
    emails.read: {
        "A.B@CH-Invente.example": ADDRESS,
        " a.b@ch-invente.example\u200b": ADDRESS,
        "a.b@ch\u00ad-invente.example": ADDRESS,
        "\ufeffa.b@ch-invente.example\u202c": ADDRESS,
        "a.b@ch\u2060-invente.example\u00a0": ADDRESS,
        "ａ.b@ch-invente。example": ADDRESS,
        "\u3164a.b@ch-invente.example\ufe0f": ADDRESS,
        "a@hôpital.example": "a@xn--hpital-ixa.example",
        "a@HO\u0302PITAL.example": "a@xn--hpital-ixa.example",
        "a@XN--hpital-ixa.example": "a@xn--hpital-ixa.example",
        "a@faß.example": "a@xn--fa-hia.example",
        "o'brien+x@c.example": "o'brien+x@c.example",
        "": "",
        "\u200b ": "",
    },
    telephones.read: {
        "01 99 00 12 34": "+33199001234",
        "01.99.00.12.34": "+33199001234",
        "01-99-00\u201112\u00a034": "+33199001234",
        "+33 (0)1 99 00 12 34": "+33199001234",
        "0033199001234": "+33199001234",
        "199001234": "+33199001234",  # a spreadsheet dropped the 0
        "33639981234": "+33639981234",  # or the +
        "\u202a06 39 98 12 34\u202c": "+33639981234",
        "٠١٩٩٠٠١٢٣٤": "+33199001234",
        "０１９９００１２３４": "+33199001234",
        "0692 12 34 56": "+262692123456",
        "692123456": "+262692123456",
        "+33 692 12 34 56": "+262692123456",
        "0693 00 12 34": "+262693001234",
        "0639 01 23 45": "+262639012345",
        "0262 30 12 34": "+262262301234",
        "0690 12 34 56": "+590690123456",
        "0694 01 23 45": "+594694012345",
        "0696 12 34 56": "+596696123456",
        "0697 12 34 56": "+596697123456",
        "0508 41 12 34": "+508411234",
        "0800 12 34 56": "+33800123456",  # nobody's place
        "+41 22 730 51 11": "+41227305111",
        "": "",
    },
    numeros.finess: {
        "990000017": "990000017",
        "99 000\u00a00017": "990000017",
        "99.000\u202f00-17": "990000017",
        "10000017": "010000017",
        "2a 000 0017": "2A0000017",
        "٩٩٠٠٠٠٠١٧": "990000017",
        "\u202a990000017\u202c": "990000017",
        "": "",
    },
    numeros.code_postal: {"35000": "35000", "35 000": "35000", "1000": "01000", "３5000": "35000", "": ""},
    numeros.dossier: {"1234 5678": "12345678", "1234\u202f5678": "12345678", "1234.5678": "12345678"},
    codes.otp: {
        "123456": "123456",
        "123 456": "123456",
        "123-456": "123456",
        "123\u2011456": "123456",
        "1.2.3.4.5.6": "123456",
        "123_456": "123456",
        "\u202a123456\u202c": "123456",
        "\u200f«\u00a0123\u00a0456\u00a0»": "123456",
        "١٢٣٤٥٦": "123456",
        "１２３４５６": "123456",
        "१२३४५६": "123456",
        "": "",
    },
    codes.secours: {
        "abcde-fghjk": "abcde-fghjk",
        "ABCDE FGHJK": "abcde-fghjk",
        "abcde\u2013fghjk": "abcde-fghjk",
        "\u202aabcdefghjk": "abcde-fghjk",
        "": "",
    },
    mots_de_passe.read: {
        "cafe\u0301 d’été 12": "café d’été 12",
        "Ｍot de passe": "Mot de passe",
        " deux  espaces ": " deux  espaces ",
    },
    dates.read: {
        "28/11/2027": date(2027, 11, 28),
        "2027-11-28": date(2027, 11, 28),
        "28.11.2027": date(2027, 11, 28),
        "28-11-2027": date(2027, 11, 28),
        "1/2/2027": date(2027, 2, 1),
        "28\u00a0/11/2027 ".replace("\u00a0", ""): date(2027, 11, 28),
        "\u200e28/11/2027": date(2027, 11, 28),
        "٢٨/١١/٢٠٢٧": date(2027, 11, 28),
        "2027-11-28T00:00:00": date(2027, 11, 28),
        "28/11/2027 00:00": date(2027, 11, 28),
        "29/02/2028": date(2028, 2, 29),
        "": None,
    },
}
REFUSED = {
    emails.read: [
        *("a@b", "@", "a@", "@b.example", "sans arobase", "a b@c.example", "é@c.example", "a@b@c.example"),
        *('"a"@b.example', "a@[192.0.2.1]", "a@192.0.2.1", "a@b.example.", "a@b..example", "a.@b.example"),
        *(
            ".a@b.example",
            "a@-b.example",
            "a@xn--zz.example",
            "a@ch_x.example",
            "a;b@c.example",
            "🙂@b.example",
        ),
        *("x" * 65 + "@b.example", "a@b.example\x00", "a@b.example\ud800", "a@" + "b." * 130 + "example"),
        *("Anne <a@b.example>", "a@b.example, c@b.example", "straße@b.example"),
    ],
    telephones.read: [
        *("poste 4512", "01.99.00.12.34 / 06.39.98.12.34", "3,36399E+10", "3.36399e10", "0000000000"),
        *("15", "3624", "01 99 00 12", "01 99 00 12 34 5", "#31#0199001234", "+", "+999 1234567"),
        *("01 99 00 12 34 p. 12", "tél. 01 99 00 12 34", "0199001234\x00", "999", "+33 6 39 98", "🙂", "-1"),
    ],
    telephones.read_mobile: ["01 99 00 12 34", "0899 12 34 56", "0262 30 12 34"],
    numeros.finess: [
        *("9900000", "9900000170", "99000001A", "2C0000017", "9,9E+08", "FINESS", "A90000017", "9900000/7"),
        *("99 000 00 17 8", "99/0000017", "990000017\x00", "٩٩"),
    ],
    numeros.code_postal: [
        "350",
        "350000",
        "35OOO",
        "CEDEX",
        "F-35000",
        "3,5E+04",
        "🙂",
        "-35000.5",
        "2A000",
        "a",
    ],
    numeros.dossier: [
        "1234567",
        "123456789",
        "1234567a",
        "１２３",
        "1,2E+07",
        "1234/5678",
        "n° 1234",
        "#",
        "٣",
        "0x123456",
    ],
    codes.otp: ["12345", "1234567", "12345a", "code 123456", "-", "🙂", "12345O", "½23456", "0x1234", "a"],
    codes.secours: [
        "abcde",
        "abcde-fghj",
        "abcde-fghjkl",
        "éàçde-fghjk",
        "🙂",
        "-",
        "abcd1 2",
        "٣",
        "x" * 40,
        "…",
    ],
    dates.read: [
        *("31/02/2027", "11/28/2027", "28/11/27", "46568", "demain", "20271128", "28-11/2027", "29/02/2027"),
        *(
            "28/11/0027",
            "1/1/2200",
            "31/12/1899",
            "00/11/2027",
            "28/11/2027 10:30",
            "28 nov. 2027",
            "🙂",
            "///",
        ),
    ],
}


@pytest.mark.parametrize("read", KEPT, ids=lambda read: f"{read.__module__.split('.')[-1]}.{read.__name__}")
def test_kept_in_one_way(read):
    assert {typed: read(typed) for typed in KEPT[read]} == KEPT[read]
    again = [kept for kept in KEPT[read].values() if isinstance(kept, str)]
    assert [read(kept) for kept in again] == again


@pytest.mark.parametrize(
    "read", REFUSED, ids=lambda read: f"{read.__module__.split('.')[-1]}.{read.__name__}"
)
def test_refused_in_a_sentence(read):
    """Whatever is typed: nothing but `Refused` comes out, and it is a sentence."""
    kept = {typed: said for typed in REFUSED[read] if (said := _refusal(read, typed)) is None}
    assert kept == {}
    mute = [typed for typed in REFUSED[read] if not _refusal(read, typed).endswith(".")]
    assert mute == []


def _refusal(read, typed):
    try:
        read(typed)
    except Refused as refusal:
        return str(refusal)
    return None


def test_numbers_are_shown_in_one_way():
    """COM-5: as dialled in France, abroad with their +; what is shown is read back as what is kept."""
    shown = {
        "+33199001234": "01 99 00 12 34",
        "+33639981234": "06 39 98 12 34",
        "+262692123456": "0692 12 34 56",
        "+590690123456": "0690 12 34 56",
        "+594694012345": "0694 01 23 45",
        "+508411234": "+508 41 12 34",
        "+41227305111": "+41 22 730 51 11",
    }
    assert {kept: telephones.shown(kept) for kept in shown} == shown
    assert {kept: telephones.read(said) for kept, said in shown.items()} == {kept: kept for kept in shown}
    assert [telephones.shown(one) for one in ("poste 4512", "+9991234567")] == ["poste 4512", "+9991234567"]


def test_mobiles():
    mobiles = ["06 39 98 12 34", "0612345678", "0712345678".replace("71", "76"), "0692123456", "0639012345"]
    assert [one for one in mobiles if not telephones.is_mobile(telephones.read_mobile(one))] == []


def test_an_address_is_shown_as_people_write_it():
    assert emails.shown("a@xn--hpital-ixa.example") == "a@hôpital.example"
    assert emails.shown(ADDRESS) == ADDRESS
    assert emails.shown("a@xn--zz.example") == "a@xn--zz.example"
    assert emails.tidied("A@hôpital.example") == "a@xn--hpital-ixa.example"
    assert emails.tidied("sans arobase") == ""


def test_addresses_that_several_people_read():
    """COM-4: by what stands before the @, up to its first sign."""
    shared = ["secretariat@c.example", "accueil.chu@c.example", "ide-nuit@c.example", "info@c.example"]
    personal = ["ideal@c.example", "anne.accueil@c.example", "contactanne@c.example", ADDRESS]
    assert [one for one in (*shared, *personal) if emails.is_shared(one)] == shared


def test_passwords_are_tried_as_hashed_now_then_as_typed():
    assert mots_de_passe.ways("cafe\u0301") == ("café", "cafe\u0301")
    assert mots_de_passe.ways("café") == ("café",)


def test_nothing_unseen_is_left_in_a_plain_text():
    unseen = [chr(code) for code in range(0x110000) if caracteres.is_invisible(chr(code))]
    assert len(unseen) > 150
    assert {"\u00ad", "\u061c", "\u200b", "\u200e", "\u2066", "\ufeff", "\U000e0041"} <= set(unseen)
    assert caracteres.plain("a" + "".join(unseen) + "b") == "ab"


def test_no_number_overseas_begins_as_those_that_are_never_sought_there():
    """`AT_HOME` spares eight questions to the library, and changes no answer."""
    chance = random.Random(1)
    tried = [f"{first}{chance.randrange(10**8):08}" for first in "134" for _ in range(300)]
    for region in telephones.OVERSEAS:
        code = telephones.country_code_for_region(region)
        there = [telephones.PhoneNumber(code, int(one)) for one in tried]
        assert [one for one in there if telephones.is_valid_number_for_region(one, region)] == [], region


def test_what_can_be_printed_is_refused_by_no_category():
    """`check` looks at each character only of a text that Python cannot print."""
    printable = [chr(one) for one in range(0x11_0000) if chr(one).isprintable() and one != 0xFFFD]
    assert {unicodedata.category(one) for one in printable}.isdisjoint({"Cc", "Cs", "Co", "Cn"})
