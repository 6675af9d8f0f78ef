"""`demo_info --json`, as the contract says; the cards it names are in the reader."""

import json

from django.core.management import call_command

from viatraj.demo.lecteur import cartes

ROLES = {
    "medecin",
    "novice",
    "confrere",
    "assistant",
    "support",
    "prescripteur",
    "soignant",
    "gestionnaire",
    "admissions",
}
ROLES |= {"receveur_ga", "redacteur_ga", "regulateur", "pco", "prado", "mdph", "esms", "national"}
ROLES |= {"referent_structure", "referent_unite", "referent_coordination"}
KEYS = {"role", "login", "password", "email", "card", "place"}


def test_accounts_of_each_role_so_far(capsys):
    call_command("demo_info", json=True)
    known = json.loads(capsys.readouterr().out)
    assert known["url"] == "http://testserver/"
    assert known["mailbox"] == "http://testserver/demo/courriels/"
    assert all(set(account) >= KEYS for account in known["accounts"])
    assert {account["role"] for account in known["accounts"]} == ROLES
    for role in ("medecin", "referent_structure", "referent_coordination", "prescripteur"):
        assert len({account["place"] for account in known["accounts"] if account["role"] == role}) == 2


def test_named_cards_lie_in_the_reader(capsys):
    call_command("demo_info", json=True)
    cards = {account["card"] for account in json.loads(capsys.readouterr().out)["accounts"]} - {None}
    assert cards
    assert cards <= {card.slug for card in cartes.CARDS}
