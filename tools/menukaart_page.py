"""Write the figures of docs/menukaart.md from folders of results, one for each place: python tools/menukaart_page.py DIR [DIR ...]"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

from analysis.estimates.claims import DESCRIPTION  # noqa: E402
from analysis.estimates.deciding import deciding  # noqa: E402
from analysis.estimates.effects import FIRST_MOVES, KEYS  # noqa: E402
from analysis.estimates.knowledge import FACTOR, SHIFT, among_best, in_step, samples  # noqa: E402
from analysis.estimates.statistics import by_chance, refuse_twins  # noqa: E402
from analysis.page.words import interval, numbers, span, wide_of  # noqa: E402
from analysis.results import Results, gather  # noqa: E402
from analysis.tables.files import write_whole  # noqa: E402
from sim.approach.scenarios import EACH, OWN  # noqa: E402
from sim.counts.schema import SUMMARY  # noqa: E402
from sim.interventions import REGISTRY  # noqa: E402
from sim.world.codes import Verdict  # noqa: E402
from sim.world.errors import Refusal  # noqa: E402
from sim.world.names import ALL, BASIS, PLACEBO, plain  # noqa: E402
from tools.markdown import table  # noqa: E402

PAGE = ROOT / "docs" / "menukaart.md"
BY_HAND = "## What stands out"
BLOCK = re.compile(r"<!-- made: effects (?P<place>[a-z0-9+-]+) -->\n.*?<!-- end -->\n", re.DOTALL)
ESTIMANDS = ("direct", "verdrongen", "net")
PERIODS = (24, 60)  # months, beside the whole run
BEST = 5  # of how many that do most the page says how likely each is one
EVEN = 0.5  # from which the sentence names it
DECIDE = 3  # assumptions of each instrument
GROUPS = (ALL, "class", "seniors", "role")  # ways to group that the page reads
UNKNOWN = "cannot be told"
NOBODY = "nobody was in its target group"
Line = tuple[str, ...]


@dataclass(frozen=True)
class Alone(Results):
    """Results of instruments alone. A scenario with a failed run is left out, so that all others can be compared."""

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The table summary without wijken, incomes and tenures, and without scenarios that lack a seed."""
        refuse_twins(self.manifest.get("fingerprints", {}))
        if not self.folder.has("summary"):
            raise Refusal(f"{self.folder.path} holds no summary.parquet; run experiments.compare with out={self.folder.path}")
        table = pd.read_parquet(self.folder.path / "summary.parquet", columns=list(SUMMARY.promised), filters=[("group_by", "in", GROUPS)])
        table = table.astype({column: object for column in table.select_dtypes("category").columns})
        seeds = {name: frozenset(part) for name, part in table.groupby("scenario", observed=True)["seed"]}
        return table[table["scenario"].isin([name for name, mine in seeds.items() if mine == seeds.get(BASIS)])]

    @property
    def asked(self) -> dict[str, str]:
        """Instrument to the scenario that holds it alone, beside what is done already, whether or not it finished."""
        found: dict[str, str] = {}
        for name, one in self.manifest["scenarios"].items():
            mine = [key for key, settings in (one.get("instruments") or {}).items() if not settings.get("already")]
            alone = len(mine) == 1 and not one.get("rules")
            if alone and name not in (BASIS, PLACEBO) and (name == mine[0] or mine[0] not in found):
                found[mine[0]] = name
        return {key: found[key] for key in listed() if key in found}

    @property
    def held(self) -> dict[str, str]:
        """Those of ``asked`` whose runs all finished."""
        there = set(self.scenarios)
        return {key: name for key, name in self.asked.items() if name in there}

    def row(
        self, scenario: str, indicator: str, by: tuple[str, str] = (ALL, ALL), months: int = 0, estimand: str = "net"
    ) -> Mapping[str, Any]:
        """One row of the table of effects, by default over the whole run; empty where there is none."""
        return self._rows.get((scenario, indicator, *by, months or self.months, estimand), {})

    @cached_property
    def _rows(self) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        e = self.effects[self.effects["months_from"] == 0]
        keys = ("scenario", "indicator", "group_by", "group", "months_to", "estimand")
        return {tuple(row[key] for key in keys): row for row in e.to_dict("records")}

    @cached_property
    def best(self) -> dict[str, float]:
        """How likely each scenario is among the BEST for moves of seniors over the whole run, by chance and draws together."""
        rows, values, _seeds = self.by_seed
        there = dict(zip(KEYS, ("senior_moves", ALL, ALL, 0, self.months), strict=True))
        one = (rows[list(there)] == pd.Series(there)).all(axis=1).to_numpy()
        spreads = {name: self.spread(name, "senior_moves") for name in self.held.values()}
        known = in_step({name: spread for name, spread in spreads.items() if spread.kind in (FACTOR, SHIFT)})
        drawn = {name: samples(values[name][one], values[BASIS][one], spread) for name, spread in known.items()}
        return {name: float(chance[0]) for name, chance in among_best(drawn, "senior_moves", BEST).items()}

    @cached_property
    def decides(self) -> dict[str, list[str]]:
        """Instrument to the assumptions that decide most about it, those first that decide more."""
        table_of = deciding({name: self.manifest["scenarios"][name] for name in self.held.values()})
        table_of = table_of[table_of["rank"] <= DECIDE].sort_values("rank", kind="stable")
        return {str(key): list(mine["assumption"]) for key, mine in table_of.groupby("instrument")}

    def counted(self, key: str, scenario: str) -> Mapping[str, Any]:
        """Users of an instrument by verdict, mean per seed; empty where it had none."""
        v = self.verdicts.get(self.window)
        if v is None:
            return {}
        found = v[(v["scenario"] == scenario) & (v["instrument"] == key)]
        return found.iloc[0].to_dict() if len(found) else {}


