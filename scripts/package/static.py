"""Collect the static files of the admin and the documentation: python -m scripts.package.static TARGET"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command

# Our documentation is Swagger UI; browsers take the small forms of scripts and the modern form of fonts.
UNUSED = ["redoc", "*.map", "*.eot", "*.ttf", "*.woff", "*webfont.svg", "*halflings*.svg"]
UNUSED += ["jquery.js", "xregexp.js", "select2.full.js"]


def main(target: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    django.setup()
    settings.STATIC_ROOT = target
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)


if __name__ == "__main__":
    main(sys.argv[1])
