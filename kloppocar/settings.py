"""Every setting, read once from the environment. README.md has the table; .env.example every variable."""

import json
import os
import re
import secrets
import sys
from collections import ChainMap
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from kloppocar import secret

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"
ON_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ

env = environ.Env()
if not ON_LAMBDA:
    environ.Env.read_env(BASE_DIR / ".env")


def stop(sentence: str) -> NoReturn:
    """Refuse to start with one sentence instead of a traceback."""
    sys.tracebacklimit = 0
    raise ImproperlyConfigured(sentence) from None


def required(name: str, why: str) -> str:
    """A text setting that has no default outside local."""
    value = env.str(name, default="")
    if not value and not LOCAL:
        stop(f"{name} is not set: {why}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes-or-no setting; any other word stops the start."""
    words = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False, "off": False, "no": False}
    word = env.str(name, default="").strip().lower()
    if word and word not in words:
        stop(f"{name} is {word!r}: say on or off.")
    return words.get(word, default)


def day(name: str) -> date | None:
    """A date, or none."""
    word = env.str(name, default="").strip()
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        stop(f"{name} is {word!r}: it must be a day like 2027-06-30.")


# --- Where are we? -------------------------------------------------------------------------------------------

ENV = env.str("ENV", default="local")
if ENV not in {"local", "production"}:
    stop(f"ENV is {ENV!r}: it must be local or production.")
LOCAL = ENV == "local"
if ON_LAMBDA and LOCAL:
    stop("ENV must be production inside a Lambda function.")
DEBUG = flag("DEBUG", default=LOCAL)
if DEBUG and not LOCAL:
    stop("DEBUG must be off when ENV is production.")
AWS_REGION = env.str("AWS_REGION", default="eu-central-1")


def secrets_manager(name: str) -> None:
    """Let the secret of that name say what the environment leaves unsaid."""
    for variable in ("DATABASE_URL", "DB_USER", "DB_PASSWORD"):
        if env.str(variable, default=""):
            stop(f"{variable} is set beside secret_key, whose secret says the same: leave one of them out.")
    try:
        held = secret.read(name, AWS_REGION)
    except secret.SecretError as error:
        stop(f"secret_key is of no use: {error}")
    env.ENVIRON = ChainMap({name: value for name, value in os.environ.items() if value}, held)


DB_SECRET = env.str("secret_key", default="")
if DB_SECRET:
    secrets_manager(DB_SECRET)


def local_secret(name: str) -> str:
    """A random text that is made once and kept in .local/, readable by its owner only."""
    LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
    path = LOCAL_DIR / name
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = required("SECRET_KEY", "a long random text that signs sessions and cursors") or local_secret("secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"] if LOCAL else [])
if not ALLOWED_HOSTS:
    stop("ALLOWED_HOSTS is not set: name the hosts that this stage answers for.")
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
if LOCAL and not CORS_ALLOWED_ORIGINS:
    CORS_ALLOWED_ORIGIN_REGEXES = [r"^http://(localhost|127\.0\.0\.1)(:\d+)?$"]
CORS_EXPOSE_HEADERS = [
    "Deprecation",
    "ETag",
    "Link",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "Server-Timing",
    "Sunset",
    "X-Request-ID",
]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]


def public_url() -> str:
    """The address that people's phones reach, without its last slash; it stands in printed QR codes, so it is short."""
    url = env.str("PUBLIC_URL", default="").rstrip("/")
    if not url:
        return f"http://localhost:{os.environ.get('PORT') or '8000'}" if LOCAL else ""
    scheme = "https?" if LOCAL else "https"
    if len(url) > 100 or not re.fullmatch(
        rf"{scheme}://([\w.-]+|\[[0-9a-f:]+\])(:\d{{1,5}})?(/[\w.~/-]*)?", url, re.ASCII
    ):
        stop(f"PUBLIC_URL is {url[:110]!r}: it must look like https://play.example.org, at most 100 characters.")
    return url


def public_time_zone() -> str:
    """Whose clock pages speak by: what they say in words stands in no phone's own time."""
    name = env.str("PUBLIC_TIME_ZONE", default="Europe/Berlin")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        stop(f"PUBLIC_TIME_ZONE is {name[:40]!r}: it must name a time zone, like Europe/Berlin.")


def store(variable: str) -> str:
    """Where people get the app; empty where it is not to be had."""
    url = env.str(variable, default="")
    if url and not url.startswith("https://"):
        stop(f"{variable} is {url[:110]!r}: it must begin with https://.")
    return url


