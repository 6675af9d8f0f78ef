"""The components' promises: strict, escaped, wired for assistive techniques, no inline code."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.middleware.csrf import get_token
from django.template import Context, TemplateSyntaxError, engines
from django.test import RequestFactory

from accounts.models import User
from viatraj.core import typography
from viatraj.core.actor import Actor
from viatraj.core.expiry import expiry
from viatraj.core.policies import Denied
from viatraj.core.templatetags import ui

TODAY = date(2026, 11, 21)
# A letter's HTML is read by mail programs, which know no style sheet.
PAGES_ONLY = [
    path for path in Path(settings.BASE_DIR, "templates").rglob("*.html") if path.name != "letter.html"
]
TEMPLATES = sorted(PAGES_ONLY)
NARROW, NBSP = "\u202f", "\u00a0"


def render(source, request=None, **context):
    """Components alone: no context processor."""
    request = request or RequestFactory().get("/")
    drawn = Context(context | {"request": request, "csrf_token": get_token(request)})
    drawn.request = request
    return engines["django"].engine.from_string(source).render(drawn)


class Sheet(forms.Form):
    nom = forms.CharField(
        label="Nom", help_text="En majuscules.", error_messages={"required": "Saisissez un nom."}
    )
    droits = forms.ChoiceField(label="Droits", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    accord = forms.BooleanField(label="J’accepte")
    note = forms.CharField(label="Note", required=False)
    cle = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Rien ne va.")


@pytest.fixture
def refused():
    form = Sheet({"cle": "zz"})
    form.is_valid()
    return form


def test_an_icon_points_into_the_sprite():
    assert re.search(
        r'aria-hidden="true"><use href="/static/img/icones\.\w+\.svg#plus"/>', render('{% icon "plus" %}')
    )


def test_an_unknown_icon_is_an_error():
    with pytest.raises(ValueError, match="no icon"):
        render('{% icon "licorne" %}')


def test_templates_draw_known_icons_and_name_files_by_their_tag():
    """That nothing is inline: tests/house/test_templates.py."""
    sources = {str(path): path.read_text() for path in TEMPLATES}
    drawn = {path: re.findall(r'(?:\{% icon |icon=)"([\w-]+)"', source) for path, source in sources.items()}
    assert {path: unknown for path, icons in drawn.items() if (unknown := {*icons} - ui._icons())} == {}
    assert [path for path, source in sources.items() if "/static/" in source] == []


def test_a_wrong_argument_is_an_error():
    with pytest.raises(TemplateSyntaxError):
        render('{% message ton="info" %}x{% endmessage %}')


@pytest.mark.parametrize(
    "source", ['{% message tone="rose" %}x{% endmessage %}', '{% etat "x" tone="rose" %}']
)
def test_an_unknown_tone_is_an_error(source):
    with pytest.raises(KeyError):
        render(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% etat evil %}",
        "{% message title=evil %}{{ evil }}{% endmessage %}",
        "{% card title=evil %}{{ evil }}{% endcard %}",
        '{% bloc title=evil id="x" intro=evil action=evil %}{{ evil }}{% endbloc %}',
        '{% breadcrumb evil "/" evil %}',
    ],
)
def test_what_people_type_is_escaped(source):
    page = render(source, evil="<b>&")
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_a_message_may_announce_itself():
    assert 'role="alert"' in render('{% message tone="erreur" role="alert" %}x{% endmessage %}')
    assert "role" not in render("{% message %}x{% endmessage %}")


def test_a_bloc_names_its_table_and_takes_a_fragment():
    link = '{% fragment as go %}<a href="/x">Aller</a>{% endfragment %}'
    page = render(link + '{% bloc title="T" id="m" action=go %}c{% endbloc %}')
    assert 'aria-labelledby="t-m"' in page
    assert '<h2 id="t-m">T</h2>' in page
    assert '<a href="/x">Aller</a>' in page


@pytest.mark.parametrize(
    ("fin", "tone", "label"),
    [
        (date(2026, 11, 20), "erreur", "Expirée"),
        (date(2026, 11, 21), "erreur", "Expire aujourd’hui"),
        (date(2026, 11, 22), "erreur", "Expire demain"),
        (date(2026, 12, 6), "erreur", "Expire dans 15 jours"),
        (date(2026, 12, 7), "attention", "Expire dans 16 jours"),
        (date(2026, 12, 21), "attention", "Expire dans 30 jours"),
        (date(2026, 12, 22), "", ""),
    ],
)
def test_the_end_of_a_right_turns_orange_then_red(fin, tone, label):
    assert expiry(fin, TODAY) == (tone, label)
    page = render("{% expiry fin today %}", fin=fin, today=TODAY)
    assert (label in page and f"etat--{tone}" in page and "<use" in page) if label else page == ""


def page_request(query="", actor=None):
    request = RequestFactory().get(f"/liste/{query}")
    if actor:
        request.actor = actor
    return request


def test_pagination_keeps_the_query_string_and_says_where_one_is():
    page = Paginator(range(100), 25).page(2)
    html = render("{% pagination page %}", page_request("?nom=a&page=2"), page=page)
    assert "Page 2 sur 4" in html
    assert 'href="?nom=a&amp;page=1"' in html
    assert 'href="?nom=a&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1


def test_a_single_page_has_no_pagination():
    assert render("{% pagination page %}", page=Paginator(range(3), 25).page(1)).strip() == ""


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.ids, self.targets = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a" and attrs["href"].startswith("#"):
            self.targets.append(attrs["href"][1:])


def test_the_error_summary_lists_all_errors_and_links_to_fields(refused):
    summary = render("{% error_summary form %}", form=refused)
    assert "Saisissez un nom." in summary
    assert "Rien ne va." in summary
    assert summary.count("<li>") == sum(len(errors) for errors in refused.errors.values()) == 5
    found = Links(summary + render("{{ form }}", form=refused))
    assert found.targets == ["id_nom", "id_droits_0", "id_accord"]
    assert set(found.targets) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))


def test_a_good_form_has_no_summary():
    assert render("{% error_summary form %}", form=Sheet()).strip() == ""


def test_fields_are_wired_for_assistive_techniques(refused):
    html = render("{{ form }}", form=refused)
    assert '<label for="id_nom">Nom</label>' in html
    assert 'aria-describedby="id_nom_helptext id_nom_error"' in html
    assert '<fieldset class="champ groupe champ--erreur" aria-describedby="id_droits_error">' in html
    assert 'Note <span class="discret">(facultatif)</span>' in html
    assert html.count("(facultatif)") == 1


def test_tokens_say_for_whom_the_page_was_drawn():
    person, medecin = User(pk=7), User(pk=9)
    alone = render("{% tokens %}", page_request(actor=Actor(user=person)))
    acting = render("{% tokens %}", page_request(actor=Actor(user=person, on_behalf_of=medecin)))
    anonymous = render("{% tokens %}", page_request(actor=Actor.anonymous("127.0.0.1")))
    assert 'name="au_nom_de" value="7"' in alone
    assert 'name="au_nom_de" value="9"' in acting
    assert "au_nom_de" not in anonymous
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', anonymous)


def test_can_asks_the_policy_with_the_actor_first(monkeypatch):
    def close(actor, *things):
        if (actor.quality, things) != ("médecin", ("porte", 2)):
            raise Denied("Non.")

    monkeypatch.setattr(ui, "import_module", {"portes.policies": SimpleNamespace(close=close)}.__getitem__)
    source = '{% can "portes.close" "porte" 2 as may %}{% if may %}oui{% else %}non{% endif %}'
    assert render(source, page_request(actor=Actor(user=None, quality="médecin"))) == "oui"
    assert render(source, page_request(actor=Actor(user=None))) == "non"


@pytest.mark.parametrize(
    ("source", "value", "read"),
    [
        ("{{ v|jour }}", date(2026, 3, 1), "01/03/2026"),
        ("{{ v|jour }}", datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "01/07/2026"),
        ("{{ v|jour_long }}", date(2026, 12, 1), f"1er{NBSP}décembre 2026"),
        ("{{ v|jour_long }}", date(2026, 8, 22), f"22{NBSP}août 2026"),
        ("{{ v|heure }}", datetime(2026, 11, 21, 9, 42, tzinfo=UTC), f"10{NARROW}h{NARROW}42"),
        ("{{ v|heure }}", time(8, 5), f"8{NARROW}h{NARROW}05"),
        ("{{ v|instant }}", datetime(2026, 11, 21, 9, 42, tzinfo=UTC), f"21/11/2026 à 10{NARROW}h{NARROW}42"),
        ("{{ v|masque_email }}", "c.leclercq@cabinet.example", "c•••••••q@cabinet.example"),
        ("{{ v|masque_email }}", "ab@cabinet.example", "a•••••••@cabinet.example"),
        ("{{ v|masque_email }}", "rien", "•••••••"),
        ("{{ v|numero }}", "12345678", f"1234{NBSP}5678"),
        ("{{ v|rpps }}", "99004577512", f"99{NBSP}0045{NBSP}775{NBSP}12"),
    ],
)
def test_dates_hours_and_numbers_read_as_in_french(source, value, read):
    assert render(source, v=value) == read


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 seconde"), (45, "45 secondes"), (60, "1 minute"), (61, "2 minutes"), (180, "3 minutes")],
)
def test_a_wait_is_said_rounded_up(seconds, words):
    assert typography.duration(seconds) == words.replace(" ", NBSP)


def test_hours_typed_by_hand_stay_on_one_line():
    assert (
        typography.unbroken_hours("de 8 h 30 à 18h30") == f"de 8{NARROW}h{NARROW}30 à 18{NARROW}h{NARROW}30"
    )


def test_large_numbers_are_grouped():
    assert typography.grouped(1234567) == f"1{NARROW}234{NARROW}567"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 habilitation attribuée"),
        (1, "1 habilitation attribuée"),
        (Decimal("1.5"), "1,5 habilitation attribuée"),
        (2, "2 habilitations attribuées"),
        (1200, f"1{NARROW}200 habilitations attribuées"),
    ],
)
def test_a_number_agrees_the_french_way(number, shown):
    assert render('{{ n|counted:"habilitation attribuée" }}', n=number) == shown
    assert render('{{ n|plural:"prend,prennent" }}', n=number) == ("prennent" if number >= 2 else "prend")
    assert render('{{ n|counted:"mois" }}', n=number).endswith("mois")