def listed() -> list[str]:
    """Instruments of the menukaart: by category, then by key."""
    categories = list(dict.fromkeys(cls.card.category for cls in REGISTRY.values()))
    return sorted(set(REGISTRY) - {OWN}, key=lambda key: (categories.index(REGISTRY[key].card.category), key))


def linked(key: str) -> str:
    """An instrument by name, with the way to what it is."""
    return f"[`{key}`](odd.md#instruments)"


def made_newer() -> str:
    """Instruments that the page holds for no place, or not for all, as a list by place; ``tools/make_docs.py`` asks for it."""
    lines = []
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        lacking = [key for key in listed() if linked(key) not in block[0]]
        if lacking:
            lines.append(f"- {block['place'].capitalize()}: {', '.join(map(linked, lacking))} came later; not run there yet.")
    return "\n".join(lines) or "Every instrument was run in each place."


def difference(row: Mapping[str, Any], scale: float = 1.0, digits: int | None = None) -> str:
    """``+32 (17 to 47)``, with a ~ before what is not told apart from chance or from the placebo; a description is never told."""
    if not row or math.isnan(row["difference"]):
        return UNKNOWN
    apart = row["claimed"] or (row["family"] == DESCRIPTION and not row["lower"] <= 0 <= row["upper"])
    mark = "" if apart else "~ "
    return mark + interval(scale * row["difference"], scale * row["lower"], scale * row["upper"], digits).en


def euro(found: Alone, scenario: str) -> str:
    """Euro per extra senior move with its interval."""
    c = found.costs
    mine = c[(c["scenario"] == scenario) & (c["instrument"] == ALL) & (c["payer"] == ALL) & (c["year"] == ALL)]
    if mine.empty or mine["eur"].iloc[0] == 0:
        return "nothing paid"
    value, lower, upper = (float(mine[column].iloc[0]) for column in ("eur_per_extra_senior_move", "lower", "upper"))
    if math.isnan(value) or math.isnan(upper):
        return UNKNOWN
    return f"{numbers(value).en} ({numbers(lower).en} to {numbers(upper).en})"


def effects_table(found: Alone) -> str:
    """What each instrument does, costs and changes for whom."""
    rows = []
    for key, name in found.held.items():
        one = found.counted(key, name)
        users = sum(value for verdict, value in one.items() if verdict not in ("scenario", "instrument", "deadweight"))
        anyway = one.get("deadweight", math.nan)
        rows.append(
            (
                REGISTRY[key].card.category,
                linked(key),
                difference(found.row(name, "senior_moves")),
                difference(found.row(name, "moves_set_off"), 1, 2),
                *(difference(found.row(name, "fit", by), 100, 3) for by in (("class", "senior"), ("seniors", "others"), (ALL, ALL))),
                *(difference(found.row(name, "fit_gain", ("role", role)), 100, 2) for role in ("senior", "follower")),
                euro(found, name),
                UNKNOWN if math.isnan(anyway) else f"{100 * anyway:.0f} %",
                numbers(users).en,
            )
        )
    head = ["category", "instrument", "extra moves by seniors", "moves set off per senior's move", "fit of seniors", "fit of others"]
    head += ["fit of all", "gain per senior's move", "gain per follower's move"]
    return table([*head, "euro per extra senior move", "moved anyway", "users"], rows)


