"""Read from the environment, safe by default. `.env.example` lists and explains the variables."""

from datetime import timedelta

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from viatraj.settings.environment import BASE_DIR, DATA_DIR, DEMO, SITE_URL, env, storage
from viatraj.settings.services import *  # noqa: F403
from viatraj.settings.services import CARD_HOST, PSC_ORIGINS

DEBUG = False
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_NAME = env("SITE_NAME", default="ViaTraj")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
if CARD_HOST:
    ALLOWED_HOSTS.append(CARD_HOST.partition("://")[2].partition(":")[0])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

SUPPORT_PHONE = env("SUPPORT_PHONE", default="01 99 00 00 00")
SUPPORT_EMAIL = env("SUPPORT_EMAIL", default="assistance@viatraj.example")
SUPPORT_HOURS = env("SUPPORT_HOURS", default="du lundi au vendredi, de 8 h 30 à 18 h 30")
SUPPORT_PROJECT_EMAIL = env("SUPPORT_PROJECT_EMAIL", default="accompagnement@viatraj.example")
SUPPORT_USERS_URL = env("SUPPORT_USERS_URL", default="https://utilisateurs.viatraj.example")
TOPS_URL = env("TOPS_URL", default="https://tops.eservices.esante.gouv.fr/")  # where a médecin orders cards
ECPS_FAQ_URL = env(
    "ECPS_FAQ_URL", default="https://esante.gouv.fr/foire-aux-questions/produits-services/e-cps"
)
PUBLISHER = env("PUBLISHER", default="Éditeur de démonstration")
HOSTING = env("HOSTING", default="Hébergeur de données de santé de démonstration")

# --- Applications, from the bottom of the street to its top -------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.forms",
    "django_otp",
    "csp",
    "viatraj.core",
    "journal",
    "courrier",
    "changements",
    "accounts",
    "annuaire",
    "authcps",
    "habilitations",
    "delegations",
    "dossiers",
    "demandes",
    "observatoire",
    "viatraj.espaces",
    "viatraj.site",
    *(["viatraj.demo"] if DEMO else []),
]

MIDDLEWARE = [
    "viatraj.middleware.log.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "viatraj.middleware.headers.security_headers",
    "viatraj.middleware.input.refuse_unreadable_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "viatraj.middleware.user.AuthenticationMiddleware",
    "viatraj.middleware.user.OTPMiddleware",
    "viatraj.middleware.input.refuse_unreadable_files",
    "django.contrib.messages.middleware.MessageMiddleware",
    "viatraj.middleware.actor.actor",
    "viatraj.middleware.trail.trail",
    "viatraj.middleware.gate.Gate",
]

ROOT_URLCONF = "viatraj.urls"
WSGI_APPLICATION = "viatraj.wsgi.application"
FORM_RENDERER = "viatraj.core.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.static", "viatraj.core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "viatraj.espaces.context.site",
                "viatraj.site.aide.aide",
            ],
        },
    }
]

# --- Data ----------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Django gives psycopg None, which ignores `prepare=True`; with 0, what asks is prepared (docs/adr/0035).
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 0
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL doit désigner une base PostgreSQL.")
# Who owns the tables (viatraj.core.roles); the name of the database is always the one of DATABASE_URL.
DATABASE_OWNER = env.db("DATABASE_OWNER_URL") if env("DATABASE_OWNER_URL", default="") else {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL")

# --- Accounts and sessions ------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["authcps.backends.SessionOnly"]
LOGIN_URL = "accueil"
PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.mots_de_passe.{rule}"} for rule in ("Length", "Common", "Personal", "History")
]
PASSWORD_MAX_AGE_DAYS, PASSWORD_WARNED_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=180), 15
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds: the link of «Mot de passe oublié ?»
PASSWORD_TRIES, PASSWORD_WINDOW = 5, timedelta(minutes=15)
CODE_LIFETIME, CODE_TRIES = timedelta(minutes=10), 5
CODE_RESEND_AFTER, CODES_AN_HOUR = timedelta(seconds=60), 6
WRONG_CODES_AN_HOUR, WRONG_CODES_A_DAY = 10, 20
TRUST_LIFETIME = timedelta(hours=8)

