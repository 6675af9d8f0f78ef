"""Where the variables are read, and what all settings begin with."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

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


def storage(url: str, folder: Path) -> dict:
    """For STORAGES: `folder` without a url, else file:///folder or s3://key:secret@host/bucket?region=…"""
    said = urlsplit(url)
    if said.scheme == "s3":
        known = {
            "bucket_name": said.path.strip("/"),
            "endpoint_url": f"https://{said.hostname}{f':{said.port}' if said.port else ''}",
            "region_name": parse_qs(said.query).get("region", [None])[0],
            "access_key": unquote(said.username or "") or None,
            "secret_key": unquote(said.password or "") or None,
            "default_acl": None,
            "file_overwrite": False,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": known}
    if url and said.scheme != "file":
        raise ImproperlyConfigured("Une adresse de stockage commence par file:// ou s3://.")
    known = {
        "location": Path(unquote(said.path)) if said.path else folder,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": known}
