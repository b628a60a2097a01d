"""Sentences for people: every one that the code marks is there in German, and what is compiled is what is written."""

import ast
import gettext

import polib
import pytest
from django.conf import settings

from scripts.messages import LOCALES, sentences
from tests.make import make_code

FILES = sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_every_sentence_is_translated_and_compiled(path):
    written = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert set(written) == set(sentences()), "run `make messages`"
    assert all(written.values())
    assert {sentence: compiled.gettext(sentence) for sentence in written} == written


def test_every_language_of_the_content_has_its_sentences():
    assert {"en", *(path.parts[-3] for path in FILES)} >= {"en", "de"}


def refusals_without_a_mark():
    """Calls of `Refusal(code, detail)` whose sentence is a bare text."""
    for room in ("kloppocar", "users", "communities", "catalog", "collectibles"):
        for path in (settings.BASE_DIR / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                is_refusal = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal"
                if is_refusal and isinstance(node.args[1], ast.Constant | ast.JoinedStr):
                    yield f"{path}:{node.lineno}"


def test_no_refusal_speaks_english_only():
    assert list(refusals_without_a_mark()) == [], 'mark them by _("..."), run `make messages`, translate'


@pytest.mark.parametrize(
    ("query", "header", "own", "says"),
    [
        ("", "", "", "We do not know this code."),
        ("?lang=de", "", "", "Diesen Code kennen wir nicht."),
        ("", "de-AT,de;q=0.9,en;q=0.8", "", "Diesen Code kennen wir nicht."),
        ("", "fr,en;q=0.5", "de", "We do not know this code."),
        ("", "", "de", "Diesen Code kennen wir nicht."),
        ("?lang=en", "de", "de", "We do not know this code."),
        ("", "fr", "", "We do not know this code."),
    ],
)
def test_a_refusal_speaks_the_asked_language(api, alice, query, header, own, says):
    type(alice).objects.filter(pk=alice.pk).update(language=own)
    headers = {"HTTP_ACCEPT_LANGUAGE": header} if header else {}

    response = api("alice").post(f"/api/v1/redemptions/{query}", {"code": "7Q2M-4K9X-ABG"}, **headers)

    assert response.json()["errors"][0]["detail"] == says


def test_the_next_request_does_not_inherit_the_language(api):
    client = api("alice")
    client.post("/api/v1/redemptions/?lang=de", {"code": "???"})

    response = client.post("/api/v1/redemptions/", {"code": "???"})

    assert response.json()["errors"][0]["detail"] == "This code is mistyped: please check it."


def test_a_preview_speaks_the_asked_language(api):
    response = api("alice").post("/api/v1/redemptions/preview/?lang=de", {"code": make_code().code})

    assert response.json()["detail"] == "Dieser Code kann jetzt eingelöst werden."


def test_forms_and_budgets_speak_it_too(api, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"code_guesses": (1, 10_000_000)}
    client = api("alice")

    missing = client.post("/api/v1/redemptions/?lang=de", {})
    answers = [client.post("/api/v1/redemptions/?lang=de", {"code": "7Q2M-4K9X-ABG"}) for _ in range(2)]

    assert missing.json()["errors"][0]["detail"] == "Dieses Feld ist zwingend erforderlich."
    assert answers[1].json()["errors"][0]["detail"].startswith("Zu viele falsche Versuche.")
