"""The rehearsal's steps as a table: what was tried, how it went, and how long it took."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from . import Wrong


@dataclass
class Row:
    step: str
    milliseconds: float
    wrong: str = ""
    note: str = ""


class Report:
    """`step` runs one and remembers; a step that fails does not keep the others from being tried."""

    def __init__(self, log: TextIO) -> None:
        self.rows: list[Row] = []
        self.log = log

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        row = Row(name, 0)
        result = None
        try:
            result = work()
            row.note = result if isinstance(result, str) else ""
        except Wrong as error:
            row.wrong = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this step's
            row.wrong = f"{type(error).__name__}: {error}"
            self.log.write(traceback.format_exc())
        row.milliseconds = (time.perf_counter() - started) * 1000
        self.rows.append(row)
        print(f"rehearse: {line(row)}", flush=True)
        return result

    def note(self, name: str, text: str) -> None:
        self.rows.append(Row(name, 0, note=text))

    @property
    def failed(self) -> int:
        return sum(bool(row.wrong) for row in self.rows)

    def table(self) -> str:
        lines = ["", f"{'step':58} {'result':6} {'ms':>8}  "]
        lines += [line(row) for row in self.rows]
        lines.append(f"{self.failed} of {len(self.rows)} steps are RED" if self.failed else "All steps are green.")
        return "\n".join(lines)


def line(row: Row) -> str:
    took = f"{row.milliseconds:8.0f}" if row.milliseconds else " " * 8
    return f"{row.step:58} {'RED' if row.wrong else 'green':6} {took}  {row.wrong or row.note}".rstrip()
