"""All that the page, the files and the summary are made from, computed once from a folder of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates import beside_rivals, chain_examples, journey, judged, misses, own_draws, person_rates, pots, validation
from analysis.estimates.areas import areas
from analysis.estimates.cards import STOCK, Place, cards, place_of
from analysis.estimates.cost_curve import cost_curve
from analysis.estimates.costs import beyond_basis, costs
from analysis.estimates.effects import BySeed, by_seed, effects, packages_of, whole_run
from analysis.estimates.freed_homes import freed_homes
from analysis.estimates.knowledge import Spread, otherwise, shipped
from analysis.estimates.ledger_counts import COUNTED, LedgerCounts, helped
from analysis.estimates.length_table import chain_lengths
from analysis.estimates.naive import naive
from analysis.estimates.one_senior import NOTHING, one_senior
from analysis.estimates.statistics import refuse_twins
from analysis.estimates.users import USED, WINDOWS, by_verdict, users
from analysis.estimates.validation import Tables
from analysis.page import words
from analysis.page.words import Text
from analysis.tables.files import Folder
from analysis.tables.for_page import COST_CURVE, FREED_HOMES, JOURNEY, USERS
from analysis.tables.record import MANIFEST
from analysis.tables.schema import CHAIN_LENGTHS, FILTERS_CSV, JUDGED, KNOWLEDGE, POTS, RIVALS, SENIOR_MOVES, SENIORS, SPENDING, VALIDATION
from sim.counts.indicators import HEADLINE
from sim.counts.schema import DRIFT, FILTERS, INSTRUMENTS, JOURNAL, SUMMARY
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS, PLACEBO, check_names

LENGTH = "moves_set_off"  # that the page shows
MORE = INSTRUMENTS.some("contacts", "waiting", "no_money")


@dataclass(frozen=True)
class Results:
    """A folder of results. Tables are computed when first asked for.

    ``config`` is the configuration of the run with ``place`` (slug) and ``command``; ``manifest`` what manifest.json holds; ``awaited``
    how many seeds there will be, while some still run: all that is said is provisional then.
    """

    folder: Folder
    config: Mapping[str, Any]
    manifest: Mapping[str, Any]
    awaited: int = 0

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The table summary; raises Refusal when two seeds are one world."""
        refuse_twins(self.manifest.get("fingerprints", {}))
        return self.folder.table("summary", SUMMARY.promised, plain=False)

    @cached_property
    def instruments(self) -> pd.DataFrame:
        """What instruments did and cost, read once: columns SPENDING, and of MORE what is there."""
        return self.folder.table("instruments", SPENDING, MORE)

    @cached_property
    def by_seed(self) -> BySeed:
        """The summary as arrays, made once for all that is worked out from it."""
        return by_seed(self.summary)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The table of effects.csv."""
        return effects(self.by_seed, spread=self.spread, missed=self.missed, headline=self.headline, packages=self.packages)

    @property
    def packages(self) -> set[str]:
        """The scenarios that hold another one and more."""
        return packages_of(self.manifest.get("scenarios", {}))

    @property
    def headline(self) -> Sequence[str]:
        """The indicators that the run named beforehand."""
        return tuple(self.config.get("headline", HEADLINE))

    @cached_property
    def ledger_counts(self) -> LedgerCounts:
        """What was counted of the ledger, of the seeds for which it was kept."""
        return LedgerCounts(self.folder, self.months, self.months + int(self.config["follow_up"]) - 1, str(self.config["start"]))

    @cached_property
    def base_world(self) -> Tables | None:
        """What the base world is compared by, of the seeds whose ledger was kept; None without a ledger."""
        if not self.ledger_counts.known:
            return None
        months = self.folder.table("months", validation.OF_MONTHS)
        return validation.tables({name: self.ledger_counts.table(name, BASIS) for name in COUNTED}, months, self.months)

    @cached_property
    def validation(self) -> pd.DataFrame:
        """The base world beside public figures; empty without a ledger."""
        return validation.compare(self.base_world) if self.base_world else pd.DataFrame(columns=list(VALIDATION.names))

    @cached_property
    def whole_base_world(self) -> Tables | None:
        """The same with how often persons move, where the run wrote that down."""
        return self.base_world and self.base_world._replace(persons=person_rates.of_folder(self.folder, self.months))

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The base world beside the targets of its place; empty without a ledger."""
        there, place = self.whole_base_world, str(self.config["place"])
        return judged.judge(there, place) if there else pd.DataFrame(columns=list(JUDGED.names))

    @cached_property
    def rivals(self) -> pd.DataFrame:
        """The base world beside its rivals; empty without a ledger."""
        there, place = self.whole_base_world, str(self.config["place"])
        return beside_rivals.beside(there, place) if there else pd.DataFrame(columns=list(RIVALS.names))

    @cached_property
    def hits(self) -> dict[str, bool]:
        """Public figure to whether the base world is near it; without a ledger as docs/validation.md has it."""
        return misses.hits(self.validation) if len(self.validation) else {row.key: row.key not in misses.SHIPPED for row in validation.ROWS}

    def missed(self, indicator: str) -> str:
        """The public figures that an indicator hangs on and the base world misses (see misses.of_indicator)."""
        return misses.of_indicator(indicator, self.hits)

    @cached_property
    def own_draws(self) -> own_draws.OwnDraws | None:
        """What the draws of this folder say; None where it has none, or where its seeds still run. Raises Refusal."""
        about = self.manifest.get("draws")
        if not about or not self.folder.has("knowledge"):
            return None
        table = self.folder.table("knowledge", KNOWLEDGE.names)
        return own_draws.read(table, self.manifest.get("scenarios", {}), about["place"] != self.config["place"])

    def spread(self, scenario: str, named: str) -> Spread:
        """What draws make of the effect of a scenario on a figure (see ``knowledge.figure``): those of this folder, else of the study."""
        if self.own_draws and scenario not in (BASIS, PLACEBO):
            return self.own_draws.spread(scenario, named)
        listed = self.manifest.get("scenarios", {}).get(scenario) or {}
        if listed.get("rules"):
            return Spread("not in the study: rules", np.zeros(0))
        if listed.get("stops"):
            return Spread("not in the study: what is stopped", np.zeros(0))
        added = {key: one for key, one in listed.get("instruments", {}).items() if not one.get("already")}
        return shipped().spread(added, named).for_others(otherwise(added, self.manifest.get("strengths", {}).get(scenario, ())))

    @cached_property
    def costs(self) -> pd.DataFrame:
        """The table of costs.csv."""
        ledger = beyond_basis(self.instruments, self.scenarios, self.already(BASIS))
        return costs(ledger, self.by_seed, str(self.config["start"]), self.months, self.spread, self.missed, self.packages)

    @cached_property
    def cost_curve(self) -> pd.DataFrame:
        """The table of cost_curve.csv."""
        if not self.folder.has("months"):
            return pd.DataFrame(columns=list(COST_CURVE.names))
        ledger = beyond_basis(self.instruments, self.scenarios, self.already(BASIS))
        return cost_curve(ledger, self.folder.table("months", SENIOR_MOVES), self.seeds, self.months)

    @cached_property
    def naive(self) -> pd.DataFrame:
        """The table of naive.csv."""
        listed = self.manifest.get("scenarios", {})
        held = {str(name): one.get("instruments", {}) for name, one in listed.items() if not one.get("rules")}

        def with_help(scenario: str) -> pd.Series:
            return helped(self.ledger_counts.numbers(scenario)) if self.ledger_counts.known else pd.Series(dtype=float)

        return naive(self.summary, self.instruments, held, self.months, with_help, self.by_seed)

    @cached_property
    def users(self) -> pd.DataFrame:
        """The table of users.csv; empty without attribution.parquet."""
        if not self.folder.has("attribution"):
            return pd.DataFrame(columns=list(USERS.names))
        windows = sorted({*WINDOWS, self.window})
        of = {name: self.folder.parts_of_scenario("attribution", USED, name) for name in self.folder.scenarios("attribution")}
        found = [users(name, parts, self.seeds, self.months, windows) for name, parts in of.items()]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(USERS.names))

    @property
    def verdicts(self) -> dict[int, pd.DataFrame]:
        """Uses by verdict (see analysis.estimates.users.by_verdict) for each window in months; empty without attribution.parquet."""
        return {int(window): by_verdict(self.users, window) for window in sorted(self.users["window"].unique())}

    @cached_property
    def cards(self) -> pd.DataFrame:
        """The table of cards.csv."""
        place = place_of(self.folder.table("months", STOCK)) if self.folder.has("months") else Place(float("nan"), float("nan"))
        told = (self.manifest.get(key, {}) for key in ("scenarios", "reached", "strengths"))
        scenarios, reached, strengths = told
        listed = {name: one for name, one in scenarios.items() if name in self.by_seed.values}
        return cards(listed, place, self.costs, reached, strengths, self.months)

    @cached_property
    def areas(self) -> pd.DataFrame:
        """The table of areas.csv; names only where the manifest has them."""
        return areas(self.summary, self.manifest.get("areas", {}))

    @cached_property
    def freed_homes(self) -> pd.DataFrame:
        """The table of freed_homes.csv; empty without a ledger."""
        if not self.ledger_counts.known:
            return pd.DataFrame(columns=list(FREED_HOMES.names))
        kept = sorted({*self.ledger_counts.scenarios()} - {BASIS}, key=lambda name: (name != PLACEBO, name))
        return freed_homes(self.ledger_counts.numbers, [BASIS, *kept])

    @cached_property
    def filters(self) -> pd.DataFrame:
        """The table of filters.csv; empty where none was kept."""
        if not self.folder.has("filters"):
            return pd.DataFrame(columns=list(FILTERS_CSV.names))
        return pots.filters(self.folder.table("filters", FILTERS.promised))

    @cached_property
    def pots(self) -> pd.DataFrame:
        """The table of pots.csv."""
        ledger = self.instruments
        if "no_money" not in ledger.columns:
            return pd.DataFrame(columns=list(POTS.names))
        return pots.pots(ledger, self.manifest.get("scenarios", {}), self.manifest.get("strengths", {}), self.seeds)

    @cached_property
    def base(self) -> pd.DataFrame:
        """Means of basis: indicator, group_by, group, months_from, months_to, mean."""
        rows, values, _seeds = self.by_seed
        return rows.assign(mean=values[BASIS].mean(axis=1))

    @cached_property
    def seeds(self) -> list[int]:
        """The seeds that all scenarios share."""
        return self.by_seed.seeds

    @cached_property
    def chain_lengths(self) -> pd.DataFrame:
        """The table of chain_lengths.csv; empty without a ledger, and without rows by area while seeds are awaited."""
        counts = self.ledger_counts
        if not counts.known:
            return pd.DataFrame(columns=list(CHAIN_LENGTHS.names))
        return chain_lengths(counts.chains, [BASIS, *sorted({*counts.scenarios()} - {BASIS})], counts.last, not self.awaited)

    @cached_property
    def chain_examples(self) -> chain_examples.Examples:
        """The tables of chain_examples.csv and chain_hundred.csv; empty without a ledger."""
        kept = self.ledger_counts.scenarios() if self.folder.has("moves") and self.folder.has("chains") else []
        drawn = next((name for name in [*self.scenarios, BASIS] if name in kept), None)
        return chain_examples.NOTHING if drawn is None else chain_examples.examples(self.folder, drawn, self.months)

    @property
    def lengths(self) -> pd.DataFrame:
        """Moves set off by origin, of basis and scenarios: rows of ``chain_lengths``."""
        table = self.chain_lengths
        shown = (table["length"] == LENGTH) & (table["home"] == ALL) & (table["area"] == ALL) & (table["scenario"] != PLACEBO)
        return table[shown].dropna(subset="mean").sort_values("scenario", kind="stable", ignore_index=True)

    @cached_property
    def journey(self) -> pd.DataFrame:
        """The table of journey.csv; empty without a funnel."""
        if not self.folder.has("funnel"):
            return pd.DataFrame(columns=list(JOURNEY.names))
        where = (("household_class", "==", journey.SENIOR), ("month", "<", self.months))
        return journey.journey(
            lambda name: self.folder.of_scenario("funnel", journey.NEEDS, name, where), self.folder.table("months", SENIORS), self.months
        )

    @cached_property
    def one_senior(self) -> pd.DataFrame:
        """The table of one_senior.csv; empty without a journal."""
        if not self.folder.has("journal"):
            return NOTHING
        return one_senior(self.folder.table("journal", JOURNAL.promised), str(self.config["start"]))

    @cached_property
    def drift(self) -> pd.DataFrame:
        """Mean share of households elsewhere: scenario, month, share_elsewhere."""
        table = self.folder.table("drift", DRIFT.promised)
        table = table[table["scenario"] != BASIS]
        return table.groupby(["scenario", "month"])["share_elsewhere"].mean().reset_index()

    @property
    def window(self) -> int:
        """Months within which a ghost must follow for a *zetje*."""
        return int(self.config["ghost_window"])

    @property
    def months(self) -> int:
        """Length of the run in months, follow-up not included."""
        return int(self.config["months"])

    @cached_property
    def scenarios(self) -> list[str]:
        """Scenarios beside basis and placebo, largest effect on senior moves first; raises Refusal where one is no word."""
        rows = whole_run(self.effects, "senior_moves").sort_values("difference", ascending=False, kind="stable")
        rest = set(self.by_seed.values) - {BASIS, PLACEBO, *rows["scenario"]}
        found = [*rows["scenario"], *sorted(rest)]
        check_names([BASIS, PLACEBO, *found], "scenario")  # the folder may come from anybody
        return found

    @cached_property
    def titles(self) -> dict[str, Text]:
        """Titles of all scenarios."""
        listed = self.manifest.get("scenarios", {})
        return {str(name): words.title(str(name), listed) for name in self.by_seed.values}

    def instrument(self, key: str) -> Text:
        """Name of an instrument, for people."""
        return words.instrument(key, self.manifest.get("instrument_titles", {}))

    @property
    def place(self) -> str:
        """Name of the place, for people."""
        return words.place(str(self.config["place"]))

    def already(self, scenario: str) -> list[str]:
        """Instruments of a scenario that are done already, as they are in basis."""
        held = (self.manifest.get("scenarios", {}).get(scenario) or {}).get("instruments") or {}
        return [key for key, settings in held.items() if settings.get("already")]

    def base_value(self, indicator: str, group_by: str = ALL, group: str = ALL) -> float:
        """Mean of basis over the longest period; NaN when it is not counted."""
        b = self.base
        chosen = (b["indicator"] == indicator) & (b["group_by"] == group_by) & (b["group"] == group)
        chosen &= (b["months_to"] == b["months_to"].max()) & (b["months_from"] == 0)
        return float(b.loc[chosen, "mean"].iloc[0]) if chosen.any() else float("nan")


