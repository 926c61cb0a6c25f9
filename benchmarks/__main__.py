"""``python -m benchmarks``: speed beside plain Mesa, speed and memory of the full model, the cost of a full plan. Each row is a process."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys

HORIZON = 120
SIDE_BY_SIDE = (("terschelling", 24), ("ooststellingwerf", 12), ("zwolle", 6))
# place, months to settle, months timed, repeats
FULL = (("ooststellingwerf", 36, 120, 3), ("zwolle", 36, 120, 3), ("gelderland", 6, 24, 1))
COUNTRY = ("nederland", 2, 6, 1)
PLAN = (("veldhoven", 18, 4), ("zwolle", 18, 4), ("zwolle", 120, 1), ("gelderland", 12, 1))  # place, months, repeats
MODULES = {"side": "benchmarks.side_by_side", "full": "benchmarks.full_model", "plan": "benchmarks.full_plan"}


def chosen(quick: bool, country: bool) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Rows of the three tables."""
    side = list(SIDE_BY_SIDE[:2] if quick else SIDE_BY_SIDE)
    full = list(FULL[:2] if quick else FULL)
    return side, full + ([COUNTRY] if country and not quick else []), list(PLAN[:1] if quick else PLAN)


def in_process(kind: str, *args: object) -> dict[str, float]:
    """One measurement in a process of its own.

    Raises:
        SystemExit: the measurement failed; its own message stands above.
    """
    command = [sys.executable, "-m", "benchmarks", "--row", json.dumps([kind, *args])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"benchmark {kind} {args[0]} failed (exit status {done.returncode})")
    return json.loads(done.stdout.splitlines()[-1])


def row(spec: str) -> None:
    """Do one measurement and print it as JSON."""
    kind, *args = json.loads(spec)
    # imported here, so that the process of one measurement holds nothing of the other
    measured = importlib.import_module(MODULES[kind]).measure
    print(json.dumps(measured(*args)))


def side_line(place: str, r: dict[str, float]) -> str:
    """One row of the first table: microseconds per household and month, and ratios."""
    n = r["households"] * r["months"]
    cost = [1e6 * r[name] / n for name in ("engine", "keyed", "stream", "sampled")]
    ratio = [r[name] / r["engine"] for name in ("keyed", "stream", "sampled")]
    return f"{place:17}{r['households']:>11,.0f}" + "".join(f"{c:>9.3f}" for c in cost) + "".join(f"{x:>9.1f}" for x in ratio)


def full_line(place: str, r: dict[str, float]) -> str:
    """One row of the second table."""
    per_month = r["seconds"] / r["months"]
    cost = 1e9 * per_month / r["households"]
    return (
        f"{place:17}{r['households']:>11,.0f}{r['build']:>9.1f}{1 / per_month:>10.2f}{HORIZON * per_month:>10.1f}{cost:>9.0f}"
        f"{r['built_gb']:>9.2f}{r['peak_gb']:>9.2f}{r['columns_gb']:>9.2f}"
    )


def plan_line(place: str, r: dict[str, float]) -> str:
    """One row of the third table."""
    basis, plan = (1000 * r[name] / r["months"] for name in ("basis", "plan"))
    return f"{place:17}{r['instruments']:>13}{r['months']:>8}{basis:>10.1f}{plan:>10.1f}{plan / basis:>8.1f}"


def main(argv: list[str] | None = None) -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small gemeenten beside Mesa, the full model for two gemeenten")
    parser.add_argument("--nederland", action="store_true", help="also 8.4 million households (minutes; needs 10 GB)")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.row:
        row(options.row)
        return
    side, full, plan = chosen(options.quick, options.nederland)
    print("The simplified month, CPU microseconds per household and month (best of 3), and times as slow as the engine.")
    print("keyed: Mesa with the engine's draws, checked to make the same moves; stream: model.random; sampled: stream, homes sampled")
    print(f"{'':17}{'households':>11}{'engine':>9}{'keyed':>9}{'stream':>9}{'sampled':>9}{'keyed':>9}{'stream':>9}{'sampled':>9}")
    for place, months in side:
        print(side_line(place, in_process("side", place, months)), flush=True)
    print(f"\nThe full model, one core, CPU seconds; {HORIZON} months are measured, or scaled from fewer in the larger places.")
    heads = ("households", "build", "months/s", f"{HORIZON} m., s", "ns/hh/m", "GB built", "GB peak", "GB cols")
    print(f"{'':17}" + "".join(f"{h:>{n}}" for h, n in zip(heads, (11, 9, 10, 10, 9, 9, 9, 9), strict=True)))
    for place, *rest in full:
        print(full_line(place, in_process("full", place, *rest)), flush=True)
    print("\nA month with every instrument at work, each with its own settings, beside a month of basis; CPU milliseconds.")
    print(f"{'':17}{'instruments':>13}{'months':>8}{'basis':>10}{'plan':>10}{'ratio':>8}")
    for place, *rest in plan:
        print(plan_line(place, in_process("plan", place, *rest)), flush=True)


if __name__ == "__main__":
    main()
