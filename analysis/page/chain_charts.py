"""Pictures of chains: a hundred as rows with the colour of their end, and lengths by kind of start."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.page.figures import INK, NARROW, RULE, SOFT, WIDTH, _comma
from analysis.page.quote import Quote, rich
from analysis.page.section import Cell, Chart, Grid, Page
from analysis.page.words import Text, capitals
from sim.world.codes import EndReason
from sim.world.names import ALL

ENDS = {  # in the order of the legend: words and colour
    EndReason.STARTER.key: (Text("wie komt, laat geen huis achter", "who comes leaves no home"), "#0072B2"),
    EndReason.ARRIVAL.key: (Text("van buiten het gebied", "from elsewhere"), "#009E73"),
    EndReason.SEPARATED.key: (Text("uit elkaar: iemand blijft in het oude huis", "separated: somebody stays behind"), "#CC79A7"),
    EndReason.WITHDRAWN.key: (Text("buiten gebruik", "out of use"), "#56B4E9"),
    EndReason.DEMOLISHED.key: (Text("gesloopt", "demolished"), INK),
    EndReason.OPEN.key: (Text("nog leeg", "still empty"), "#E69F00"),
}
STUB = 0.18  # of a chain into which nobody moved


def hundred(page: Page) -> Chart | None:
    """The picture; None without a ledger."""
    links, counts = page.tables["chain_examples"], page.tables["chain_hundred"]
    if counts.empty:
        return None
    chains = links[links["in_hundred"]].drop_duplicates("chain").sort_values(["moves", "end", "chain"], ignore_index=True)
    of = {(by, value): _count(page, counts, by, value) for by, value in zip(counts["by"], counts["value"], strict=True)}
    one = of.get(("moves", "1"))
    finding = (
        rich(
            "{n} van {all} ketens stoppen na één verhuizing" if one.value != 1 else "{n} van {all} ketens stopt na één verhuizing",
            "{n} of {all} chains end after one move",
            n=one,
            all=of[ALL, ALL],
        )
        if one
        else rich(
            "De langste van {all} ketens telt {n} verhuizingen",
            "The longest of {all} chains has {n} moves",
            all=of[ALL, ALL],
            n=_longest(page, chains),
        )
    )
    rows = [
        (Cell(capitals(ENDS[key][0]), kind="words"), Cell(Text("eind", "end"), kind="words"), Cell(n))
        for (by, key), n in of.items()
        if by == "end"
    ]
    rows += [
        (Cell(_times(page, chains, int(key)), kind="words"), Cell(Text("lengte", "length"), kind="words"), Cell(n))
        for (by, key), n in of.items()
        if by == "moves"
    ]
    return Chart(
        "honderd_ketens",
        finding,
        rich(
            "Elke rij is één keten, elk blokje één verhuizing; de kleur zegt hoe de keten stopt. "
            "De ketens staan op gelijke afstand in de lijst van alle ketens die in deze jaren begonnen. Eén keer nagespeeld, met {title}.",
            "Each row is one chain, each block one move; the colour says how the chain ends. "
            "The chains lie at equal distances in the list of all chains that began in these years. One run, with {title}.",
            title=page.results.titles[str(chains["scenario"].iloc[0])],
        ),
        partial(_draw, chains, of),
        Grid(
            Text("Ketens naar eind en naar aantal verhuizingen", "Chains by end and by number of moves"),
            (Text("Wat", "What"), Text("Soort", "Kind"), Text("Aantal ketens", "Number of chains")),
            tuple(rows),
        ),
        "chain_hundred.csv",
    )


def _count(page: Page, counts: pd.DataFrame, by: str, value: str) -> Quote:
    row = {"scenario": str(counts["scenario"].iloc[0]), "seed": int(counts["seed"].iloc[0]), "by": by, "value": value}
    return page.book.quote("chain_hundred", "chains", row, digits=0)


def _longest(page: Page, chains: pd.DataFrame) -> Quote:
    return _moves(page, chains[chains["moves"] == chains["moves"].max()])


def _moves(page: Page, chains: pd.DataFrame) -> Quote:
    row = chains.iloc[0]
    at = {"scenario": str(row["scenario"]), "seed": int(row["seed"]), "chain": int(row["chain"]), "link": int(row["link"])}
    return page.book.quote("chain_examples", "moves", at, digits=0)


def _times(page: Page, chains: pd.DataFrame, moves: int) -> Text:
    if moves == 0:
        return Text("Niemand trok er nog in", "Nobody moved in yet")
    word = Text("verhuizing", "move") if moves == 1 else Text("verhuizingen", "moves")
    return rich("{n} {word}", "{n} {word}", n=_moves(page, chains[chains["moves"] == moves]), word=word)


def _draw(chains: pd.DataFrame, of: dict[tuple[str, str], Quote], language: str, narrow: bool) -> Figure:
    fig = Figure(figsize=(NARROW if narrow else WIDTH, 0.9 + 0.045 * len(chains)), layout="constrained")
    ax = fig.subplots()
    moves = chains["moves"].to_numpy()
    ax.barh(range(len(chains)), moves, 0.82, color=RULE, linewidth=0)
    for key, (_, colour) in ENDS.items():
        mine = (chains["end"] == key).to_numpy().nonzero()[0]
        width = [1.0 if moves[k] else STUB for k in mine]
        ax.barh(mine, width, 0.82, left=[max(moves[k] - 1, 0) for k in mine], color=colour, linewidth=0)
    for k in range(1, int(moves.max(initial=0))):
        ax.axvline(k, color="white", linewidth=1.2)
    ax.grid(False)
    ax.set_ylim(len(chains) - 0.4, -0.6)
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(Text("verhuizingen in de keten", "moves in the chain").of(language), color=SOFT)
    said = {ENDS[key][0]: ENDS[key][1] for key in ENDS if ("end", key) in of}
    if moves.max(initial=0) > 1:
        said[Text("verhuizing eerder in de keten", "move earlier in the chain")] = RULE
    fig.legend(
        handles=[Patch(color=colour) for colour in said.values()],
        labels=[text.of(language) for text in said],
        loc="outside lower left",
        ncols=1 if narrow else 2,
        fontsize=9,
    )
    return fig


def lengths(rows: list[tuple[Text, Quote, float, float]], language: str, narrow: bool) -> Figure:
    """One row for each kind of start: its name, the mean length, and the ends of the interval (NaN where there is none)."""
    rows = rows[::-1]
    fig = Figure(figsize=(NARROW if narrow else WIDTH, 0.6 + (0.5 if narrow else 0.36) * len(rows)), layout="constrained")
    ax = fig.subplots()
    for y, (name, quote, lower, upper) in enumerate(rows):
        ax.barh(y, quote.value, 0.34 if narrow else 0.55, color=SOFT, alpha=0.75)
        ax.plot([lower, upper], [y, y], color=INK, linewidth=2.2, solid_capstyle="butt")
        written = ax.annotate(
            quote.said(language), (max(quote.value, upper if upper == upper else 0), y), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
        written.set_gid(quote.mark)
        if narrow:
            ax.annotate(name.of(language), (0, y + 0.36), va="center", fontsize=9)
    ax.set_ylim(-0.5, len(rows) - 0.35)
    ax.margins(x=0.14)
    if narrow:
        ax.set_yticks([])
    else:
        ax.set_yticks(range(len(rows)), [name.of(language) for name, *_ in rows])
    _comma(ax.xaxis, language)
    return fig