def gather(out: Path | Folder) -> Results:
    """The results of a folder, by its path or as it is read.

    Raises:
        Refusal: the folder has no manifest, or it lacks a key.
    """
    folder = out if isinstance(out, Folder) else Folder(out)
    manifest = folder.manifest()
    known = {key: manifest[key] for key in ("place", "command") if key in manifest}
    merged = {**manifest.get("configuration", {}), **known}
    for key in ("months", "follow_up", "start", "ghost_window", "place"):
        if key not in merged:
            raise Refusal(f"{folder.path / 'manifest.json'} says nothing of {key}; run experiments.compare with out={folder.path}")
    return Results(folder, merged, manifest)


def finished(folder: Path) -> Results:
    """The results of a folder in which a comparison was finished, and whose manifest vouches for its tables. Raises Refusal."""
    if not folder.is_dir():
        raise Refusal(f"{folder}: there is no such folder; name the one that experiments.compare wrote (its key out)")
    results = gather(folder) if (folder / MANIFEST).is_file() else None
    again = f"give the same experiments.compare again with out={folder}, and it goes on"
    if results is None or not results.folder.has("summary") or not results.manifest.get("files"):
        raise Refusal(f"{folder}: this run is not finished (no {MANIFEST} or summary.parquet, or none that vouches for it); {again}")
    failed = results.manifest.get("failed_runs") or []
    if failed:
        first = failed[0]
        raise Refusal(f"{folder}: {len(failed)} runs failed, the first of scenario {first['scenario']}, seed {first['seed']}; {again}")
    return results
