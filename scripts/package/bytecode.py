"""Compile every module below a folder for Lambda: python bytecode.py FOLDER PREFIX [--without-docstrings]

Run by the runtime's own Python, on its own, with hash randomisation off. The code says that it lies below PREFIX, and
is never held against its source's date: a zip knows none that Python would believe.
"""

import ast
import importlib.util
import sys
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]
from pathlib import Path

NOBODY_CHECKS = False


def main(folder: Path, prefix: str, without_docstrings: bool) -> None:
    for path in sorted(folder.rglob("*.py")):
        source = path.read_bytes()
        try:
            tree = ast.parse(source)
            if without_docstrings:
                strip(tree)
            code = compile(tree, f"{prefix}/{path.relative_to(folder)}", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # a template of code, say; the check of the zip misses what matters
        target = Path(importlib.util.cache_from_source(str(path)))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), NOBODY_CHECKS))


def strip(tree: ast.Module) -> None:
    """Docstrings of packages: a twentieth of the zip that nobody reads there. What begins with one goes on without."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and has_docstring(node):
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]


def has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], "--without-docstrings" in sys.argv)
