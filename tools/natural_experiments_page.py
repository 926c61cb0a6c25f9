"""Replay published evaluations and write docs/natural-experiments.md: python tools/natural_experiments_page.py [--seeds N] [--only KEY].

Each replay is one place, its instruments and its window; per seed one burn-in, and a run from it for each variant. Counts by seed are kept
in docs/natural_experiments.csv, from which the page is made; ``--seeds 0`` only writes the page again. ``--only`` runs one replay.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from analysis.estimates import natural_experiments as ne  # noqa: E402
from analysis.estimates.statistics import paired  # noqa: E402
from experiments.runs.manifest import commit  # noqa: E402
from sim import run  # noqa: E402
from sim.interventions.cards.wooncoach import TALKS_PER_FTE  # noqa: E402
from sim.interventions.who import Who, members_of  # noqa: E402
from sim.levers import NO_BITS  # noqa: E402
from sim.state import Run  # noqa: E402
from sim.world.codes import HUIDIGE, ZOEKEN  # noqa: E402

PAGE, KEPT = ROOT / "docs" / "natural-experiments.md", ROOT / "docs" / "natural_experiments.csv"
BY_HAND = "## What we make of it"
COACH = "wooncoach_sociaal"
GHOSTS = 24  # months after the window in which it is watched whether a move would have come later
PLAIN = "as it is set"
COLUMNS = ("replay", "variant", "seed", "figure", "part", "whole", "commit", "date")

Tables = Mapping[str, pd.DataFrame]
Instruments = dict[str, dict[str, Any]]


class Replay(NamedTuple):
    """One evaluation as it is run.

    Attributes:
        place: key of a place; resembles: why it, and what differs.
        worlds: worlds per seed asked for: more where few move.
        months: of the scheme, to the day on which was counted; start and seeds are those of every run.
        instruments: settings by key. Talks: of all who may be talked to (share), or as many (number); None: the dose of the card.
        variants: settings by variant and key, on top of ``instruments``.
        counted: tables of a seed to pairs by figure.
    """

    place: str
    resembles: str
    worlds: int
    months: int
    instruments: Instruments
    talks: tuple[str, float, int] | None
    variants: dict[str, Instruments]
    counted: Callable[[Tables], dict[str, tuple[float, float]]]


def coach(**settings: Any) -> Instruments:
    """A variant of the coach."""
    return {COACH: settings}


NOTHING = "a talk that does nothing"
LEVERS = {  # ends of the assumed ranges on the card
    "levers low": coach(awareness=0.3, search=0.3, sight=0.01),
    "levers high": coach(awareness=2, search=2, sight=0.2),
    NOTHING: coach(awareness=0, search=0, sight=0, trouble=0, responses=0, p_direct=0),
}
BOTH = {"levers high, all at their own request": coach(awareness=2, search=2, sight=0.2, rel_own_initiative=1)}
WHO_TALKS = {"all invited by letter": coach(rel_own_initiative=0), "all at their own request": coach(rel_own_initiative=1)}
SMALLER = {"n_rooms_taken": 3, "label_step_free": False}
EEMNES = {"age": 18, "tenure": "corporatie", "rooms": 4}
AMSTERDAM = {"age": 18, "tenure": "corporatie", "rooms": 5, "floor_area": 70, "size": 3}
GRANT = "verhuiskostenvergoeding"


def known(share: float, *keys: str) -> Instruments:
    """A variant in which so large a share knows of the money, and so large a share of the homes has the label."""
    return {key: {"rel_labelled": share} if key == "voorrang" else {"rel_known": share} for key in keys}


def of_coach(talks_until: int, until: int) -> Callable[[Tables], dict[str, tuple[float, float]]]:
    """Counts of a programme with a coach."""

    def count(t: Tables) -> dict[str, tuple[float, float]]:
        found = ne.by_date(t["moves"], t["instruments"], COACH, talks_until, until)
        return found | ne.of_those_who_moved(t["moves"], t["attribution"], COACH, talks_until, until)

    return count


def of_gooi(t: Tables) -> dict[str, tuple[float, float]]:
    """With talks in the first 36 months, and in the first 14 only: from 2019 to the first lockdown."""
    early = of_coach(14, 48)(t)
    return of_coach(36, 48)(t) | {f"{name}_14": pair for name, pair in early.items()}


def of_veluwe(t: Tables) -> dict[str, tuple[float, float]]:
    """The programme after 23 months, and after its first ten (C09, the province that it is a part of)."""
    early = of_coach(10, 10)(t)
    return of_coach(23, 23)(t) | {f"{name}_10": pair for name, pair in early.items()}


REPLAYS = {
    "gooi": Replay(
        "gooise-meren+hilversum+huizen+blaricum+laren+wijdemeren",
        "the Gooi itself, as it is in 2026. Our reading of 2019 to 2023: talks in 36 months, keys in 48",
        1,
        48,
        coach(who={"age": 65, "tenure": "corporatie"}),
        ("share", 549 / 9100, 36),
        {**WHO_TALKS, **LEVERS, **BOTH},
        of_gooi,
    ),
    "assen": Replay(
        "assen",
        "Assen itself; 26 months are 425 talks at 200 a year; not living on one level is read as a house",
        2,
        26,
        coach(who={"age": 55, "tenure": "corporatie", "size": 2, "type": "eengezins"}),
        ("number", 425, 26),
        {**WHO_TALKS, **LEVERS, **BOTH},
        of_coach(26, 26),
    ),
    "veluwe": Replay(
        "harderwijk+ermelo+putten+nunspeet+elburg+oldebroek",
        "six gemeenten of the Noord-Veluwe, with the grant of the province; coaches there came on request only",
        1,
        23,
        {
            COACH: {"who": {"age": 55, "tenure": "corporatie"}, "toolbox": (GRANT,), "payer": "provincie", "rel_own_initiative": 1},
            GRANT: {
                "who": {"age": 55, "tenure": "corporatie", "rooms": 4, "floor_area": 65, "dur_lived": 12, "coach": True},
                "n_rooms_taken": 3,
                "tenure_taken": "huur",
                "step_free_taken": True,
                "rel_known": 1,
                "eur_grant": 2000,
                "payer": "provincie",
            },
        },
        ("number", 315, 23),
        {"half invited by letter": coach(rel_own_initiative=0.5), **LEVERS},
        of_veluwe,
    ),
    "eemnes": Replay(
        "eemnes",
        "Eemnes itself, one area without wijken; the coach's posts and who knows of the money were not published",
        10,
        12,
        {
            "voorrang": {"who": EEMNES, **SMALLER},
            "huurgewenning": {"who": EEMNES, "n_rooms_taken": 3, "dur_path": 36},
            GRANT: {"who": EEMNES, "n_rooms_taken": 3, "eur_grant": 1500},
            COACH: {"who": {"age": 65, "tenure": "corporatie"}, "toolbox": ("voorrang", "huurgewenning", GRANT)},
        },
        None,
        {
            "half as many talks": coach(fte_per_1000=0.03),
            "three times as many talks": coach(fte_per_1000=0.18),
            "fewer know, fewer labels (20 %)": known(0.2, "voorrang", "huurgewenning", GRANT),
            "more know, more labels (80 %)": known(0.8, "voorrang", "huurgewenning", GRANT),
            "levers low": LEVERS["levers low"],
            "levers high": LEVERS["levers high"],
        },
        lambda t: ne.of_package(t["moves"], t["attribution"], 12, 65),
    ),
    "amsterdam": Replay(
        "amsterdam",
        "Amsterdam itself, as it is in 2026. The older rule (C24), with three rooms for 60 m2, and the grant of the card",
        1,
        24,
        {"voorrang": {"who": AMSTERDAM, **SMALLER}, GRANT: {"who": AMSTERDAM, "n_rooms_taken": 3}},
        None,
        {
            "fewer know, fewer labels (20 %)": known(0.2, "voorrang", GRANT),
            "more know, more labels (80 %)": known(0.8, "voorrang", GRANT),
        },
        lambda t: ne.outside(t["moves"], t["attribution"], ("voorrang", GRANT), 24, ne.Large(5, 70, 3), 65),
    ),
}


class Figure(NamedTuple):
    """A row of the page: a published figure beside the model's."""

    says: str
    published: str  # key of ne.PUBLISHED
    replay: str
    counted: str  # name of the pair
    went_in: str
    turns: float | None = None  # value at which the sign of an effect turns; None: no effect was published, only a level


