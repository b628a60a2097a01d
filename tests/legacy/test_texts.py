"""What old texts mean, whatever shape they are in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloppocar.legacy.texts import decode, mended, texts_of

EN_DE = ["en", "de"]


def misread(text, encoding="cp1252"):
    return text.encode().decode(encoding)


@pytest.mark.parametrize(
    ("old", "texts", "troubles"),
    [
        ("Door", {"en": "Door"}, set()),
        (None, {}, set()),
        ("", {}, set()),
        ("   ", {}, set()),
        ("null", {"en": "null"}, set()),
        ("12", {"en": "12"}, set()),
        ('{"en": "Door", "de": "T\u00fcr"}', {"en": "Door", "de": "Tür"}, set()),
        ('{"en": "Door", "de": ""}', {"en": "Door"}, set()),
        ('{"en-US": "Door", "DE": "Tür"}', {"en": "Door", "de": "Tür"}, set()),
        ('{"en": "Door", "fr": "Porte"}', {"en": "Door"}, {"unknown_language"}),
        ('{"en": ["Door"]}', {}, {"not_texts"}),
        ('{"en": "Door", "de": "T', {"en": "Door", "de": "T"}, {"broken_json"}),
        ('{"en": "a \\"quoted\\" word', {"en": 'a "quoted" word'}, {"broken_json"}),
        ("{not json", {"en": "{not json"}, {"broken_json"}),
        ('"Door"', {"en": "Door"}, set()),
        ('"said" he', {"en": '"said" he'}, set()),
        ("[1, 2]", {}, {"not_texts"}),
        (json.dumps('{"en": "Twice"}'), {"en": "Twice"}, set()),
        (misread("Tür für Größe"), {"en": "Tür für Größe"}, {"misread_text"}),
        (misread("5 € \u2013 “Kloppo”", "latin1"), {"en": "5 € \u2013 “Kloppo”"}, {"misread_text"}),
        ("Viel Spaß…", {"en": "Viel Spaß…"}, set()),
        ("MENÜ…", {"en": "MENÜ…"}, set()),
        ("Schloß\u2013Tour", {"en": "Schloß\u2013Tour"}, set()),
        ("CAFÉ™", {"en": "CAFÉ™"}, set()),
        ("«Ä»", {"en": "«Ä»"}, set()),
        ("JÄ…", {"en": "JÄ…"}, set()),
        (misread("Škoda ❤\ufe0f…", "latin1"), {"en": "Škoda ❤\ufe0f…"}, {"misread_text"}),
        ('{"en": "nul\\u0000"}', {"en": "nul"}, {"odd_json"}),
        ("lost \ufffd", {"en": "lost \ufffd"}, {"damaged_text"}),
        ("nul\x00", {"en": "nul"}, {"forbidden_character"}),
        ("{" * 5_000, {"en": "{" * 5_000}, {"broken_json"}),
    ],
)
def test_a_text_in_any_shape(old, texts, troubles):
    assert texts_of(old, language="en", languages=EN_DE) == (texts, troubles)


def test_a_plain_text_is_of_the_language_that_was_said():
    assert texts_of("Tür", language="de", languages=EN_DE) == ({"de": "Tür"}, set())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_what_is_right_stays(text):
    """Unless it looks like UTF-8 read as latin1 and can be read again as such."""
    found, trouble = mended(text)

    assert found == text or (trouble == "misread_text" and misread_back(found) == text)


def misread_back(text):
    """As MySQL's latin1 would show these bytes: Windows-1252, and its holes as they are."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in text.encode()
    )


@given(st.text(st.sampled_from("aäöüßéèñ€\u2013“”„…ÄÖÜŠ™😀"), min_size=1, max_size=20))
def test_what_was_misread_comes_back(text):
    shown = misread_back(text)

    assert mended(shown)[0] == text


@given(st.dictionaries(st.sampled_from(EN_DE), st.text(max_size=20)), st.integers(0, 200))
def test_broken_json_never_crashes_and_gives_only_texts(texts, end):
    found, _ = decode(json.dumps(texts)[:end])

    assert isinstance(found, str | dict)
