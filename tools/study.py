"""The study of assumptions that ships with the project, made anew: ``python tools/study.py OUT [--place zwolle] [--workers 2]``.

Three steps, each of which goes on where it was stopped. *screen*: all assumptions are drawn at once, to find what decides some cards.
*draws*: the MOST_DECIDING parameters of behaviour and all settings of every card are drawn from their plausible ranges; a draw is kept
when the base world stays near what it was fitted to; then each card runs alone, and a few cards elsewhere too. *write*: tables to
``analysis/knowledge/``. It takes hours, and needs scikit-learn (requirements-dev.lock).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

from analysis.estimates import targets, validation  # noqa: E402
from analysis.estimates.knowledge import FOLDER, OLDER, of_group, studied  # noqa: E402
from analysis.tables import record  # noqa: E402
from analysis.tables.record import DESIGN, RUNS  # noqa: E402
from experiments.assumptions import Assumption, as_settings, behaviour, of_instrument  # noqa: E402
from experiments.candidates import CARDS, SEED, candidates, values_of  # noqa: E402
from experiments.lines import through  # noqa: E402
from experiments.runs.folder import join, locked, write_json  # noqa: E402
from experiments.runs.manifest import commit  # noqa: E402
from experiments.runs.world import digests  # noqa: E402
from experiments.trials import Found, base_world, differences, trial  # noqa: E402
from sim.world.errors import Refusal  # noqa: E402
from sim.world.names import ALL, BASIS  # noqa: E402

Worlds = Mapping[int, list[Found]]  # by draw
SCREENED = (  # one of each way in which cards work, and those that the default run compares
    "wooncoach_sociaal",
    "wooncoach_particulier",
    "voorrang",
    "huurgewenning",
    "informatiepunt",
    "woningruil",
    "renovatie",
    "seniorenwoningen",
)
SCREENS = 240  # trials: a share of 4 % of the variance then stands four standard errors above none
DUMMIES = 20  # columns that nothing reads: what chance makes of one
SCREEN_PLACE, SCREEN_TIME = "veldhoven", (48, 12)  # months and burn-in: a small place for a short time is enough to rank
OFF = ["logit_choice_overload"]  # 0 takes the mechanism out: whether there is one is structure, and no draw of a number
MOST_DECIDING, KEPT, KEPT_OF_FUNNEL = 15, 60, 96
FIRST, BATCH, MOST_TRIED = 60, 20, 600  # base worlds before what fits can be foreseen, between two foresights, and in all
LIKELY = 0.1  # a candidate that is foreseen to fit with less than this chance is passed over
SHIPPED_SEEDS = 8  # worlds as shipped, since each factor divides by them; a draw has one, with the number of the draw as its seed
COMPARED = ("voorrang", "huurgewenning", "verhuiskostenvergoeding")  # of the default run, beside the coach: these run first
AT_ONCE = 8  # cards to a trial
ELSEWHERE, CARRIED = "veldhoven", ("wooncoach_sociaal", "voorrang", "huurgewenning")  # does a factor hold in a place with another market?
NEAR = 0.25  # of a fitted target, or of the base world as shipped where that misses it
OF_FIGURE = ["indicator", "group_by", "group"]
FUNNEL = {"wooncoach_sociaal": (0.13, 0.37)}  # moves for each talk: C36, of tenants; no programme for owners was evaluated


def tried(
    place: str, seeds: Iterable[int], values: Mapping[str, float], cards: tuple[str, ...], months: int = 120, burn_in: int = 36
) -> list[Found]:
    """One trial for each seed, with these values of assumptions."""
    known = [*behaviour(), *(one for card in cards for one in of_instrument(card))]
    chosen, settings = as_settings(values, known)
    return [trial(place, seed, chosen, settings, cards, months, burn_in) for seed in seeds]


# screening


def screen(out: Path, workers: int) -> list[str]:
    """The parameters of behaviour that decide most, most first, of all assumptions.

    All are drawn at once in each trial, so that every trial says something of every one: moved one at a time (Morris), two trajectories
    could not be told from chance, which moves each difference a little. The settings of cards share dimensions (first setting of each
    card, second, …): a card alone knows its own only. What decides is the squared rank correlation with a card's effect, mean over cards.
    """
    from scipy.stats import qmc

    own = {card: of_instrument(card) for card in SCREENED}
    slots = [f"own_{n}" for n in range(max(map(len, own.values())))]
    names = [*(one.key for one in behaviour()), *slots, *(f"dummy_{n}" for n in range(DUMMIES))]
    points = qmc.LatinHypercube(len(names), rng=np.random.default_rng(SEED)).random(SCREENS)
    tasks = {}
    for number, point in enumerate(points):
        share = dict(zip(names, point, strict=True))
        values = {one.key: one.drawn(share[one.key]) for one in behaviour()}
        values |= {one.key: one.drawn(share[slots[n]]) for card in SCREENED for n, one in enumerate(own[card])}
        tasks[str(number)] = (SCREEN_PLACE, [number], values, SCREENED, *SCREEN_TIME)
    found = through(out / "screen.jsonl", tasks, tried, workers)
    table = screened(
        {card: np.array([differences(found[name], card, "senior_moves")[0] for name in tasks]) for card in SCREENED}, points, names
    )
    of = {(card, slots[n]): one.key for card in SCREENED for n, one in enumerate(own[card])}
    table["assumption"] = [of.get((card, name), name) for card, name in table[["card", "assumption"]].itertuples(index=False)]
    table[~table["assumption"].isin(slots)].round(4).to_csv(out / "screen.csv", index=False)
    ranked = deciding_most(table, [one.key for one in behaviour()])
    chance = max(_shares(table).get(f"dummy_{n}", 0.0) for n in range(DUMMIES))
    print(f"of {len(ranked)}, {(ranked > chance).sum()} decide more than any of {DUMMIES} dummies", file=sys.stderr, flush=True)
    return [str(name) for name in ranked.drop(OFF).index[:MOST_DECIDING]]


def screened(effect: Mapping[str, NDArray], points: NDArray, names: list[str]) -> pd.DataFrame:
    """By card and name of a column of the points: the rank correlation of that column with the effect of the card."""
    at = pd.DataFrame(points, columns=names)
    rows = [(card, name, value) for card, one in effect.items() for name, value in at.corrwith(pd.Series(one), method="spearman").items()]
    return pd.DataFrame(rows, columns=["card", "assumption", "correlation"]).fillna({"correlation": 0.0})


def _shares(table: pd.DataFrame) -> pd.Series:
    return table.assign(share=table["correlation"] ** 2).groupby("assumption")["share"].mean()


def deciding_most(table: pd.DataFrame, of: list[str]) -> pd.Series:
    """Of these names the mean share of the cards' variance that goes with each, most first."""
    return _shares(table).reindex(of).sort_values(ascending=False, kind="stable")