TALKS = "talks that ended in a move by the day of counting"
FIGURES = (
    Figure(f"{TALKS}, Gooi", "gooi_moved", "gooi", "moved", "filter"),
    Figure("mean time from talk to keys, Gooi", "gooi_keys", "gooi", "keys", "partly"),
    Figure("talks for each letter, Gooi", "gooi_letters", "gooi", "letters", "dose"),
    Figure(f"{TALKS}, Assen", "assen", "assen", "moved", "filter"),
    Figure(f"{TALKS}, Noord-Veluwe", "veluwe", "veluwe", "moved", "filter"),
    Figure("talks in depth that ended in a move in ten months, Gelderland", "gelderland", "veluwe", "moved_10", "filter"),
    Figure("contacts that ended in a move in ten months, Gelderland", "gelderland_contacts", "veluwe", "moved_10", "filter"),
    Figure("moves for which the package was used, Eemnes", "eemnes_number", "eemnes", "used_left", "by use"),
    Figure("moves that the package caused, Eemnes", "eemnes_number", "eemnes", "caused_left", "free", 0),
    Figure("corporatie lettings for which the package was used, Eemnes", "eemnes", "eemnes", "used_let", "by use"),
    Figure("corporatie lettings that the package caused, Eemnes", "eemnes", "eemnes", "caused_let", "free", 0),
    Figure("moves out of corporatie homes for which the package was used, Eemnes", "eemnes", "eemnes", "used_left", "by use"),
    Figure("moves out of corporatie homes that the package caused, Eemnes", "eemnes", "eemnes", "caused_left", "free", 0),
    Figure("moves of small households from large homes outside the scheme, Amsterdam", "amsterdam", "amsterdam", "outside", "by use", 50),
    Figure("of those outside the scheme below 65, Amsterdam", "amsterdam_young", "amsterdam", "young", "free"),
)
UNSHOWN = ("letters", "anyway", *(f"{name}_{n}" for name in ("caused", "anyway") for n in (10, 14)))  # too few moves, or 100 % less another
WENT_IN = """*Did it go in?*

- `dose`: it was put in, so that it says nothing.
- `filter`: draws of the study were kept by 13 to 37 % of talks (C36). The defaults that are used here were not touched.
- `partly`: people forget half in a year, which was chosen with C03 in mind.
- `by use`: free, but who uses a scheme follows from how many know of it, an assumption.
- `free`: it could come out otherwise. It still hangs on levers and doses that were assumed.

"""


