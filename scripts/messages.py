"""Bring every language's django.po in step with the sentences that the code marks by `_("...")` and pages by
`{% translate "..." %}`, and compile it.

New sentences come in untranslated and are printed; those that the code no longer says are thrown away.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["kloppocar", "users", "communities", "catalog", "collectibles"]
in_template = re.compile(r'\{% translate "([^"]+)"').findall
LOCALES = ROOT / "kloppocar" / "locale"


def main() -> None:
    said = dict.fromkeys(sentences())
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        file = polib.pofile(str(path), wrapwidth=120)
        known = {entry.msgid: entry for entry in file}
        file[:] = [known.get(sentence) or polib.POEntry(msgid=sentence) for sentence in said]
        file.save()
        file.save_as_mofile(str(path.with_suffix(".mo")))
        for entry in file.untranslated_entries():
            print(f"messages: {path.relative_to(ROOT)} lacks: {entry.msgid}")


def sentences() -> Iterator[str]:
    """Every marked sentence, in the order of the files and their lines."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                    (argument,) = node.args
                    yield ast.literal_eval(argument)
        for path in sorted((ROOT / room).rglob("*.html")):
            yield from in_template(path.read_text())


if __name__ == "__main__":
    main()