# draws


def aims(shipped: Mapping[str, float]) -> dict[str, float]:
    """What a base world must stay near, by fitted figure: the source, or the world as shipped where that misses the source."""
    fitted = {row.key: targets.for_fitting(row.key).value for row in validation.ROWS if row.status == "fitted"}
    return {key: shipped[key] if abs(shipped[key] / observed - 1) > NEAR else observed for key, observed in fitted.items()}


def fits(found: Mapping[str, float], shipped: Mapping[str, float]) -> list[str]:
    """The fitted figures that a base world leaves."""
    return [key for key, aim in aims(shipped).items() if not abs(found[key] / aim - 1) <= NEAR]


def foreseen(points: NDArray, figures: NDArray, asked: NDArray) -> NDArray:
    """How likely the base world of each asked candidate fits, by regression over those that were tried.

    Args:
        points: [tried, assumptions], from 0 to 1; figures: [tried, fitted figures], each divided by its aim.
        asked: [candidates, assumptions].
    """
    from scipy.stats import norm
    from sklearn.linear_model import BayesianRidge

    def bent(x: NDArray) -> NDArray:  # a range is of two halves: below and above what the model takes
        return np.hstack([np.minimum(x, 0.5), np.maximum(x, 0.5)])

    chance = np.ones(len(asked))
    for figure in figures.T:
        mean, error = BayesianRidge().fit(bent(points), np.log(figure)).predict(bent(asked), return_std=True)
        chance *= norm.cdf(np.log(1 + NEAR), mean, error) - norm.cdf(np.log(1 - NEAR), mean, error)
    return chance


