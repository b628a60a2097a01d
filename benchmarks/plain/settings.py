"""Plain DRF: the framework's defaults, an API only; the product's own tables."""

import os

import environ

SECRET_KEY = "bench"
ALLOWED_HOSTS = ["*"]
DEBUG = False
USE_TZ = True
DATABASES = {
    "default": environ.Env.db_url_config(os.environ["DATABASE_URL"])
    | {"CONN_MAX_AGE": 600, "OPTIONS": {"charset": "utf8mb4", "init_command": "SET time_zone = '+00:00'"}}
}
CONTENT_LANGUAGES = ["en", "de"]
COGNITO_JWKS = os.environ["COGNITO_JWKS"]
COGNITO_ISSUER = os.environ["COGNITO_ISSUER"]
COGNITO_CLIENT_IDS = [os.environ["COGNITO_CLIENT_IDS"]]
AUTH_USER_MODEL = "users.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "users",
    "communities",
    "catalog",
    "collectibles",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "django_filters",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "benchmarks.plain.views"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.plain.authentication.Bearer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
}
SILENCED_SYSTEM_CHECKS = ["mysql.W003"]
