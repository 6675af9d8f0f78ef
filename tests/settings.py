"""The product's settings, and what only tests change."""

from tests.undefined import Undefined
from viatraj.settings import *  # noqa: F403
from viatraj.settings import DATABASE_OWNER, STORAGES, TEMPLATES

PASSWORD_HASHERS = ["tests.hashers.QuickArgon2id"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
# After a transactional test the owner empties all tables; the journal lets nobody else do that.
DATABASE_OWNER.setdefault("OPTIONS", {})["options"] = "-c journal.truncate=allowed"
# The same hashed names as in production, without spending seconds on compression.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
# No provider answers, unless a test starts the simulator.
PSC_ISSUER = "http://127.0.0.1:9/auth/realms/esante-wallet"
