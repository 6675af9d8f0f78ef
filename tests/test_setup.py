"""The two commands stand on these: locks, bootstrap, environment."""
from django.db import connection
import pytest

@pytest.mark.django_db
def test_postgres():
    with connection.cursor() as c:
        c.execute("show server_version"); assert c.fetchone()[0].startswith("18")
        c.execute("select upper('é')"); assert c.fetchone()[0]=="É"

def test_valkey(settings):
    import redis
    assert redis.Redis.from_url(settings.REDIS_URL).ping()
