"""Tables of docs/knowledge.md about the calibration that ships: how it was made, what is left of each parameter, and what it holds."""

from __future__ import annotations

import pandas as pd

from analysis.estimates import posterior
from analysis.estimates.calibration import quantiles
from tools.markdown import table

ENDS = (0.05, 0.5, 0.95)


def made_calibration() -> str:
    """How the calibration that ships was made, and what it says of itself."""
    about = posterior.shipped().about
    held = pd.read_csv(posterior.FOLDER / posterior.HELD_BACK)
    joint = next(row for row in about["recovery"] if row["assumption"] == "together")
    waves = ", ".join(f"{one['runs']} ({one['left_before']:.0%})" for one in about["waves"])
    inside = sum(row["inside"] for row in about["targets"])
    kept = sum(map(len, about["keep_prior"].values()))
    rows = [
        ("place, date, commit", f"{about['place']}, {about['date']}, {about['commit'][:12]}"),
        ("base worlds of each wave (share of the prior that was left before it)", waves),
        ("left of the prior in the end", f"{about['left']:.1%}"),
        ("kept draws, and how many of equal weight say as much", f"{len(posterior.shipped().draws)}, {about['effective_draws']:.0f}"),
        ("recovery: truths in the 90 % region of all together", f"{joint['inside']} of {joint['truths']}"),
        ("fitted figures within the 90 % interval of the draws", f"{inside} of {len(about['targets'])}"),
        (f"kept back, {about['place']}: within the 90 % interval", f"{held['inside'].sum()} of {len(held)}"),
        ("no target sees", ", ".join(f"`{name}`" for name in about["unseen"]) or "none of them"),
        ("settings of cards that keep their prior, of parameters that were not drawn", f"{kept}, {len(about['not_drawn'])}"),
    ]
    return table(("", ""), rows)


def made_left() -> str:
    """Of each parameter its draws, how much it narrowed and moved, and how many truths came back."""
    found = posterior.shipped()
    recovered = {row["assumption"]: row for row in found.about["recovery"]}
    rows = []
    for one in found.about["parameters"]:
        name = one["assumption"]
        low, middle, high = quantiles(found.draws[[name]].to_numpy(), found.weight.to_numpy(), ENDS)[:, 0]
        back = f"{recovered[name]['inside']} of {recovered[name]['truths']}" if name in recovered else "as shipped in all truths"
        rows.append((f"`{name}`", f"{middle:.3g} ({low:.3g} to {high:.3g})", f"{one['deviation']:.2f}", f"{one['moved']:.3f}", back))
    rows.append(("the furthest of five dummies", "", "", f"{found.about['moved_of_dummies']:.3f}", ""))
    return table(("parameter", "draws: middle (90 %)", "deviation over that of the prior", "moved", "recovered"), rows)


def made_fitted() -> str:
    """Of each fitted figure what was observed, what the draws give, the discrepancy and how far its emulator is off."""
    rows = []
    for one in posterior.shipped().about["targets"]:
        gives = f"{one['lower']:.3g} to {one['upper']:.3g}"
        errors = (f"{one[key]:.1%}" for key in ("whole", "chance", "spread", "left_out"))
        rows.append((f"`{one['target']}`", f"{one['observed']:.3g}", gives, *errors, f"{one['said']:.2f}"))
    head = ("figure", "observed", "draws (90 %)", "discrepancy", "chance", "spread of the runs", "emulator off", "over what it said")
    return table(head, rows)


def made_kept_back() -> str:
    """What was kept back beside the interval of the draws."""
    held = pd.read_csv(posterior.FOLDER / posterior.HELD_BACK)
    rows = [
        (row.place, f"`{row.figure}`", f"{row.observed:.3g}", f"{row.lower:.3g} to {row.upper:.3g}", "yes" if row.inside else "no")
        for row in held.itertuples()
    ]
    return table(("place", "figure", "observed", "draws (90 %)", "inside"), rows)
