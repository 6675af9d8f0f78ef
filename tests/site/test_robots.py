"""`/robots.txt`: what is public may be read by robots, the rest not (issue of the directory, point 11)."""

import re
from urllib.robotparser import RobotFileParser

from django.urls import reverse


def rules(text: str) -> list[tuple[bool, str]]:
    return [
        (kind == "Allow", path) for kind, path in re.findall(r"^(Allow|Disallow): (.*)$", text, re.MULTILINE)
    ]


def may(text: str, path: str) -> bool:
    """The longest rule that fits wins (RFC 9309); the standard library takes the first one."""
    fitting = [
        (len(rule), allowed)
        for allowed, rule in rules(text)
        if (path == rule[:-1] if rule.endswith("$") else path.startswith(rule))
    ]
    return max(fitting)[1]


def test_robots_read_public_pages_alone(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "Set-Cookie" not in answer.headers
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    assert not parser.can_fetch("*", "/dossiers/")
    public = [reverse("annuaire:public", args=["350000011"]), "/?", "/documentation/carte/"]
    assert [may(answer.text, path) for path in ["/", *public]] == [True, True, False, True]
    closed = [
        "dossiers:index",
        "annuaire:etablissements",
        "annuaire:export_csv",
        "authcps:medecin",
        "admin:index",
    ]
    assert [name for name in closed if may(answer.text, reverse(name))] == []