SESSION_ENGINE = "accounts.sessions"
SESSION_IDLE, SESSION_LIFETIME = timedelta(minutes=30), timedelta(hours=8)
SESSION_COOKIE_AGE = int(SESSION_LIFETIME.total_seconds())
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would break the return from Pro Santé Connect
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
TRUST_COOKIE_NAME = "__Host-appareil" if HTTPS else "appareil"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "viatraj.site.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL.rstrip("/")]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Délégations ------------------------------------------------------------------
DELEGATION_CONFRERE_MONTHS, DELEGATION_ASSISTANT_MONTHS = 6, 12
# A Grand Âge dossier that nothing moves: its author is told, then it is archived.
DOSSIER_UNCHANGED_MONTHS, DOSSIER_ARCHIVE_MONTHS = 6, 2
# A demande that is closed names the patient to who received it for these days more.
DEMANDE_NAMED_DAYS = 30
DEMANDES_AT_ONCE = 20  # sent in one go
DEMANDE_RELANCE_HOURS = 24
ADMISSION_UNDONE_HOURS = 24
ALERTE_EVERY = timedelta(minutes=10)  # at most one mail a person and a dossier
ALERTE_RECAP_HOUR = 8  # in Paris
ALERTE_KEPT_DAYS = 90
MSSANTE_DOMAINS = env.list("MSSANTE_DOMAINS", default=["mssante.fr"])  # those below are MSSanté too
# Who receives may signal a death after these days; unanswered, it ends the dossier after those.
DECES_SIGNALE_DAYS, DECES_SANS_REPONSE_DAYS = 7, 30
HABILITATION_MONTHS = 60  # from today, at each grant and each prolongation
# The holder is told of the end these days before, then fifteen days before; 0: fifteen days before only.
HABILITATION_NOTICE_DAYS = env.int("HABILITATION_NOTICE_DAYS", default=30)
INVITATION_LIFETIME = timedelta(days=30)

# --- Annuaire ---------------------------------------------------------------------
# Categories (TRE_R66) of the établissements that FINESS gives us: hospitals, SMR, HAD, USLD, EHPAD and other
# places for old people, homes and services for disabled people, care at home.
FINESS_CATEGORIES = env.list(
    "FINESS_CATEGORIES",
    default=(
        "101 106 109 114 122 127 128 129 131 182 183 186 189 190 202 207 209 255 292 354 355 362 365 370 381 "
        "437 445 446 448 449 460 500 501 502 697 698"
    ).split(),
)

# --- Observatoire -----------------------------------------------------------------
# On a territory, figures of fewer persons are masked (docs/adr/0081): 2 to 32.
OBSERVATOIRE_SEUIL = env.int("OBSERVATOIRE_SEUIL", default=11)

# --- Files joined to a dossier (deploy/nginx/nginx.conf lets bodies of 12 MB in) --------------
PIECE_MAX_BYTES = env.int("PIECE_MAX_BYTES", default=10 << 20)
PIECES_A_DOSSIER = env.int("PIECES_A_DOSSIER", default=20)
PIECES_HIDDEN_DAYS = env.int("PIECES_HIDDEN_DAYS", default=30)  # taken away, their files are destroyed then
PIECE_MAX_PAGES = env.int("PIECE_MAX_PAGES", default=500)
# Where they rest, encrypted: a folder, or a bucket with PIECES_BUCKET (needs requirements/s3.txt).
PIECES_S3 = {
    "bucket_name": env("PIECES_BUCKET", default=""),
    "endpoint_url": env("PIECES_BUCKET_ENDPOINT", default="") or None,
    "region_name": env("PIECES_BUCKET_REGION", default="") or None,
    "access_key": env("PIECES_BUCKET_ACCESS_KEY", default="") or None,
    "secret_key": env("PIECES_BUCKET_SECRET_KEY", default="") or None,
    "default_acl": None,
    "file_overwrite": False,
}
FILE_UPLOAD_HANDLERS = ["viatraj.core.files.uploads.Bounded"]
ANTIVIRUS_URL = env("ANTIVIRUS_URL", default="")  # tcp://host:3310 or unix:///run/clamav/clamd.ctl

# --- Statistics ------------------------------------------------------------------------------
RAPPORTS_KEPT_DAYS = 10  # a file, from when it is ready; its line stays

# --- Security headers ---------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *PSC_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Language, time, static files -----------------------------------------------------
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "fr-fr", "Europe/Paris", True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "pieces": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": PIECES_S3}
    if PIECES_S3["bucket_name"]
    else storage("", DATA_DIR / "pieces"),
    "rapports": storage(env("REPORTS_URL", default=""), DATA_DIR / "rapports"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- E-mail: the outbox sends, `courrier.outbox` -----------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <ne-pas-repondre@viatraj.example>")
DEMO_SMTP_DIR = DATA_DIR / "mail"

# --- Background work; what runs when: `viatraj/celery.py` -------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
# Long, so by a worker of its own: they never delay a seal or an alert (docs/adr/0079).
CELERY_TASK_ROUTES = {"observatoire.tasks.make": {"queue": "rapports"}}

# --- Logs: machine events as JSON, never a name, a code or a searched word ---------------------
LOGGING_CONFIG = "viatraj.logs.configure"
LOGGING = {"level": env("LOG_LEVEL", default="INFO")}