# running


def run_one(replay: Replay, seed: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Pairs by variant and figure of one world."""
    burnt = run.burn_in(replay.place, seed, months=replay.months, follow_up=GHOSTS)
    found = {}
    for variant, more in {PLAIN: {}, **replay.variants}.items():
        chosen = {key: {**one, **more.get(key, {})} for key, one in replay.instruments.items()}
        if replay.talks is not None:
            chosen[COACH]["fte"] = posts(burnt, chosen[COACH], replay.talks)
        result = run.run_scenario(burnt, chosen, tables=("moves", "instruments", "attribution"), ghost_window=GHOSTS)
        found[variant] = replay.counted(result.tables)
        if replay.talks is not None and replay.talks[0] == "share":
            found[variant]["letters"] = (found[variant]["moved"][1], float(who_may_talk(burnt, chosen[COACH])))
    return found


def who_may_talk(burnt: Run, settings: Mapping[str, Any]) -> int:
    """Households of the coach's target group at month 0."""
    return len(members_of(burnt.world, Who(**settings["who"]), (HUIDIGE, ZOEKEN), NO_BITS))


def posts(burnt: Run, settings: Mapping[str, Any], talks: tuple[str, float, int]) -> float:
    """Full-time posts that hold the published number of talks, of the target group or in all, spread over the months of talks."""
    kind, number, months = talks
    wanted = number * who_may_talk(burnt, settings) if kind == "share" else number
    return float(12 * wanted / months / TALKS_PER_FTE)


def add(seeds: int, only: str | None) -> None:
    """Run what is asked and write it into the file of counts after each world; the old counts of a replay go."""
    today, now = datetime.datetime.now(datetime.UTC).date().isoformat(), commit()
    now = now[:7] + now[40:]  # and a plus where files differ
    for key, replay in REPLAYS.items():
        if only not in (None, key):
            continue
        kept = [row for row in read() if row["replay"] != key]
        for seed in range(1, seeds * replay.worlds + 1):
            for variant, pairs in run_one(replay, seed).items():
                for figure, (part, whole) in pairs.items():
                    kept.append(dict(zip(COLUMNS, (key, variant, seed, figure, f"{part:g}", f"{whole:g}", now, today), strict=True)))
            write(kept)
            print(key, seed, flush=True)


def read() -> list[dict[str, Any]]:
    """The counts by seed."""
    if not KEPT.exists():
        return []
    with KEPT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(rows: list[dict[str, Any]]) -> None:
    """Write the counts."""
    with KEPT.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


# the page

HEAD = """# Natural experiments: schemes that were evaluated, counted in the model as they were counted

Made by `python tools/natural_experiments_page.py --seeds {seeds}` (worlds: last table), {dates}, at {commits}. Counts by world:
`docs/natural_experiments.csv`. Definitions: `analysis/estimates/natural_experiments.py`. Nothing was fitted to this page.

**{answer}

Nobody had a trial. So most rows hold levels against levels, and an effect stands in two: C04, and in words C20.

A figure is *off* when the two intervals share no value. Published: the binomial interval of the count, or how it was worded. It holds
neither non-response nor bad luck of one place. Model: 95 % over worlds, by Student's t. It holds chance, and no knowledge.
*Sign*: whether the model lies on the same side of nothing caused, or of half of the moves. *Not told*: its interval holds that value.
Losses come first.

"""
TABLE = """| figure | published | between | model | between | off by | sign | went in? | source |
|---|---|---|---|---|---|---|---|---|
"""
VARIED = """## What each figure hangs on

The same worlds with one assumption changed, 95 % over worlds. Levers go to the ends of the ranges assumed on the card. The first row is
the one above.

- `moved`: % of talks. `keys`: months from talk to keys. A number after a name: talks of so many months.
- `caused` after a talk: % of the moves of which the ghosts know, that would not have come, or later. Nobody evaluated it.
- `used`, `caused`: % of moves. `let`: into corporatie homes. `left`: out of them. `seniors`: out of them, 65 and over.
- `outside`: % of moves without the scheme. `young`: % of those below 65.

"""
HOW = """## How each was counted

| replay | place and why | months | worlds |
|---|---|---|---|
"""
NOT_REPLAYED = """## What was not replayed, and why

- **Points for searching, Amsterdam region, from 16 January 2023.** It is no scheme for seniors but a new order of the list. Active
  seekers rose by 21 % in a year. One paper of December 2024 gives 119,000 to 144,000, which is 21 %. Another gives 144,000 to 199,000,
  which is 38. Both were read second-hand. The model ranks by registration time. No rule of it rewards a response, and no card
  changes how many of the registered are awake. So its answer is zero by structure: **it misses the sign**. A lever on responses would be
  another experiment.
- **Talks for each letter (C01).** In the model the number of talks is the dose. The row only shows that it is the published one.
- **What the Gooi's coaches caused.** The evaluation found it hard to establish. The model's own answer stands above as `caused`.
- **Who left the area or went into care after a talk.** The table of moves holds moves to homes in the place. An evaluation may have
  counted the others too. So the model's shares of talks are low by what they are.
- **The experiment of 2011 to 2012 (C29).** It was told in words: no number to hold anything against.
- **The years themselves.** Every world starts in 2026, with the rents, limits and people of then. The schemes ran from 2017 to 2023.
"""


def pairs_of(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], list[tuple[float, float]]]:
    """Pairs by replay, variant and figure, in order of the seeds."""
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        found[row["replay"], row["variant"], row["figure"]].append((float(row["part"]), float(row["whole"])))
    return found


