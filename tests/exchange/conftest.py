"""The demo's rows, and a file taken into a resource."""

import csv
import io
import json

import pytest

from kloppocar import demo
from kloppocar.exchange.export import Export
from kloppocar.exchange.registry import OPERATOR, RESOURCES
from kloppocar.exchange.report import Report
from kloppocar.exchange.source import Source
from kloppocar.exchange.taking import Taking


@pytest.fixture
def story(settings, db):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    demo.load()
    demo.play()


def exported(resource, form="csv"):
    return b"".join(Export(resource).written(form))


def lines_of(content):
    """A table's rows, as a spreadsheet shows them."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(rows, delimiter=","):
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def as_json(rows):
    return json.dumps(rows).encode()


def take(resource, content, form="csv", *, dry_run=False, progress=int, **options):
    resource = RESOURCES.get(resource, resource) if isinstance(resource, str) else resource
    taking = Taking(resource, OPERATOR, **options)
    source = Source(io.BytesIO(content), taking.columns, form, needs_version=not options.get("force"))
    return taking.take(source, Report(), dry_run=dry_run, progress=progress)