PUBLIC_URL = public_url()
PUBLIC_TIME_ZONE = public_time_zone()
APP_STORE_URL, PLAY_STORE_URL = store("APP_STORE_URL"), store("PLAY_STORE_URL")
APPLE_APP_ID = env.str("APPLE_APP_ID", default="")
if APPLE_APP_ID and not re.fullmatch(r"[A-Z0-9]{10}(\.[A-Za-z0-9-]+){2,}", APPLE_APP_ID, re.ASCII):
    stop(f"APPLE_APP_ID is {APPLE_APP_ID[:80]!r}: it must look like ABCDE12345.org.example.app.")
ANDROID_APP, ANDROID_CERTIFICATES = env.str("ANDROID_APP", default=""), env.list("ANDROID_CERTIFICATES", default=[])
if bool(ANDROID_APP) != bool(ANDROID_CERTIFICATES):
    stop("ANDROID_APP and ANDROID_CERTIFICATES go together: the package's name, and what it is signed with.")
for fingerprint in ANDROID_CERTIFICATES:
    if not re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", fingerprint):
        stop("ANDROID_CERTIFICATES must be SHA-256 fingerprints, 32 pairs like AB:CD, separated by commas.")

# --- Sign-in -------------------------------------------------------------------------------------------------

COGNITO_USER_POOL_ID = required("COGNITO_USER_POOL_ID", "tokens of which user pool are taken")
COGNITO_CLIENT_IDS = env.list("COGNITO_CLIENT_IDS", default=[])
COGNITO_JWKS = env.str("COGNITO_JWKS", default="")
COGNITO_ISSUER = env.str("COGNITO_ISSUER", default="")
LOCAL_ISSUER = LOCAL and not COGNITO_USER_POOL_ID and not COGNITO_ISSUER
if LOCAL_ISSUER:
    COGNITO_ISSUER, COGNITO_CLIENT_IDS = "http://localhost/local-issuer", ["local-app"]
if not COGNITO_CLIENT_IDS:
    stop("COGNITO_CLIENT_IDS is not set: name the app clients whose tokens are taken.")
COGNITO_ISSUER = COGNITO_ISSUER or f"https://cognito-idp.{AWS_REGION}.amazonaws.com/{COGNITO_USER_POOL_ID}"
COGNITO_JWKS_URL = (
    "" if LOCAL_ISSUER else env.str("COGNITO_JWKS_URL", default=f"{COGNITO_ISSUER}/.well-known/jwks.json")
)
if COGNITO_JWKS:
    try:
        json.loads(COGNITO_JWKS)["keys"]
    except (ValueError, KeyError, TypeError):
        stop('COGNITO_JWKS is not a key set: it must be JSON like {"keys": [...]}.')
MEDIA_BUCKET = env.str("MEDIA_BUCKET", default="")
MEDIA_FOLDER = LOCAL_DIR / "media"  # locally, where no bucket is
OLD_CODES = flag("OLD_CODES", default=False)
LEGACY_BRIDGE = flag("LEGACY_BRIDGE", default=False)
LEGACY_SUNSET = day("LEGACY_SUNSET")
SNS_PLATFORM_APPLICATION_ARN = env.str("SNS_PLATFORM_APPLICATION_ARN", default="")
if SNS_PLATFORM_APPLICATION_ARN and ":app/" not in SNS_PLATFORM_APPLICATION_ARN:
    stop("SNS_PLATFORM_APPLICATION_ARN must be a platform application's ARN, like arn:aws:sns:...:app/GCM/name.")
SIGN_UP = "kloppocar.signup.sign_up"  # what the first valid token of an unknown person calls

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["users.log_in.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "api-root"

# --- Database ------------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
}
MYSQL_SESSION = (  # `seconds`: how long one statement may take, so that none goes on for a caller who has left
    "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3,"
    " sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'"
    # No join buffers: a page is read in its list's order, row by row, and a buffer would lose that order.
    " /*M!100600 , join_cache_level = 0, max_statement_time = {seconds} */"
    " /*!80000 , optimizer_switch = 'block_nested_loop=off', max_execution_time = {seconds}000 */"
)


def database_url() -> str:
    """DATABASE_URL, or the five DB_* variables put together; locally a SQLite file."""
    if url := env.str("DATABASE_URL", default=""):
        return url
    parts = {name: env.str(name, default="") for name in ("DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME")}
    parts["DB_PORT"] = parts["DB_PORT"] or "3306"
    if not any(value for name, value in parts.items() if name != "DB_PORT"):
        if not LOCAL:
            stop("DATABASE_URL is not set: name the database, or set DB_HOST, DB_USER, DB_PASSWORD and DB_NAME.")
        LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
        return f"sqlite:///{LOCAL_DIR / 'db.sqlite3'}"
    for name, value in parts.items():
        if not value:
            stop(f"{name} is not set, though other DB_* variables are.")
    quoted = {name: quote(value, safe="") for name, value in parts.items()}
    return "mysql://{DB_USER}:{DB_PASSWORD}@{DB_HOST}:{DB_PORT}/{DB_NAME}".format(**quoted)