def said(value: float, low: float, high: float) -> str:
    """A value with its ends."""
    return "–" if math.isnan(value) else f"{value:.1f}" if math.isnan(low) else f"{value:.1f} ({low:.1f} to {high:.1f})"


def rows_of_page(rows: list[dict[str, Any]]) -> list[tuple[Figure, ne.Published, ne.Row]]:
    """The figures, those that are farthest off first, in intervals of the published one."""
    found, pairs = [], pairs_of(rows)
    for figure in FIGURES:
        published = ne.PUBLISHED[figure.published]
        found.append((figure, published, ne.beside(pairs[figure.replay, PLAIN, figure.counted], published)))
    return sorted(found, key=lambda one: 1.0 if math.isnan(one[2].off) else -one[2].off / (one[1].high - one[1].low))


def table(found: list[tuple[Figure, ne.Published, ne.Row]]) -> str:
    """The rows of the page."""
    lines = []
    for figure, published, row in found:
        cells = (
            f"{figure.says}, {published.unit}",
            published.says if math.isnan(published.value) else f"{published.value:.1f}: {published.says}",
            f"{published.low:.1f} to {published.high:.1f} ({published.kind})",
            said(row.model.value, math.nan, math.nan),
            "–" if math.isnan(row.model.lower) else f"{row.model.lower:.1f} to {row.model.upper:.1f}",
            f"**{row.off:.1f}**" if row.off > 0 else "–",
            sign(figure, published, row),
            figure.went_in,
            published.evidence,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return TABLE + "\n".join(lines) + "\n"


def sign(figure: Figure, published: ne.Published, row: ne.Row) -> str:
    """Whether the model is on the same side of nothing as the evaluation was; a dash where only a level was published."""
    if figure.turns is None or math.isnan(row.model.value):
        return "–"
    low, high = (end if math.isfinite(end) else row.model.value for end in (row.model.lower, row.model.upper))
    if low <= figure.turns <= high:
        return "not told"
    return "same" if (low > figure.turns) == (published.high > figure.turns) else "**other**"


def varied(rows: list[dict[str, Any]]) -> str:
    """Per replay its figures by variant."""
    pairs, parts = pairs_of(rows), [VARIED]
    for key, replay in REPLAYS.items():
        names = list(dict.fromkeys(figure for one, _, figure in pairs if one == key and figure not in UNSHOWN))
        parts.append(f"### {key.capitalize()}\n\n| variant | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}\n")
        for variant in (PLAIN, *replay.variants):
            cells = [ne.beside(pairs[key, variant, name], unit_of(name)).model for name in names]
            parts.append(f"| {variant} | {' | '.join(said(*one[:3]) for one in cells)} |\n")
        parts.append("\n" + (added(key, pairs) if NOTHING in replay.variants else ""))
    return "".join(parts)


def added(key: str, pairs: dict[tuple[str, str, str], list[tuple[float, float]]]) -> str:
    """What the levers add to the share of talks that end in a move, each world beside itself with a talk that does nothing."""
    with_levers, without = ([100 * part / whole for part, whole in pairs[key, variant, "moved"]] for variant in (PLAIN, NOTHING))
    found = paired([with_levers], [without])
    ends = f"{found.difference[0]:.1f} (95 % over worlds: {found.lower[0]:.1f} to {found.upper[0]:.1f})"
    return f"Beside a talk that does nothing the levers add {ends} points of talks. They also bring moves forward.\n\n"


def unit_of(name: str) -> ne.Published:
    """Only the unit matters here: months to the keys, else per cent."""
    return ne.PUBLISHED["gooi_keys" if name.startswith("keys") else "gooi_moved"]


def page(rows: list[dict[str, Any]], tail: str = "") -> str:
    """The whole page from the counts; ``tail`` is what was written by hand."""
    found = rows_of_page(rows)
    free = [one for one in found if not one[0].went_in.startswith("dose")]
    off = [one for one in free if one[2].off > 0]
    low = sum(one[2].model.value < one[1].low for one in off)
    answer = f"Of {len(free)} comparisons the model is off in {len(off)}, too low in {low} of them.**\n" + "".join(told(one) for one in off)
    worlds = {key: len({row["seed"] for row in rows if row["replay"] == key}) for key in REPLAYS}
    dates, commits = (" and ".join(sorted({row[name] for row in rows})) for name in ("date", "commit"))
    seeds = max((worlds[key] // one.worlds for key, one in REPLAYS.items()), default=0)
    text = HEAD.format(seeds=seeds, dates=dates, commits=commits, answer=answer) + table(found) + "\n" + WENT_IN + varied(rows) + HOW
    text += "".join(f"| {key} | {one.resembles} | {one.months} | {worlds[key]} |\n" for key, one in REPLAYS.items())
    return text + "\n" + NOT_REPLAYED + ("\n" + tail if tail else "")


def told(one: tuple[Figure, ne.Published, ne.Row]) -> str:
    """A figure that is off, as a line of a list."""
    figure, published, row = one
    unit = "%" if published.unit == "%" else published.unit
    against = published.kind if math.isnan(published.value) else f"{published.value:.1f}"
    return f"\n- {figure.says}: {row.model.value:.1f} {unit} against {against}"


def main() -> None:
    """Run what is asked, and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=4, help="worlds, times those of a replay; 0 runs nothing")
    asked.add_argument("--only", choices=tuple(REPLAYS), help="run one replay; the others stay as they are")
    chosen = asked.parse_args()
    if chosen.seeds:
        add(chosen.seeds, chosen.only)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    _, mark, tail = before.partition(BY_HAND)  # what was written by hand stays
    PAGE.write_text(page(read(), mark + tail), encoding="utf-8", newline="\n")
    print(PAGE)


if __name__ == "__main__":
    main()
