"""What tests/conftest.py and tests/settings.py promise for every test."""

import socket

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.template import Context, Engine, Origin, Template
from playwright.sync_api import Error as PlaywrightError

import journal.models
from tests import browsers, looks
from tests.emptying import empty_tables
from tests.factories import UserFactory
from tests.undefined import OURS
from viatraj.core.actor import Actor


def ours(source):
    return Template(source, origin=Origin(name=f"{OURS}/templates/example.html"))


@pytest.mark.parametrize("source", ["{{ nobody }}", "{{ user.nothing }}", "{{ nobody|upper }}"])
def test_an_undefined_variable_of_ours_fails(source):
    with pytest.raises(pytest.fail.Exception, match="n’existe pas dans"):
        ours(source).render(Context({"user": get_user_model()()}))


@pytest.mark.parametrize(
    "source", ["{% if count %}x{% endif %}", "{{ count }}", "{% if count or no %}{% endif %}"]
)
def test_a_function_that_wants_arguments_fails_in_a_template_of_ours(source):
    """It would be nothing, and whatever hangs on it would never be shown."""
    with pytest.raises(pytest.fail.Exception, match="veut des arguments, dans"):
        ours(source).render(Context({"count": lambda of: of}))


def test_a_defined_variable_of_ours_shows():
    assert ours("{{ name }}{{ none|default:'—' }}").render(Context({"name": "Zoé", "none": None})) == "Zoé—"


def test_undefined_variables_are_silent_in_other_packages_templates():
    theirs = Template("[{{ nobody }}]", origin=Origin(name=f"{OURS}/.venv/lib/admin/base.html"))
    assert theirs.render(Context()) == "[]"


@pytest.mark.django_db
def test_unordered_rows_come_in_any_order():
    orders = {tuple(ContentType.objects.values_list("pk", flat=True)) for _ in range(20)}
    assert len(orders) > 1


@pytest.mark.django_db
def test_order_is_kept_and_sums_are_right():
    keys = list(ContentType.objects.order_by("pk").values_list("pk", flat=True))
    assert keys == sorted(keys)
    assert ContentType.objects.count() == len(keys)
    by_app = ContentType.objects.values("app_label").annotate(models=Count("pk"))
    assert sum(row["models"] for row in by_app) == len(keys)
    assert ContentType.objects.filter(pk__in=ContentType.objects.values("pk")).count() == len(keys)
    assert ContentType.objects.values("app_label").distinct().count() == len(by_app)


@pytest.mark.django_db(transaction=True)
def test_tables_are_emptied_and_permissions_kept():
    user, permissions = UserFactory(), Permission.objects.count()
    journal.models.record("compte.updated", by=Actor.system("test"), target=user)
    empty_tables()
    assert not get_user_model().objects.exists()
    assert not journal.models.Entry.objects.exists()
    assert Permission.objects.count() == permissions > 0


class Launch:
    """Refuses so many times before it answers."""

    def __init__(self, refusals):
        self.refusals, self.tries = refusals, 0

    def __call__(self):
        self.tries += 1
        if self.tries <= self.refusals:
            raise PlaywrightError("no socket")
        return self


def test_a_browser_is_launched_a_second_time():
    first, second, never = Launch(0), Launch(1), Launch(9)
    assert browsers.launched(first) is first
    assert browsers.launched(second) is second
    assert "no socket" in browsers.launched(never)
    assert (first.tries, second.tries, never.tries) == (1, 2, 2)


def test_why_there_is_no_browser_is_told_by_one_test(tmp_path):
    with pytest.raises(pytest.fail.Exception, match="no socket"):
        browsers.tell("no socket", once=tmp_path / "told")
    for _ in range(2):
        with pytest.raises(pytest.skip.Exception, match="un test de navigateur dit pourquoi"):
            browsers.tell("no socket", once=tmp_path / "told")


def test_axe_sees_half_of_what_make_proofs_shows_it_whole(request):
    paths = [f"/page-{name}/{row}/" for name in "abcdefghij" for row in (1, 22)]
    assert all(map(looks._is_drawn, paths))
    looks.SAMPLED.add(request.node.nodeid)
    try:
        drawn = [path for path in paths if looks._is_drawn(path)]
    finally:
        looks.SAMPLED.remove(request.node.nodeid)
    assert 0 < len(drawn) < len(paths)
    assert {path.replace("/1/", "/22/") for path in drawn} == {one for one in drawn if "/22/" in one}


def test_the_network_is_closed():
    with socket.socket() as link, pytest.raises(pytest.fail.Exception, match="le réseau est fermé"):
        link.connect(("203.0.113.1", 80))


def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_static_files_bear_a_hash():
    page = Engine.get_default().from_string("{% load static %}{% static 'css/tokens.css' %}")
    assert page.render(Context()).count(".") == 2
