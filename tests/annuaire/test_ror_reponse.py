"""An answer is read to its end, within its bounds, unpacked: or it is cut, or refused (ANN-7)."""

import gzip
import zlib
from io import BytesIO

import pytest
import requests
from urllib3 import HTTPResponse

from annuaire.ror import Refused
from annuaire.ror.reponse import Cut, Reponse, origin, pour

TEXT = b'{"resourceType": "Bundle"}' * 5_000


def poured(body: bytes, *, largest=1 << 20, clock=lambda: 0.0, **headers) -> bytes:
    answer = requests.Response()
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    answer.raw = HTTPResponse(BytesIO(body), preload_content=False, enforce_content_length=False)
    into = BytesIO()
    pour(answer, into, largest=largest, clock=clock)
    return into.getvalue()


@pytest.mark.parametrize(
    "body",
    [gzip.compress(TEXT), gzip.compress(TEXT[:999]) + gzip.compress(TEXT[999:])],
    ids=["one member", "two members"],
)
def test_what_is_packed_is_unpacked(body):
    assert poured(body, Content_Encoding="gzip", Content_Length=str(len(body))) == TEXT
    assert poured(body, Content_Encoding="x-gzip") == TEXT
    assert poured(TEXT) == poured(TEXT, Content_Length="²") == TEXT


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (TEXT[:-1], {"Content_Length": str(len(TEXT))}),
        (TEXT, {"Content_Length": str(len(TEXT) - 1)}),
        (TEXT, {"Content_Length": "9" * 5_000}),
        (gzip.compress(TEXT)[:-9], {"Content_Encoding": "gzip"}),
        (gzip.compress(TEXT)[:-1], {"Content_Encoding": "gzip"}),
        (b"", {"Content_Encoding": "gzip"}),
        (b"rien de tel", {"Content_Encoding": "gzip"}),
        (gzip.compress(TEXT) + b"du bruit", {"Content_Encoding": "gzip"}),
    ],
)
def test_what_does_not_come_to_its_end_is_cut(body, headers):
    with pytest.raises(Cut):
        poured(body, **headers)


def test_a_bomb_is_seen_before_it_is_unpacked():
    bomb = gzip.compress(b"0" * (64 << 20))
    with pytest.raises(Refused, match="démesurée"):
        poured(bomb, Content_Encoding="gzip")
    with pytest.raises(Refused, match="démesurée"):
        poured(TEXT, largest=len(TEXT) - 1)


@pytest.mark.parametrize("coding", ["deflate", "br", "gzip, gzip"])
def test_a_coding_that_was_not_asked_for(coding):
    with pytest.raises(Refused, match="encodage"):
        poured(zlib.compress(TEXT), Content_Encoding=coding)


def test_who_answers_letter_by_letter_is_left():
    seconds = iter(range(0, 10_000, 301))
    with pytest.raises(Cut):
        poured(TEXT, clock=lambda: float(next(seconds)))


@pytest.mark.parametrize(
    ("headers", "bounded"),
    [
        ({"Content-Length": "12"}, True),
        ({"Transfer-Encoding": "chunked"}, True),
        ({"Content-Encoding": "gzip"}, True),
        ({"Content-Encoding": "identity"}, False),
        ({}, False),
    ],
)
def test_whether_a_cut_would_be_seen(headers, bounded):
    assert Reponse(200, headers).is_bounded is bounded


NOW = "Sun, 29 Nov 2026 06:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7200", 7200),
        (" 5 ", 5),
        ("Sun, 29 Nov 2026 08:00:00 GMT", 7200),
        ("Sun, 29 Nov 2026 05:00:00 GMT", 0),
        ("Sunday, 29-Nov-26 07:00:00 GMT", 3600),
        ("demain", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("9" * 400, 999_999_999),
    ],
)
def test_how_long_it_says_to_wait(said, seconds):
    assert Reponse(429, {"Date": NOW, "Retry-After": said}).wait == seconds


def test_a_date_is_compared_with_the_server_s_own():
    assert Reponse(429, {"Retry-After": "Sun, 29 Nov 2026 08:00:00 GMT"}).wait is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://ror.example/a", "https://ROR.example:443/b?c", True),
        ("https://ror.example", "http://ror.example", False),
        ("https://ror.example", "https://ror.example:8443", False),
        ("https://ror.example", "https://ror.example.org", False),
        ("https://ror.example", "https://x.ror.example", False),
    ],
)
def test_where_a_token_may_go(one, other, same):
    assert (origin(one) == origin(other)) is same
