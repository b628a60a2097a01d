"""Medians, p99 and ratios as one table, the other figures below it, and how they moved."""

import statistics
from collections.abc import Iterable
from typing import Any

Series = dict[str, list[float]]  # "cpu" and "wall", in milliseconds


def summary(series: Series) -> dict[str, float]:
    found = {}
    for kind in ("cpu", "wall"):
        ordered = sorted(series[kind])
        found[kind] = statistics.median(ordered)
        found[f"{kind}_p99"] = ordered[int(len(ordered) * 0.99)]
    return found


HEAD = ("cpu", "p99", "wall", "p99", "db cpu", "stmts", "bytes", "x limit", "p99/med")
WIDTHS = (8, 8, 8, 8, 8, 7, 8, 9, 9)


def table(rows: list[dict[str, Any]]) -> str:
    """One line a scenario and contender."""
    return "\n".join([line("", "", HEAD), *(line(row["scenario"], row["contender"], cells(row)) for row in rows)])


def cells(row: dict[str, Any]) -> list[str]:
    milliseconds = [f"{row[name]:.3f}" for name in ("cpu", "cpu_p99", "wall", "wall_p99", "database")]
    ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
    return [*milliseconds, row["statements"], row["bytes"], ratio, f"{row['wall_p99'] / row['wall']:.2f}"]


def line(scenario: str, contender: str, values: Iterable[Any]) -> str:
    columns = zip(values, WIDTHS, strict=True)
    return f"{scenario:30}{contender:9}" + "".join(f"{value:>{width}}" for value, width in columns)


def everything(found: dict[str, Any]) -> str:
    lines = [f"{found['size']} rows; milliseconds; x limit: CPU as a multiple of the limit's", table(found["table"])]
    if "depth" in found:
        deep = ", ".join(f"{name} {ratio:.2f}" for name, ratio in found["depth"].items())
        lines.append(f"page at 90 % of these rows against the first page of 1k, wall: {deep}")
    if "cold" in found:
        starts = ", ".join(f"{name} {milliseconds:.0f}" for name, milliseconds in found["cold"].items())
        lines.append(f"cold start to the first answer, ms of CPU beyond bare Python: {starts}")
    if "memory" in found:
        kept = found["memory"]
        lines.append(
            f"memory after {kept['requests']} requests: {kept['early']:.1f} -> {kept['late']:.1f} MiB resident"
        )
    if "server" in found:
        served = ", ".join(f"{name} {rate:.0f}" for name, rate in found["server"].items())
        lines.append(f"one gunicorn process, requests a second, list of 50: {served or 'NOT MEASURED: WRK IS MISSING'}")
    for name, rate in found.get("redemptions", {}).items():
        lines.append(f"redemptions a second, {name}: {rate:.0f}")
    return "\n".join(lines)


def comparison(found: dict[str, Any], before: dict[str, Any]) -> str:
    """By scenario, the product's CPU and its distance from the limit, then and now."""
    old = {row["scenario"]: row for row in before["table"] if row["contender"] == "product"}
    lines = [f"{'against the kept figures':30}{'cpu then':>10}{'now':>9}{'x limit then':>14}{'now':>7}"]
    for row in found["table"]:
        then = old.get(row["scenario"])
        if row["contender"] == "product" and then:
            ratios = [f"{each['ratio']:.2f}" if each["ratio"] else "" for each in (then, row)]
            lines.append(f"{row['scenario']:30}{then['cpu']:10.3f}{row['cpu']:9.3f}{ratios[0]:>14}{ratios[1]:>7}")
    return "\n".join(lines)
