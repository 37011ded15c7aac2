"""One flat page; the settings are read from the environment (and .env) here and nowhere else.

A bad value raises ImproperlyConfigured with one sentence, which manage.py prints.
"""

import fcntl
import importlib.util
import os
import re
import secrets
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from pialara_site import env_file
from pialara_site.terminal import gettext, not_writable

BASE_DIR = Path(__file__).resolve().parent.parent

env_file.read(BASE_DIR / ".env")
_environment = environ.Env()
# django-environ takes every word that it does not know for "no".
_BOOLEANS = {*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "n", "no", "0"}


def env(kind, name, default):
    """The variable `name` read as `kind`; an empty one counts as not set."""
    text = environ.Env.ENVIRON.get(name, "")
    if not text:
        return default
    try:
        if kind == "str":
            return text  # as it is: django-environ looks "$…" up as another variable
        value = getattr(_environment, kind)(name)
        if (kind == "bool" and text.strip().lower() not in _BOOLEANS) or (
            kind == "int" and value < 0
        ):
            raise ValueError(text)
        if kind == "list":
            return [each.strip() for each in value if each.strip()]
    except (ValueError, ImproperlyConfigured) as error:
        sentence = gettext("The setting %(name)s is not a valid %(kind)s.")
        raise ImproperlyConfigured(sentence % {"name": name, "kind": kind}) from error
    return value


def header(name: str, example: str) -> str:
    """The variable `name` as the name of a header; "" when it is not set."""
    value = env("str", name, "")
    if not re.fullmatch(r"[-\w]*", value, re.ASCII):
        sentence = gettext("%(setting)s has to be the name of a header, such as %(example)s.")
        raise ImproperlyConfigured(sentence % {"setting": name, "example": example})
    return value


DEBUG = env("bool", "DEBUG", True)
STYLEGUIDE = DEBUG  # the page for developers at /styleguide/
VAR_DIR = (BASE_DIR / env("str", "VAR_DIR", "var")).resolve()
ALLOWED_HOSTS = env("list", "ALLOWED_HOSTS", [])
SECRET_KEY = env("str", "SECRET_KEY", "")
MONGODB_URI = env("str", "MONGODB_URI", "")
EMAIL_URL = env("str", "EMAIL_URL", "")


def development_key():
    """The key that DEBUG uses: random, made once, kept in VAR_DIR."""
    place = VAR_DIR / "secret_key"
    try:
        if place.exists() and (key := place.read_text()):
            return key  # also where nothing can be written
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        with open(place, "a+", opener=partial(os.open, mode=0o600)) as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)  # or two that begin at once would have two keys
            kept.seek(0)
            if not (key := kept.read()):
                key = secrets.token_urlsafe(50)
                kept.write(key)
        return key
    except OSError as error:
        raise ImproperlyConfigured(not_writable(VAR_DIR, error)) from error


if DEBUG:
    SECRET_KEY = SECRET_KEY or development_key()
    ALLOWED_HOSTS = ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"]
else:
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "MONGODB_URI", "EMAIL_URL"):
        if not globals()[name]:
            sentence = gettext("With DEBUG=False the setting %(name)s has to be set.")
            raise ImproperlyConfigured(sentence % {"name": name})

# MongoDB. Without MONGODB_URI a server of our own runs under VAR_DIR (embedded.py).
MONGOD = env("str", "MONGOD", "")
PIALARA_DB_NAME = env("str", "PIALARA_DB_NAME", "pialara")
MFLIX_DB_NAME = env("str", "MFLIX_DB_NAME", "sample_mflix")
if PIALARA_DB_NAME == MFLIX_DB_NAME:
    raise ImproperlyConfigured(
        gettext(
            "PIALARA_DB_NAME and MFLIX_DB_NAME have to differ: both have a collection of users."
        )
    )
MONGODB_OPTIONS = {
    "appname": env("str", "MONGODB_APPNAME", "pialara"),
    # How soon a server that froze or is cut off is missed, and found again (circuit.py).
    "connectTimeoutMS": env("int", "MONGODB_CONNECT_TIMEOUT_MS", 1000),
    "heartbeatFrequencyMS": 500,
    "maxPoolSize": env("int", "MONGODB_MAX_POOL_SIZE", 50),
    "retryReads": env("bool", "MONGODB_RETRY_READS", True),
    "retryWrites": env("bool", "MONGODB_RETRY_WRITES", True),
    # A page of a dead database has to say so in less than 3 seconds.
    "serverSelectionTimeoutMS": env("int", "MONGODB_SERVER_SELECTION_TIMEOUT_MS", 2500),
    "timeoutMS": env("int", "MONGODB_TIMEOUT_MS", 2500),
    "tz_aware": True,
    # Dates that Python has no datetime for come as DatetimeMS instead of an error.
    "datetime_conversion": "DATETIME_AUTO",
    # Texts that are no UTF-8 are shown as far as they go.
    "unicode_decode_error_handler": "replace",
    "w": env("str", "MONGODB_W", "majority"),
    "wtimeoutMS": env("int", "MONGODB_WTIMEOUT_MS", 2500),
}
if re.fullmatch(r"-\d+|0+", MONGODB_OPTIONS["w"]):
    raise ImproperlyConfigured(
        gettext(
            "MONGODB_W has to be “majority” or a number from 1, as what is stored is confirmed."
        )
    )
# A change of a thousand documents may take longer than a page.
MONGODB_TRANSACTION_TIMEOUT_MS = env("int", "MONGODB_TRANSACTION_TIMEOUT_MS", 10_000)
if MONGODB_TRANSACTION_TIMEOUT_MS < 1:
    sentence = gettext("The setting %(name)s has to be 1 or more.")
    raise ImproperlyConfigured(sentence % {"name": "MONGODB_TRANSACTION_TIMEOUT_MS"})
