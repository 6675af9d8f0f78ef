"""Services of others that we ask: each closed until its variables are there; the demonstration plays them."""

from viatraj.settings.environment import DATA_DIR, DEMO, SITE_URL, env

# --- Pro Santé Connect: closed without an issuer; the demonstration has a simulator ------------
PSC_ISSUER = env("PSC_ISSUER", default=f"{SITE_URL}/demo/psc/auth/realms/esante-wallet" if DEMO else "")
PSC_DISCOVERY = env("PSC_DISCOVERY", default="")  # empty: PSC's own name, under the issuer
PSC_CLIENT_ID = env("PSC_CLIENT_ID", default="viatraj" if DEMO else "")
PSC_CLIENT_SECRET = env("PSC_CLIENT_SECRET", default="simulateur" if DEMO else "")
PSC_ACR = env.list("PSC_ACR", default=["eidas1"])
PSC_TEST_IDENTITIES = env.bool("PSC_TEST_IDENTITIES", default=DEMO)
PSC_TIMEOUTS = (3.05, 10)  # seconds: to connect, then between two answers
# Where forms may lead: signing in and out go by way of PSC (a browser checks redirections as well).
_issuer_origin = "/".join(PSC_ISSUER.split("/")[:3])
PSC_ORIGINS = env.list(
    "PSC_ORIGINS",
    default=sorted({_issuer_origin, _issuer_origin.replace("//auth.", "//wallet.")} - {"", SITE_URL}),
)

# --- Cards: closed without authorities; the demonstration has its own -----------------------
CPS_CA_DIR = env("CPS_CA_DIR", default=str(DATA_DIR / "demo/cartes/ca") if DEMO else "")
CPS_CRL_DIR = env("CPS_CRL_DIR", default=str(DATA_DIR / "demo/cartes/crl") if DEMO else "")
CPS_TEST_CARDS = env.bool("CPS_TEST_CARDS", default=DEMO)
# Where the programme du poste listens, on each workstation; the demonstration plays it itself.
CARD_READER_URL = env("CARD_READER_URL", default="/demo/lecteur/" if DEMO else "http://127.0.0.1:17850/")
CARD_CHECK_URL = env("CARD_CHECK_URL", default="")  # the official tool that checks a card and its reader
CARD_HOST = env("CARD_HOST", default="").rstrip("/")  # its own host for TLS with the card, behind nginx
CARD_PROXY_SECRET = env("CARD_PROXY_SECRET", default="")

# --- ROR: closed without ROR_URL; the demonstration has a simulator, and `make run` says where ---
ROR_URL, ROR_TOKEN_URL = env("ROR_URL", default=""), env("ROR_TOKEN_URL", default="")
ROR_CLIENT_ID = env("ROR_CLIENT_ID", default="viatraj" if DEMO else "")
ROR_CLIENT_SECRET = env("ROR_CLIENT_SECRET", default="simulateur" if DEMO else "")
ROR_CERTIFICAT, ROR_CLE = env("ROR_CERTIFICAT", default=""), env("ROR_CLE", default="")
ROR_CA = env("ROR_CA", default="")  # empty: the authorities that `requests` knows
ROR_PROFIL, ROR_ROLE = env("ROR_PROFIL", default="CU23"), env("ROR_ROLE", default="AUTOMATE")
ROR_PROFIL_SYSTEM = env("ROR_PROFIL_SYSTEM", default="1.2.250.1.213.1.6.1.66")
ROR_ROLE_SYSTEM = env("ROR_ROLE_SYSTEM", default="1.2.250.1.213.1.1.4.6")
ROR_NIVEAU = env.int("ROR_NIVEAU", default=1 if DEMO else 0)  # access profile, 0 to 5
ROR_HEURES = env.float("ROR_HEURES", default=6)  # after so many, a synchronisation gives up
# How many complete runs in a row must leave an offer out before it counts as closed (ANN-7).
ROR_ABSENCES = env.int("ROR_ABSENCES", default=2)

# --- SMS: an operator's HTTP interface; without SMS_URL no SMS leaves ------------------------
SMS_URL = env("SMS_URL", default="")
SMS_TOKEN = env("SMS_TOKEN", default="")
SMS_SENDER = env("SMS_SENDER", default="")
SMS_BACKEND = env(
    "SMS_BACKEND",
    default="courrier.sms.Http" if SMS_URL else "courrier.sms.Folder" if DEMO else "courrier.sms.Closed",
)
