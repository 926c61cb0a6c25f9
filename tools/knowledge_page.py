"""Tables of docs/knowledge.md: the assumptions with their ranges, how the study was made, and what decides about each card."""

from __future__ import annotations

import pandas as pd

from analysis.estimates import held_out
from analysis.estimates.knowledge import FACTOR, OF_OLDER, SHIFT, deciding, shipped
from experiments.assumptions import behaviour, of_instrument
from sim.counts.indicators import REGISTRY as INDICATORS
from sim.interventions import REGISTRY

SHOWN = ("senior_moves", "suitable_seniors", "starters_housed")


def made_study() -> str:
    """How the study was made."""
    about = shipped().about
    rows = [
        ("place, date, commit", f"{about['place']}, {about['date']}, {about['commit'][:12]}"),
        ("command", f"`{about['command']}`"),
        ("draws of each card", str(about["draws"])),
        ("draws kept, of base worlds tried, of candidates", f"{about['draws_of_funnel']}, of {about['tried']}, of {about['candidates']:,}"),
        ("a candidate is passed over", f"when regression foresees less than {about['likely']:.0%} chance that its base world fits"),
        ("worlds of each draw, and as shipped", f"1, {about['seeds_as_shipped']}"),
        ("a draw is kept", f"when each fitted figure of the base world is within {about['near']:.0%} of its source"),
    ]
    for card, (low, high) in about["funnel"].items():
        mine = shipped().effects.query("card == @card and indicator == 'senior_moves' and group_by == 'all' and draw > 0")
        kept = f"when {low:.0%} to {high:.0%} of its talks end in a move (C36): {mine['difference'].notna().sum()} of {len(mine)}"
        rows.append((f"a draw is kept for `{card}`", kept))
    if (older := shipped().older) is not None:
        before = older.about
        rows.append(("cards marked *older*", f"from a study of {before['date']}, {before['commit'][:12]}, made in the same way"))
    return "| | |\n|---|---|\n" + "".join(f"| {what} | {value} |\n" for what, value in rows)


def made_spreads() -> str:
    """What the draws make of each card: factors from the 2.5th to the 97.5th of a hundred draws, or that the study sees no effect."""
    lines = [
        "| card | " + " | ".join(INDICATORS[key].en for key in SHOWN) + " |",
        "|---|" + "---|" * len(SHOWN),
    ]
    anew = set(shipped().effects["card"])
    for card in sorted(shipped().cards):
        cells = []
        for indicator in SHOWN:
            found = shipped().spread([card], indicator)
            low, high = pd.Series(found.values).quantile([0.025, 0.975]) if len(found.values) else (0.0, 0.0)
            of_basis = f"no effect seen; {low:+.1%} to {high:+.1%} of basis"
            scale = {FACTOR: f"{low:.2f} to {high:.2f} times", SHIFT: of_basis}
            more = found.but.removeprefix(OF_OLDER).removeprefix("; ")
            cells.append(more or scale.get(found.kind, found.kind))
        older = "" if card in anew else " (older)"
        lines.append(f"| `{card}`{older} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def made_held_out() -> str:
    """How many draws lie within the interval that the others give, and within it in another place."""
    here, there = shipped().about["place"], shipped().about["elsewhere"]
    header = ("card", f"draws left out, {here}: inside", "interval", f"the same draws in {there}: inside", "interval there")
    lines = ["| " + " | ".join(header) + " |", "|---|---|---|---|---|"]
    for card, left_out, elsewhere in held_out.rows():
        cells = [*_held(left_out, "no effect seen"), *_held(elsewhere, "not run, or no effect seen")]
        lines.append(f"| `{card}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _held(one: held_out.Held | None, why_not: str) -> tuple[str, str]:
    return (why_not, "–") if one is None else (f"{one.inside} of {one.draws}", f"{one.lower:,.0f} to {one.upper:,.0f}")


def made_deciding() -> str:
    """The three assumptions that decide most about each card's effect on moves by seniors."""
    table = deciding()
    lines = ["| card | first | second | third |", "|---|---|---|---|"]
    for card, part in table.groupby("card", sort=True):
        cells = [f"`{row.assumption}` ({row.correlation:+.2f})" for row in part.sort_values("rank").itertuples()]
        lines.append(f"| `{card}` | " + " | ".join(cells + ["–"] * (3 - len(cells))) + " |")
    return "\n".join(lines) + "\n"


def made_unsure() -> str:
    """All that no source pins down, with the range that is plausible and where it is from."""
    lines = ["| assumption | as shipped | plausible | range |", "|---|---|---|---|"]
    for one in [*behaviour(), *(one for key in REGISTRY for one in of_instrument(key))]:
        lines.append(f"| `{one.key}` | {one.default:g} | {one.low:g} to {one.high:g} | {one.rule} |")
    return "\n".join(lines) + "\n"