def use_packed_plugins() -> None:
    """The packed driver brings what it needs to sign in to MySQL 8, and must be told where before its first import."""
    driver = find_spec("MySQLdb")
    plugins = Path(driver.origin).parent / "plugin" if driver and driver.origin else None
    if plugins and plugins.is_dir():
        os.environ.setdefault("MARIADB_PLUGIN_DIR", str(plugins))


def mysql_options(url_options: dict) -> dict:
    """Options of mysqlclient: short time-outs, UTC, strict mode, TLS unless it was switched off.

    A database that hangs costs a request nine seconds: six on a warm connection, three on the next.
    """
    options = {
        "charset": "utf8mb4",
        "connect_timeout": 3,
        "read_timeout": 6,
        "write_timeout": 6,
        "isolation_level": "read committed",
        "init_command": MYSQL_SESSION.format(seconds=5),
        **url_options,
    }
    bundle = env.str("DB_SSL_CA", default="")
    if bundle and not Path(bundle).is_file():
        stop(f"DB_SSL_CA names {bundle}, which is not a file.")
    if bundle:
        options |= {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": bundle}}
    elif flag("DB_SSL", default=True) and not LOCAL:
        stop("DB_SSL_CA is not set: name the CA bundle of the database, or set DB_SSL=off to go without TLS.")
    return options


def database(variable: str, url: str) -> dict:
    """One entry of DATABASES."""
    try:
        config = env.db_url_config(url)
    except (ValueError, KeyError):
        stop(f"{variable} cannot be read: it must look like mysql://user:password@host:3306/name.")
    if config.get("ENGINE") == "django.db.backends.sqlite3":
        if not LOCAL:
            stop(f"{variable} names SQLite, which only ENV=local may use.")
        test = {"NAME": f"{config['NAME']}.test"}  # a file: several connections see the same rows
        return config | {"OPTIONS": SQLITE_OPTIONS, "TEST": test}
    if config.get("ENGINE") != "django.db.backends.mysql":
        stop(f"{variable} must begin with mysql:// or sqlite://.")
    use_packed_plugins()
    options = mysql_options(config.get("OPTIONS", {}))
    test = {"CHARSET": "utf8mb4"}
    config |= {"OPTIONS": options, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "TEST": test}
    return config | {"ENGINE": "kloppocar.mysql", "SECRET": (DB_SECRET, AWS_REGION)} if DB_SECRET else config


def replica(url: str, primary: dict) -> dict:
    """Where reads go that may be slightly old. What the URL leaves out is as in DATABASE_URL."""
    config = database("DATABASE_REPLICA_URL", url)
    if config["ENGINE"] != primary["ENGINE"]:
        stop("DATABASE_REPLICA_URL names another kind of database than DATABASE_URL.")
    missing = {name: primary[name] for name in ("NAME", "USER", "PASSWORD", "PORT") if not config.get(name)}
    return config | missing | {"TEST": {"MIRROR": "default"}}


DATABASES = {"default": database("DATABASE_URL", database_url())}
if replica_url := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = replica(replica_url, DATABASES["default"])
DATABASE_ROUTERS = ["kloppocar.api.replica.Router"]
SILENCED_SYSTEM_CHECKS = [
    "mysql.W003",  # InnoDB indexes 3072 bytes: a unique token of 512 characters fits
    # kloppocar.api.browsers does these three, which the checks do not know by name; tests/api/test_browsers.py asks
    "security.W001",  # HTTPS, and what a browser is told
    "security.W002",  # no frames
    "security.W003",  # no forged writes
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def caches() -> dict:
    """The shared cache, and what general budgets are counted in: the same, unless that would write to the database."""
    try:
        shared = env.cache("CACHE_URL", default="locmemcache://")
    except ImproperlyConfigured:
        stop("CACHE_URL cannot be read: it must look like redis://host:6379/0, dbcache://table or locmemcache://.")
    in_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}
    kind = shared["BACKEND"].rpartition(".")[2]
    if kind == "LocMemCache":
        shared |= in_memory
    elif kind == "RedisCache":
        if not find_spec("redis"):
            stop("CACHE_URL names redis, without which this was packed: name it in zappa_settings.json, not elsewhere.")
        shared["OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1} | shared.get("OPTIONS", {})
    elif kind == "DatabaseCache":
        shared |= {"BACKEND": "kloppocar.api.cache.DatabaseCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
    return {"default": shared, "budgets": in_memory if kind == "DatabaseCache" else shared}


CACHES = caches()
THROTTLING = flag("THROTTLING", default=True)
THROTTLE_RATES = {  # how many, in how many seconds
    "anonymous": (1_200, 60),
    "user": (600, 60),
    "uploads": (30, 3_600),
    "code_guesses": (10, 600),
    "code_guesses_of_address": (100, 600),
    "transfer_guesses": (10, 600),
    "transfer_guesses_of_address": (100, 600),
    "log_ins": (10, 600),  # wrong passwords for one name at one address; counted whatever THROTTLING says
    "log_ins_of_address": (50, 600),
    "log_ins_of_name": (100, 3_600),  # more than one address can use up
}

# --- The project ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "kloppocar",
    "users",
    "communities",
    "catalog",
    "collectibles",
    "kloppocar.desk.apps.LocalDesk" if LOCAL else "kloppocar.desk.apps.Desk",  # found when asked for
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
]
MIDDLEWARE = [
    "kloppocar.api.requests.RequestMiddleware",
    "kloppocar.api.browsers.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kloppocar.api.browsers.CorsMiddleware",
    "kloppocar.api.browsers.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kloppocar.api.browsers.CsrfViewMiddleware",
    "kloppocar.api.browsers.AuthenticationMiddleware",
    "kloppocar.api.browsers.MessageMiddleware",
    "kloppocar.api.browsers.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "kloppocar.urls"
WSGI_APPLICATION = "kloppocar.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
CONTENT_LANGUAGES = env.list("CONTENT_LANGUAGES", default=["en", "de"])
if CONTENT_LANGUAGES[:1] != ["en"] or len(set(CONTENT_LANGUAGES)) != len(CONTENT_LANGUAGES):
    stop("CONTENT_LANGUAGES must begin with en and name each language once, like en,de.")
if unknown := set(CONTENT_LANGUAGES) - set(LANG_INFO):
    stop(f"CONTENT_LANGUAGES names {', '.join(sorted(unknown))[:40]}, which is no language that Django knows.")
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kloppocar.static.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "users.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["kloppocar.api.throttling.GeneralBudget"],
    "DEFAULT_PARSER_CLASSES": [
        "kloppocar.api.json.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "kloppocar.api.json.JSONRenderer",
        "kloppocar.api.browsable.BrowsableAPIRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "kloppocar.api.negotiation.ContentNegotiation",
    "DEFAULT_PAGINATION_CLASS": "kloppocar.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "kloppocar.api.filters.FilterBackend",
        "kloppocar.api.filters.SearchFilter",
        "kloppocar.api.filters.MissingFilter",
        "kloppocar.api.filters.OrderingFilter",
    ],
    "DEFAULT_METADATA_CLASS": "kloppocar.api.browsable.Metadata",
    "DEFAULT_SCHEMA_CLASS": "kloppocar.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "kloppocar.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_FORMATTER_CLASS": "kloppocar.api.errors.ExceptionFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kloppocar",
    "DESCRIPTION": "Scan codes, win numbered copies of limited collectibles, complete missions, hand copies on.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",  # where null is a type
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "kloppocar.api.schema.finish"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {  # fields of several resources are called status, state, kind or role
        "Audience": "users.models.Audience",
        "ProgressState": "communities.models.ChallengeState",  # of missions too
        "CollectibleStatus": "collectibles.models.CollectibleStatus",
        "CopyEventKind": "collectibles.models.CopyEventKind",
        "DistributionKind": "collectibles.models.DistributionKind",
        "Draw": "collectibles.models.Draw",
        "ErrorType": "kloppocar.api.schema.ERROR_TYPES",
        "MissionKind": "collectibles.models.MissionKind",
        "ModerationAction": "communities.models.community.ModerationAction",
        "NewsKind": "communities.models.NewsKind",
        "PictureType": "users.services.picture.CONTENT_TYPES",
        "Platform": "users.models.device.Platform",
        "Role": "communities.models.Role",
        "TransferState": "collectibles.models.transfer.TransferState",
        "UserStatus": "users.models.UserStatus",
        "UserStatusByHand": "users.models.SET_BY_HAND",
    },
}

# --- Browsers ------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not LOCAL
SESSION_COOKIE_AGE = 12 * 3_600  # a working day of staff
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "kloppocar.api.errors.csrf_failure"

# --- Logs: one JSON line a request ---------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    stop(f"LOG_LEVEL is {LOG_LEVEL!r}: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "kloppocar.api.requests.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": [], "propagate": False},
        "zappa.wsgi": {"level": "WARNING"},  # it would log every path with its query
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
    },
}