def fitting(out: Path, place: str, workers: int, deciding: list[str], asked: list[Assumption], points: NDArray) -> list[int]:
    """The first KEPT_OF_FUNNEL candidates, 1 on, whose base world fits; ``kept.csv`` says of each tried one which figures it leaves."""
    mine = [n for n, one in enumerate(asked) if one.key in deciding]
    tried: dict[int, list[str]] = {}
    after = 0
    figures = through(out / "base.jsonl", {"0": (place, 0, {})}, base_world, workers)
    while len(tried) < MOST_TRIED:
        if tried:
            rest = np.arange(after, len(points))
            aim = aims(figures["0"])
            seen = np.array([[figures[str(n)][key] / aim[key] for key in aim] for n in tried])
            likely = foreseen(points[np.array(list(tried)) - 1][:, mine], seen, points[rest][:, mine]) >= LIKELY
            batch = rest[likely][:BATCH] + 1
        else:
            batch = np.arange(1, FIRST + 1)
        if not len(batch):
            break
        tasks = {str(n): (place, 0, {asked[i].key: asked[i].drawn(points[n - 1, i]) for i in mine}) for n in batch}
        figures |= through(out / "base.jsonl", tasks, base_world, workers)
        tried |= {int(n): fits(figures[str(n)], figures["0"]) for n in batch}
        after = int(batch[-1])
        pd.DataFrame([{"draw": n, "left": " ".join(wrong)} for n, wrong in tried.items()]).to_csv(out / "kept.csv", index=False)
        kept = [n for n, wrong in tried.items() if not wrong]
        print(f"{len(kept)} of {len(tried)} fit, of {after} candidates", file=sys.stderr, flush=True)
        if len(kept) >= KEPT_OF_FUNNEL:
            return kept[:KEPT_OF_FUNNEL]
    raise SystemExit(f"{len(kept)} of {len(tried)} draws fit, and {KEPT_OF_FUNNEL} are needed")


def draws(out: Path, place: str, workers: int, values: Mapping[int, Mapping[str, float]]) -> Iterator[tuple[Worlds, Worlds]]:
    """What cards do in the draws and as shipped (draw 0), some cards more each time, and what CARRIED do ELSEWHERE.

    Cards of FUNNEL run in every draw, since some of them leave it; the others in the first KEPT.
    """
    elsewhere = _worlds(out / "elsewhere.jsonl", ELSEWHERE, workers, values, CARRIED)
    found = dict(_worlds(out / "funnel.jsonl", place, workers, values, tuple(FUNNEL)))
    first = dict(list(values.items())[:KEPT])
    rest = [key for key in CARDS if key not in (*FUNNEL, *COMPARED)]
    for cards in (COMPARED, *(tuple(rest[start : start + AT_ONCE]) for start in range(0, len(rest), AT_ONCE))):
        for draw, worlds in _worlds(out / f"from_{cards[0]}.jsonl", place, workers, first, cards).items():
            found[draw] = [a | b for a, b in zip(found[draw], worlds, strict=True)]
        yield found, elsewhere


def _worlds(path: Path, place: str, workers: int, values: Mapping[int, Mapping[str, float]], cards: tuple[str, ...]) -> Worlds:
    tasks: dict[str, tuple[Any, ...]] = {f"0 {seed}": (place, [seed], {}, cards) for seed in range(SHIPPED_SEEDS)}
    tasks |= {f"{n}": (place, [n], mine, cards) for n, mine in values.items()}
    done = through(path, tasks, tried, workers)
    found: dict[int, list[Found]] = {}
    for task in tasks:
        found.setdefault(int(task.split()[0]), []).extend(done[task])
    return found


# tables


def effects(found: Worlds, cards: Iterable[str] = CARDS) -> pd.DataFrame:
    """By card, figure and draw: the level of basis, the mean difference and its standard error.

    Empty in a draw outside FUNNEL, and in one in which the card did not run. The error of one world is what the worlds as shipped
    (draw 0) differ among each other.
    """
    rows = []
    for card in cards:
        if any(card not in one for one in found[0]):
            continue
        names = [one for one in found[0][0][card] if studied(*of_group(one)[:2])]
        errors = {one: np.std(differences(found[0], card, one), ddof=1) for one in names}
        for draw, worlds in sorted(found.items()):
            inside = all(card in one for one in worlds) and (draw == 0 or _as_evidence_says(worlds, card))
            for one in names:
                base = np.mean([world[BASIS].get(one, 0.0) for world in worlds])
                d, error = (np.mean(differences(worlds, card, one)), errors[one] / np.sqrt(len(worlds))) if inside else (np.nan, np.nan)
                rows.append((card, *of_group(one), draw, base, d, error))
    return pd.DataFrame(rows, columns=["card", "indicator", "group_by", "group", "draw", "base", "difference", "error"])


