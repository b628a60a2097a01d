"""Medians, p99 and ratios as one table."""

import statistics
from typing import Any

Series = dict[str, list[float]]  # "cpu" and "wall", in milliseconds


def summary(series: Series) -> dict[str, float]:
    found = {}
    for kind in ("cpu", "wall"):
        ordered = sorted(series[kind])
        found[kind] = statistics.median(ordered)
        found[f"{kind}_p99"] = ordered[int(len(ordered) * 0.99)]
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """One line a scenario and contender, its CPU as a multiple of the limit's at the end."""
    head = f"{'':30}{'':9}{'cpu':>8}{'p99':>8}{'wall':>8}{'p99':>8}{'stmts':>7}{'bytes':>8}{'x limit':>9}{'p99/med':>9}"
    lines = [head]
    for row in rows:
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        lines.append(
            f"{row['scenario']:30}{row['contender']:9}{row['cpu']:8.3f}{row['cpu_p99']:8.3f}{row['wall']:8.3f}"
            f"{row['wall_p99']:8.3f}{row['statements']:7}{row['bytes']:8}{ratio:>9}{row['wall_p99'] / row['wall']:9.2f}"
        )
    return "\n".join(lines)
