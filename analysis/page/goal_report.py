"""Goals and packages as files, pictures and plain words (language level B1), Dutch first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.estimates.goals import Goal, Run, goals_table
from analysis.estimates.packages import Package, cheapest, packages_table
from analysis.page import words
from analysis.page.figures import BLUE, COLOURS, INK, RED, SOFT, WIDTH, svg_and_png
from analysis.page.summary import ONLY_CHANCE, PLAIN_SIGNS
from analysis.page.words import Text, number, numbers
from analysis.tables.made import GOALS
from sim.world.names import ALL, BASIS, PLACEBO


def finish(
    out: Path,
    scenario: str,
    goals: Mapping[str, Goal],
    runs: Mapping[tuple[str, int], Run],
    place: str,
    title: Mapping[str, str],
    packages: Sequence[Package] = (),
    check: Package | None = None,
    probability: float = 0.0,
) -> str:
    """Write what ``GOALS`` names (packages after a search only), each whole or not at all; returns the Dutch summary.

    Rows of another scenario in these tables stay; those of basis and placebo are of this command.

    Args:
        runs: by (scenario, seed), basis and placebo among them. place: slug. title: of the scenario, nl and en.
        packages: what a search tried; check: the cheapest that is enough, in seeds of its own.
    """
    table = goals_table(goals, runs)
    names = {key: Text(goal.title.nl, goal.title.en) for key, goal in goals.items()}
    tables, pictures = {"goals": table}, {"goals": svg_and_png(partial(over_time, table, scenario, names, "nl"))}
    if packages:
        tables["packages"] = tried = packages_table(scenario, packages, check, probability)
        pictures["packages"] = svg_and_png(partial(trade_off, tried, probability, "nl"))
    GOALS.write(out, scenario, tables, pictures)
    lines = plain(table, scenario, goals, Text(title["nl"], title["en"]), place)
    if packages:
        lines += found(packages, check, probability)
    return "\n".join(line.nl for line in [*lines, ONLY_CHANCE]).translate(PLAIN_SIGNS)


def plain(table: pd.DataFrame, scenario: str, goals: Mapping[str, Goal], name: Text, place: str) -> list[Text]:
    """Each goal in its own month, beside basis and the placebo; then all together."""
    due = table[table["due"]].set_index(["scenario", "goal"])
    town, seeds = words.place(place), int(table["seeds"].max())
    lines = [
        Text(
            f"In dit model van {town}, met ‘{name.nl}’ ({seeds} nagebootste werelden):",
            f"In this model of {town}, with ‘{name.en}’ ({seeds} simulated worlds):",
        )
    ]
    titles = {key: (Text(goal.title.nl, goal.title.en), goal.within) for key, goal in goals.items()}
    last = max(goal.within for goal in goals.values())
    for key, (title, within) in [*titles.items(), (ALL, (Text("Alle doelen, elk op zijn tijd", "All goals, each in its time"), last))]:
        mine, base = _percent(due.loc[(scenario, key)]), _percent(due.loc[(BASIS, key)])
        chance = ", ".join(_percent(due.loc[(PLACEBO, key)])[:1]) if (PLACEBO, key) in due.index else "–"
        lines.append(
            Text(
                f"- {title.nl}, na {within} maanden: gehaald in {mine[0]} van de werelden ({mine[1]}); met het beleid van nu in "
                f"{base[0]}, door toeval alleen (placebo) in {chance}.",
                f"- {title.en}, after {within} months: reached in {mine[0]} of the worlds ({mine[1]}); with today's policy in "
                f"{base[0]}, by chance alone (placebo) in {chance}.",
            )
        )
    cost = numbers(float(due.loc[(scenario, ALL)]["cost"]))
    lines.append(Text(f"Kosten tot het laatste doel: {cost.nl} euro.", f"Cost by the last goal: {cost.en} euro."))
    return lines


def _percent(row: pd.Series) -> tuple[str, str]:
    """A share and its interval, in percent."""
    low, high = (number(100 * row[key]) for key in ("lower", "upper"))
    return f"{number(100 * row['share'])} %", f"{low} – {high} %"


def found(packages: Sequence[Package], check: Package | None, probability: float) -> list[Text]:
    """The cheapest package that is enough, and whether new seeds agree; or how near the best one comes."""
    best, wanted = cheapest(packages, probability), number(100 * probability)
    n = len(packages)
    if best is None:
        near = max(packages, key=lambda one: (one.share, -one.cost))
        share, cost = number(100 * near.share), numbers(near.cost)
        return [
            Text(
                f"Geen van de {n} geprobeerde pakketten haalt alle doelen in {wanted} % van de werelden; het beste haalt {share} %, "
                f"voor {cost.nl} euro ({_doses(near)}).",
                f"None of the {n} packages tried reaches all goals in {wanted} % of the worlds; the best reaches {share} %, for "
                f"{cost.en} euro ({_doses(near)}).",
            )
        ]
    share, cost = number(100 * best.share), numbers(best.cost)
    lines = [
        Text(
            f"Van {n} geprobeerde pakketten is dit het goedkoopste dat alle doelen in minstens {wanted} % van de werelden haalt: "
            f"{_doses(best)}; {cost.nl} euro, {share} %.",
            f"Of {n} packages tried this is the cheapest that reaches all goals in at least {wanted} % of the worlds: "
            f"{_doses(best)}; {cost.en} euro, {share} %.",
        )
    ]
    if check is not None:
        again, of = number(100 * check.share), len(check.reached)
        agrees = check.share >= probability - 1e-9
        verdict = (
            Text("dat is genoeg", "that is enough")
            if agrees
            else Text("dat is te weinig: reken met meer seeds", "that is too few: use more seeds")
        )
        lines.append(
            Text(
                f"In {of} nieuwe werelden, die bij het kiezen niet meetelden, haalt dit pakket de doelen in {again} %; {verdict.nl}.",
                f"In {of} new worlds, which had no part in the choice, this package reaches the goals in {again} %; {verdict.en}.",
            )
        )
    return lines


def _doses(package: Package) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in package.doses.items())


def over_time(table: pd.DataFrame, scenario: str, names: Mapping[str, Text], language: str) -> Figure:
    """Share of the worlds in which each goal holds, by month: the scenario, and dashed basis."""
    fig = Figure(figsize=(WIDTH, 3.6), layout="constrained")
    ax = fig.subplots()
    for k, (key, name) in enumerate(names.items()):
        colour = COLOURS[k % len(COLOURS)]
        for who, dash in ((scenario, "-"), (BASIS, "--")):
            rows = table[(table["goal"] == key) & (table["scenario"] == who)]
            label = name.of(language) if who == scenario else None
            ax.plot(rows["month"] + 1, 100 * rows["share"], dash, color=colour, linewidth=1.8, label=label)
        at = table[(table["goal"] == key) & (table["scenario"] == scenario) & table["due"]]
        ax.plot(at["month"] + 1, 100 * at["share"], "o", color=colour)
    ax.set_xlabel(Text("maanden (stip: op tijd; gestreept: basis)", "months (dot: due; dashed: base)").of(language))
    ax.set_ylabel(Text("% van de werelden", "% of the worlds").of(language))
    ax.set_ylim(-4, 104)
    fig.legend(loc="outside lower left", fontsize=8.5)
    return fig


def trade_off(table: pd.DataFrame, probability: float, language: str) -> Figure:
    """Cost against the share of the worlds that reaches the goals: every package, the curve, the chosen one."""
    fig = Figure(figsize=(WIDTH, 3.4), layout="constrained")
    ax = fig.subplots()
    tried = table[~table.duplicated(["package"])]
    on = tried[tried["on_curve"]].sort_values("cost")
    ax.axhline(100 * probability, color=SOFT, linewidth=1.0, linestyle=":")
    ax.plot(tried["cost"], 100 * tried["share"], "o", color=INK, markersize=4, label=Text("pakket", "package").of(language))
    ax.step(on["cost"], 100 * on["share"], where="post", color=BLUE, label=Text("goedkoopste", "cheapest").of(language))
    chosen, check = tried[tried["chosen"]], table[table.duplicated(["package"])]
    ax.plot(chosen["cost"], 100 * chosen["share"], "D", color=BLUE, label=Text("gekozen", "chosen").of(language))
    ax.plot(check["cost"], 100 * check["share"], "D", color=RED, label=Text("in nieuwe werelden", "in new worlds").of(language))
    ax.set_xlabel(Text("kosten, euro", "cost, euro").of(language))
    ax.set_ylabel(Text("% van de werelden dat de doelen haalt", "% of the worlds that reaches the goals").of(language))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, 0, language)))
    ax.set_ylim(-4, 104)
    fig.legend(loc="outside lower left", ncols=4, fontsize=8.5)
    return fig
