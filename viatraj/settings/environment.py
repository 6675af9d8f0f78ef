"""Where the variables are read, and what all settings begin with."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
if "DATABASE_URL" not in env.ENVIRON:
    # Beside a running `make run`, the supervisor says here where its servers are.
    if not (BASE_DIR / "var" / "env").exists():
        raise ImproperlyConfigured(
            "Aucune base de données : lancez « make run », ou donnez DATABASE_URL (voir .env.example)."
        )
    environ.Env.read_env(BASE_DIR / "var" / "env")

DEMO = env.bool("DEMO", default=False)
SITE_URL = env("SITE_URL")
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))