def sureness_table(found: Alone) -> str:
    """Extra moves of seniors with both intervals, how likely each does most, and the assumptions that decide about it."""
    rows = []
    for key, name in sorted(found.held.items(), key=lambda one: -found.row(one[1], "senior_moves").get("difference", math.nan)):
        row = found.row(name, "senior_moves")
        rows.append(
            (
                linked(key),
                difference(row),
                wide_of(row["lower_full"], row["upper_full"], str(row["knowledge"])).en or UNKNOWN,
                most_likely(row),
                f"{100 * found.best[name]:.0f} %" if name in found.best else UNKNOWN,
                ", ".join(f"`{one}`" for one in found.decides.get(key, ())) or UNKNOWN,
            )
        )
    head = ["instrument", "extra moves by seniors: chance", "chance and knowledge", "does most", f"among the best {BEST}", "what decides"]
    return ranking(found) + "\n" + table(head, rows)


def most_likely(row: Mapping[str, Any]) -> str:
    """How likely it does most of all instruments, with Wilson's interval for so many draws."""
    if math.isnan(row["p_best"]):
        return UNKNOWN
    return f"{100 * row['p_best']:.0f} % ({100 * row['p_best_lower']:.0f} to {100 * row['p_best_upper']:.0f})"


def ranking(found: Alone) -> str:
    """The sentences on which instruments do most, and what decides about the first."""
    rows = {key: found.row(name, "senior_moves") for key, name in found.held.items()}
    known = {key: row for key, row in rows.items() if row and not math.isnan(row["p_best"])}
    if not known:
        return "No order can be told: the study of assumptions says nothing of these instruments.\n"
    first = max(known, key=lambda key: known[key]["p_best"])
    n = int(known[first]["draws"])
    even = sorted((key for key in known if found.best[found.held[key]] >= EVEN), key=lambda key: -found.best[found.held[key]])
    hangs = ", ".join(f"`{one}`" for one in found.decides.get(first, ()))
    lines = [
        f"In {n} draws of what we do not know, {linked(first)} most often has most extra moves of seniors: {most_likely(known[first])}.",
        f"On average it falls {numbers(known[first]['regret']).en} moves short of whichever does most.",
        f"Among the best {BEST} in at least half of the draws: {', '.join(map(linked, even)) or 'none'}.",
        "The order is of doses as they are set, of which most are assumptions.",
        f"What decides most about {linked(first)}: {hangs}." if hangs else "",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def caused_table(found: Alone) -> str:
    """First moves: direct, verdrongen and net, by period, and how many users nobody can tell of."""
    periods = sorted({months for months in PERIODS if months < found.months} | {found.months})
    rows = []
    for key, name in found.held.items():
        cells = [difference(found.row(name, FIRST_MOVES, (ALL, ALL), months, estimand)) for months in periods for estimand in ESTIMANDS]
        rows.append((linked(key), *cells, numbers(found.counted(key, name).get(Verdict.ONBEKEND.key, 0.0)).en))
    head = [f"{estimand}, {months} months" for months in periods for estimand in ESTIMANDS]
    return table(["instrument", *head, Verdict.ONBEKEND.key], rows)


def naive_table(found: Alone) -> str:
    """What two monitors without a model credit an instrument with, beside what it did."""
    table_of = found.naive[found.naive["indicator"] == "senior_moves"]
    n = {(row["scenario"], row["instrument"]): row for row in table_of.to_dict("records")}
    rows, alike = [], ""
    for key, name in found.held.items():
        one = n[name, key]
        users, alike = (off_by(one, by) for by in ("users", "before_after"))
        counted = [numbers(one["users"]).en, numbers(one["before_after"], sign=True).en]
        rows.append((linked(key), *counted, difference(found.row(name, "senior_moves")), users))
    made = table(["instrument", "moves of users", "after less before", "extra moves by seniors", "users: too many"], rows)
    if alike in ("", UNKNOWN):
        return made
    return made + f"\nAfter less before is off by {alike}, for every instrument the same: it is what changed in basis too.\n"


def off_by(row: Mapping[str, Any], by: str) -> str:
    """What a monitor counts beyond the effect."""
    if math.isnan(row[f"{by}_too_many"]):
        return UNKNOWN
    return interval(*(row[f"{by}_{what}"] for what in ("too_many", "lower", "upper"))).en


def repeated(command: str) -> str:
    """The command that gives the same figures: without where they lie and on how many processes."""
    return " ".join(word for word in command.split() if not word.startswith(("out=", "workers=", "debug=")))


def head_of(found: Alone) -> str:
    """What was run, with which code, and what is missing."""
    m, c, version = found.manifest, found.config, found.manifest["version"]
    commit = version.get("commit") or "unknown"
    commit = f"{commit[:12]} with changes" if commit.endswith("+") else commit[:12]
    already = (m.get("current") or {}).get("instruments") or []
    lines = [
        f"{len(found.seeds)} seeds, {span(found.months).en} from {c['start']} after a burn-in of {c['burn_in']} months, follow-up of "
        f"{c['follow_up']} months; strength {c['strength']:g}.",
        f"Commit {commit}, code of the world {version.get('sim', 'unknown')}, figures {version.get('data', 'unknown')}.",
        f"Command: `{repeated(str(c.get('command', '')))}`",
        f"It took {m['seconds'].get('total', sum(m['seconds'].values())) / 60:.0f} minutes, without runs that it found finished.",
    ]
    if already:
        lines.append(
            f"Done already, and so in basis: {', '.join(linked(plain(key)) for key in already)}. The row of such an instrument is what "
            "more of it adds."
        )
    return "\n".join(f"- {line}" for line in [*lines, *missing(found)]) + "\n"


def missing(found: Alone) -> list[str]:
    """Instruments without a row in the tables, and those that reached nobody."""
    failed: dict[str, list[str]] = {}
    for run in found.manifest.get("failed_runs", []):
        failed.setdefault(run["scenario"], []).append(run["error"])
    asked, held, lines = found.asked, found.held, []
    for key, name in asked.items():
        if key not in held:
            errors = failed.get(name, ["its runs are not finished"])
            empty = all(NOBODY in error for error in errors)
            why, n = NOBODY if empty else errors[0], len(found.manifest["seeds"])
            lines.append(f"Left out: {linked(key)}, {why} ({len(errors)} of {n} seeds).")
    uses = {key: found.manifest.get("reached", {}).get(name, {}).get(key, 0.0) for key, name in held.items()}
    idle = [linked(key) for key, n in uses.items() if n == 0]
    if idle:
        lines.append(f"Reached nobody: {', '.join(idle)}.")
    absent = [linked(key) for key in listed() if key not in asked]
    if absent:
        lines.append(f"Not run: {', '.join(absent)}.")
    return lines


def part(found: Alone) -> str:
    """The made part of one place."""
    slug, n = str(found.config["place"]), len(found.held)
    if not n:
        raise Refusal(f"{found.folder.path} holds no instrument that ran alone in all seeds; run scenarios=[{EACH}]")
    told = (
        f"Of {n} instruments that do nothing about {by_chance(n):.0f} would have an interval without 0 in a column; read a column "
        "with that in mind.\n"
    )
    texts = [
        f"## {found.place}\n",
        head_of(found),
        "### Effects\n",
        effects_table(found),
        told,
        "### How sure, and what decides\n",
        sureness_table(found),
        "### Who was moved, and who lost a home\n",
        "First moves of all households: by users (direct), lost by others in the same clearing (verdrongen), and in all (net).\n",
        caused_table(found),
        "### Beside a monitor without a model\n",
        naive_table(found),
    ]
    return f"<!-- made: effects {slug} -->\n" + "\n".join(texts) + "<!-- end -->\n"


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """The page with the parts of these places; other places, and all that stands outside, stay as they are."""
    before = {match["place"] for match in BLOCK.finditer(text)}
    text = BLOCK.sub(lambda match: parts.get(match["place"], match[0]), text)
    new = [made for place, made in parts.items() if place not in before]
    head, mark, tail = text.partition(BY_HAND)
    return "\n".join([head.rstrip("\n") + "\n", *new]) + ("\n" + mark + tail if mark else "")


def main(folders: Sequence[str]) -> int:
    """Write the page."""
    if not folders:
        print("usage: python tools/menukaart_page.py DIR [DIR ...] (folders of results of experiments.compare)", file=sys.stderr)
        return 2
    parts: dict[str, str] = {}
    try:
        for folder in folders:
            results = gather(Path(folder))
            found = Alone(results.folder, results.config, results.manifest)
            if str(found.config["place"]) in parts:
                raise Refusal(f"{folder} is a second folder of {found.config['place']}; one for each place")
            parts[str(found.config["place"])] = part(found)
    except Refusal as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write_whole(PAGE, renewed(PAGE.read_text(encoding="utf-8"), parts))
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