# Which members of a replica set the reports of MFlix read, as the driver names them.
REPORTS_READ_PREFERENCE = env("str", "REPORTS_READ_PREFERENCE", "secondaryPreferred")
_preferences = ("primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest")
if REPORTS_READ_PREFERENCE not in _preferences:
    sentence = gettext("The setting REPORTS_READ_PREFERENCE is not one of %(known)s.")
    raise ImproperlyConfigured(sentence % {"known": ", ".join(_preferences)})
DATABASES = {}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "pialara_site",
    "accounts",
    "mflix",
]

MIDDLEWARE = [
    "pialara_site.headers.GuardMiddleware",
    "pialara_site.health.HealthMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "pialara_site.static_files.StaticFilesMiddleware",
    "pialara_site.request_log.RequestLogMiddleware",
    "pialara_site.public_pages.PublicPagesMiddleware",
    "pialara_site.turns.in_turn",
    "pialara_site.middleware.DatabaseDownMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.SessionUserMiddleware",
    "accounts.middleware.PrivateByDefaultMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pialara_site.middleware.MethodNotAllowedMiddleware",
]

ROOT_URLCONF = "pialara_site.urls"

TEMPLATES = [
    {
        # Compiled to Python, a page takes half to two thirds of the time (docs/performance.md).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # for django.forms
        "OPTIONS": {
            "environment": "pialara_site.jinja.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pialara_site.context_processors.frame",
            ],
        },
    },
]
FORM_RENDERER = "pialara_site.forms.BulmaRenderer"

MESSAGE_TAGS = {messages.ERROR: "danger"}  # as Bulma names it

# Who is who
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.MongoBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2Hasher",
    "accounts.hashers.WerkzeugSHA256Hasher",
    "accounts.hashers.BcryptHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ["nombre", "email"]}
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
OPEN_REGISTRATION = env("bool", "OPEN_REGISTRATION", False)
# The longest-lived link, the invitation; accounts/tokens.py holds reset links to one hour.
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60
# The header in which a trusted proxy puts the caller's address.
CLIENT_IP_HEADER = header("CLIENT_IP_HEADER", "X-Forwarded-For")

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "pialara_site.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = env("list", "CSRF_TRUSTED_ORIGINS", [])
if not all(re.fullmatch(r"https?://\S+", origin) for origin in CSRF_TRUSTED_ORIGINS):
    raise ImproperlyConfigured(
        gettext(
            "CSRF_TRUSTED_ORIGINS has to be addresses such as https://example.org, separated by "
            "commas."
        )
    )
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

SECURE_SSL_REDIRECT = env("bool", "SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = env("int", "SECURE_HSTS_SECONDS", 0 if DEBUG else 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
# The header by which a trusted proxy says that the caller used https.
if proxy_header := header("HTTPS_HEADER", "X-Forwarded-Proto"):
    SECURE_PROXY_SSL_HEADER = (f"HTTP_{proxy_header.upper().replace('-', '_')}", "https")
DEFAULT_EXCEPTION_REPORTER_FILTER = "pialara_site.concealment.Concealing"
# The only outside hosts that pages show images of, the films' posters; "none" for none. Each ends
# in a slash, or https://example.org would let https://example.org.evil.example in.
POSTER_HOSTS = env("list", "POSTER_HOSTS", ["https://m.media-amazon.com"])
POSTER_HOSTS = tuple(f"{host.rstrip('/')}/" for host in POSTER_HOSTS if host != "none")
if not all(re.fullmatch(r"https?://[-.\w]+(:\d+)?/", host, re.ASCII) for host in POSTER_HOSTS):
    raise ImproperlyConfigured(
        gettext("POSTER_HOSTS has to be hosts such as https://example.org, separated by commas.")
    )
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, *POSTER_HOSTS],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}

# What browsers could let a page do, and no page wants; only the map of cinemas asks for the place.
# fmt: off
UNWANTED = [
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "fullscreen", "gyroscope", "hid", "magnetometer", "microphone", "midi",
    "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
]
# fmt: on
# Beside the policy above, on every response (pialara_site/headers.py).
GUARDS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(["geolocation=(self)", *(f"{each}=()" for each in UNWANTED)]),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# Mail: smtp://user:password@host:25 and its kin; printed to the screen until one is set.
vars().update(env("email_url", "EMAIL_URL", environ.Env.email_url_config("consolemail://")))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("str", "DEFAULT_FROM_EMAIL", "PIA Lara <pialara@localhost>")

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["pialara_site.formats"]
TIME_ZONE = env("str", "TIME_ZONE", "Europe/Madrid")
try:
    ZoneInfo(TIME_ZONE)
except (KeyError, OSError, ValueError) as error:
    sentence = gettext("The setting TIME_ZONE is not the name of a time zone.")
    raise ImproperlyConfigured(sentence) from error

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # Only Bulma's css: as an installed app its templates would shadow ours.
    Path(importlib.util.find_spec("bulma").origin).parent / "static",
]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Files beyond what a form may take are not kept; what is too large is the form's to say.
FILE_UPLOAD_HANDLERS = [
    "pialara_site.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": f"pialara_site.logs.{'Readable' if DEBUG else 'Json'}"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Its own handlers mail the administrators; the root's is enough.
        "django": {"handlers": [], "level": "INFO"},
        # They tell paths, which hold tokens; request_log.py tells of the same requests.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"level": "CRITICAL"},
        "pymongo": {"level": "WARNING"},  # below, it tells whole commands
    },
}
