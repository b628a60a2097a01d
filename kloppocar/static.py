"""Static files below whatever stands before our paths: API Gateway's stage, or with a domain of our own nothing."""

from django.contrib.staticfiles import storage
from django.urls import get_script_prefix


class StaticFilesStorage(storage.StaticFilesStorage):
    """Django asks STATIC_URL once a process; the prefix belongs to the request."""

    def url(self, name):
        return get_script_prefix().rstrip("/") + super().url(name)