def _as_evidence_says(worlds: list[Found], card: str) -> bool:
    talks, moves = (sum(one[card][key] for one in worlds) for key in ("contacts", "uses"))
    low, high = FUNNEL.get(card, (0.0, np.inf))
    return not talks or low <= moves / talks <= high


def deciding_of_cards(values: Mapping[int, Mapping[str, float]], table: pd.DataFrame) -> pd.DataFrame:
    """By card: the three assumptions whose values go most with its effect on senior moves over the draws (rank correlation)."""
    rows = []
    moves = table[(table["indicator"] == "senior_moves") & (table["group_by"] == ALL) & (table["draw"] > 0)].dropna()
    at = pd.DataFrame(values).T
    for card, part in moves.groupby("card"):
        asked = [key for key in at if "." not in key or key.startswith(f"{card}.")]
        effect = part.set_index("draw")["difference"]
        rank = at.loc[effect.index, asked].corrwith(effect, method="spearman").dropna()
        for place, key in enumerate(rank.abs().sort_values(ascending=False, kind="stable").index[:3], 1):
            rows.append((card, place, key, rank[key], len(effect)))
    return pd.DataFrame(rows, columns=["card", "rank", "assumption", "correlation", "draws"])


def write(
    place: str, values: Mapping[int, Mapping[str, float]], found: Worlds, elsewhere: Worlds, n_tried: int, command: str, made_from: str
) -> None:
    """The tables that ship."""
    FOLDER.mkdir(exist_ok=True)
    table = effects(found)
    _to_parquet("effects", table)
    _to_parquet("elsewhere", effects(elsewhere, CARRIED).query("group_by == @ALL"))
    pd.DataFrame(values).T.rename_axis("draw").reset_index().melt("draw", var_name="assumption").round(6).to_csv(
        FOLDER / "draws.csv", index=False
    )
    deciding_of_cards(values, table).round(4).to_csv(FOLDER / "deciding.csv", index=False)
    about: dict[str, Any] = {
        "made_by": "verhuisketens",
        "command": command,
        "date": date.today().isoformat(),
        "commit": made_from,
        "place": place,
        "digests": digests(),
    }
    about |= {
        "elsewhere": ELSEWHERE,
        "draws": KEPT,
        "draws_of_funnel": len(values),
        "tried": n_tried,
        "candidates": max(values),
        "likely": LIKELY,
    }
    about |= {"seeds_as_shipped": SHIPPED_SEEDS, "near": NEAR, "funnel": FUNNEL}
    write_json(FOLDER / "study.json", about)


def _to_parquet(name: str, table: pd.DataFrame) -> None:
    kinds = dict.fromkeys(("card", "indicator", "group_by", "group"), "category")
    table.round(6).astype(kinds).to_parquet(FOLDER / f"{name}.parquet", index=False, compression="zstd")


def lacking() -> list[str]:
    """Cards of which the study that ships has nothing, but for what an older one has."""
    known = set(pd.read_parquet(FOLDER / "effects.parquet", columns=["card"])["card"].astype(str))
    return [card for card in CARDS if card not in known]


