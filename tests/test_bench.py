"""`make bench`: kept figures are read before anything is measured, and JSON stays JSON beside them."""

import contextlib
import json

import pytest

from benchmarks import __main__ as bench

ROW = {"scenario": "one row", "contender": "product", "cpu": 1.0, "ratio": 3.5}
FIGURES = {"size": "100k", "table": [ROW]}


@pytest.fixture
def run(monkeypatch):
    """The program with arguments, on figures that are already there instead of a server's."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["bench", *arguments])
        return bench.main()

    monkeypatch.setattr(bench.data, "server", contextlib.nullcontext)
    monkeypatch.setattr(bench, "heed_signals", lambda: None)
    monkeypatch.setattr(bench, "measure", lambda mariadb, options: FIGURES)
    return run


@pytest.fixture
def baseline(tmp_path):
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(FIGURES))
    return path


def test_json_stays_json_beside_a_comparison(run, baseline, capsys):
    assert run("--json", "--against", str(baseline)) == 0

    said = capsys.readouterr()
    assert json.loads(said.out) == FIGURES
    assert "one row" in said.err


@pytest.mark.parametrize("text", [None, "no json", "[]", "{}", '{"size": "100k", "table": [{}]}'])
def test_a_baseline_that_is_none_is_refused_before_measuring(run, baseline, capsys, monkeypatch, text):
    monkeypatch.setattr(bench, "measure", lambda *_: pytest.fail("measured"))
    baseline.unlink() if text is None else baseline.write_text(text)

    with pytest.raises(SystemExit):
        run("--against", str(baseline))

    assert "holds no figures" in capsys.readouterr().err


def test_figures_of_another_size_are_not_compared(run, baseline, capsys):
    with pytest.raises(SystemExit):
        run("--size", "1k", "--against", str(baseline))

    assert "100k rows" in capsys.readouterr().err
