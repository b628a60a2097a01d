"""Medians, p99 and ratios as one table, the other figures below it, and how they moved."""

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


def everything(found: dict[str, Any]) -> str:
    lines = [f"{found['size']} rows; milliseconds; x limit: CPU as a multiple of the limit's", table(found["table"])]
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