def in_every_draw(new: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Effects of cards with a row, empty but for its level of basis, for each draw in which other cards ran and these did not."""
    level = before.drop_duplicates([*OF_FIGURE, "draw"])[[*OF_FIGURE, "draw", "base"]]
    every = new[["card", *OF_FIGURE]].drop_duplicates().merge(level.drop(columns="base"), on=OF_FIGURE)
    whole = every.merge(new, how="left").merge(level, how="left", on=[*OF_FIGURE, "draw"], suffixes=("", "_before"))
    whole["base"] = whole["base"].fillna(whole["base_before"])
    return whole.sort_values(["card", *OF_FIGURE, "draw"], kind="stable")[list(new.columns)]


def add(out: Path, workers: int, cards: list[str]) -> None:
    """Run more cards in the draws of the study that ships, and add them to its tables, some at a time."""
    about = json.loads((FOLDER / "study.json").read_text(encoding="utf-8"))
    drawn = pd.read_csv(FOLDER / "draws.csv")
    values = {int(n): dict(zip(one["assumption"], one["value"], strict=True)) for n, one in drawn.groupby("draw", sort=False)}
    first = dict(list(values.items())[: about["draws"]])
    made_from = commit()  # before the first tables are written
    for start in range(0, len(cards), AT_ONCE):
        some = cards[start : start + AT_ONCE]
        new = effects(_worlds(out / f"from_{some[0]}.jsonl", about["place"], workers, first, tuple(some)), some)
        before = pd.read_parquet(FOLDER / "effects.parquet")
        before = before.astype({name: str for name in ("card", *OF_FIGURE)})
        table = pd.concat([before, in_every_draw(new, before)], ignore_index=True)
        table["order"] = table["card"].map(CARDS.index)
        table = table.sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)
        _to_parquet("effects", table)
        deciding_of_cards(values, table).round(4).to_csv(FOLDER / "deciding.csv", index=False)
        about.setdefault("added", []).append({"cards": some, "date": date.today().isoformat(), "commit": made_from})
        write_json(FOLDER / "study.json", about)
    no_longer_older()


def no_longer_older() -> None:
    """The older study goes when every card has been run anew."""
    if not lacking() and OLDER.is_dir():
        for path in OLDER.iterdir():
            path.unlink()
        OLDER.rmdir()


def main(arguments: list[str] | None = None) -> int:
    """0 when the tables are written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0], allow_abbrev=False)
    parser.add_argument("out", type=Path, help="folder for what is finished")
    parser.add_argument("--place", default="zwolle")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--add", action="store_true", help="run the cards that the study that ships lacks, in its draws, and add them to it"
    )
    parser.add_argument(
        "--same-bytes", action="store_true", help="with --add: code changed since, and make same-bytes said that no output did"
    )
    parser.add_argument("--undigested", action="store_true", help="take lines that do not say of which code they are")
    given = parser.parse_args(arguments)
    if given.workers < 1:
        parser.error("--workers: 1 or more")
    if given.add:
        return added(given, parser)
    try:
        targets.place_for_fitting(given.place)  # hours before the first world of it is asked for
    except Refusal as error:
        parser.error(f"--place: {error}")
    try:
        with locked(given.out / "running"):
            take_part(given.out, given.place, given.undigested)
            work(given.out, given.place, given.workers)
    except Refusal as error:
        parser.error(str(error))
    return 0


def added(given: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """``--add``, where code and figures are those of the study that ships; 0 when its tables are written."""
    of = json.loads((FOLDER / "study.json").read_text(encoding="utf-8")).get("digests")
    if of != digests() and not given.same_bytes:
        parser.error(f"the study that ships is of other code or figures ({of}); make it anew, or say --same-bytes where no output changed")
    if not (cards := lacking()):
        parser.error("the study that ships has every card")
    try:
        with locked(given.out / "running"):
            take_part(given.out, "added to what ships", given.undigested)
            add(given.out, given.workers, cards)
    except Refusal as error:
        parser.error(str(error))
    return 0


def take_part(out: Path, place: str, undigested: bool) -> None:
    """Go on in a folder: its finished lines are of the same study, code and data.

    Args:
        undigested: whether lines that do not say of which code they are, which older versions wrote, are taken as they are.

    Raises:
        Refusal: names the folder and the way out.
    """
    mine = out / "running"  # the lock, and for what the finished lines hold
    there = record.read(mine / RUNS / DESIGN, record.Design)
    old = any(out.glob("*.jsonl")) if there is None else "code" not in there["design"]
    if old and not undigested:
        raise Refusal(
            f"{out} holds lines that do not say of which code and data they are; choose another folder, or take them so: --undigested"
        )
    design = {"place": place, "seed": SEED, "screened": [SCREEN_PLACE, *SCREEN_TIME]}
    join(mine, design if old else design | digests(), {})


def work(out: Path, place: str, workers: int) -> None:
    """The three steps."""
    deciding = screen(out, workers)
    asked, points = candidates(deciding)
    kept = fitting(out, place, workers, deciding, asked, points)
    values = {n: values_of(asked, points[n - 1]) for n in kept}
    n_tried = len(pd.read_csv(out / "kept.csv"))
    command, made_from = f"python tools/study.py OUT --place {place}", commit()  # before the first tables are written
    for found, elsewhere in draws(out, place, workers, values):
        write(place, values, found, elsewhere, n_tried, command, made_from)
    no_longer_older()


if __name__ == "__main__":
    sys.exit(main())
