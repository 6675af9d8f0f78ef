import pytest

from courrier import outbox
from tests.courrier.rig import Sink


@pytest.fixture
def sink(tmp_path, settings):
    """A real SMTP server, where this process's own senders send too."""
    with Sink(tmp_path) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture
def letter(tmp_path, settings):
    """A letter of the tests' own; returns how to post it."""
    (tmp_path / "essai.subject.txt").write_text("L’objet de {{ nom }}\n")
    (tmp_path / "essai.body.txt").write_text(
        "Bonjour {{ nom }},\n\nD'abord <ceci> & cela :\n{{ site_url }}/page/?a=1&b=2\n\n"
        "Code {{ code }}\n\n{{ site_name }}, {{ support_phone }}\n"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]

    def post(key="essai:1", to="sophie@cabinet.example", nom="Zoé", code="", **options):
        return outbox.post("essai", to=to, key=key, context={"nom": nom, "code": code}, **options)

    return post
