"""What tests/conftest.py and tests/settings.py promise for every test."""

import socket

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.template import Context, Engine, Origin, Template

from tests.undefined import OURS


def ours(source):
    return Template(source, origin=Origin(name=f"{OURS}/templates/example.html"))


@pytest.mark.parametrize("source", ["{{ nobody }}", "{{ user.nothing }}", "{{ nobody|upper }}"])
def test_an_undefined_variable_of_ours_fails(source):
    with pytest.raises(pytest.fail.Exception, match="n’existe pas dans"):
        ours(source).render(Context({"user": get_user_model()()}))


def test_a_defined_variable_of_ours_shows():
    assert ours("{{ name }}{{ none|default:'—' }}").render(Context({"name": "Zoé", "none": None})) == "Zoé—"


def test_templates_of_others_count_on_silence():
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


def test_the_network_is_closed():
    with socket.socket() as link, pytest.raises(pytest.fail.Exception, match="le réseau est fermé"):
        link.connect(("203.0.113.1", 80))


def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_static_files_bear_a_hash():
    page = Engine.get_default().from_string("{% load static %}{% static 'css/tokens.css' %}")
    assert page.render(Context()).count(".") == 2
