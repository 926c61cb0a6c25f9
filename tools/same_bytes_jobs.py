"""What tools/same_bytes.py runs in each state of the code: public doors only, so that files may move between the two.

Scenarios are made from the instruments that the code itself lists, so that a new one cannot escape.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SMALL_PLACE, LARGER_PLACE = "terschelling", "veldhoven"
BUSY = "ooststellingwerf"  # a place with instruments that are done already
LIMITS: dict[str, dict[str, Any]] = {
    "alone": {},
    "capacity": {"capacity": 1.5},
    "pot": {"eur_budget": 20_000, "eur_fixed": 2_000},
}  # a pot that is empty within the run
LISTS = ("instruments", "scenarios", "municipalities", "organisations", "indicators", "parameters", "values")
REFUSED = ("capacity_passendheidsnorm",)  # a rule on homes, which no number of households limits
OWN = {  # an instrument of one's own does nothing until it is told what
    "rel_known": 1.0,
    "eur_use": 100,
    "from_stage": "huidige_woning",
    "pulls": {
        "awareness": 1,
        "search": 1,
        "sight": 0.2,
        "trouble": -0.02,
        "eur_once": -500,
        "responses": 1,
        "p_direct": 0.1,
        "rank": 2,
        "n_months": 12,
        "loan": 1,
        "adapts": 0.2,
    },
}
GOALS = {
    "title": {"nl": "Doelen", "en": "Goals"},
    "goals": {
        "verhuizingen": {
            "title": {"nl": "Meer", "en": "More"},
            "indicator": "senior_moves",
            "above_basis": 0.05,
            "within": 12,
        },
    },
    "doses": {"wooncoach_sociaal.fte_per_1000": [0, 0.3], "verhuiskostenvergoeding.eur_grant": [0, 5000]},
}
FORK = """
import json, sys
from pathlib import Path
from sim.model import HousingModel
out, place, scenario, months, keys = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), json.loads(sys.argv[5])
kept = HousingModel(place, scenario, seed=1, months=months, burn_in=12, follow_up=3)
kept.run(months // 2)
forks = {"kept": kept, "nothing": kept.fork(), "coach": kept.fork({"wooncoach_sociaal": {}}), "all": kept.fork({key: {} for key in keys})}
forks["all"].step()
forks["again"] = forks["all"].fork({"voorrang": {}})
for name, one in forks.items():
    one.run(months - months // 2 - (name in ("all", "again")), follow_up=3)
    one.moves.to_parquet(out / f"{name}_moves.parquet")
    one.chains.to_parquet(out / f"{name}_chains.parquet")
"""


class Step(NamedTuple):
    """One process. ``arguments`` follow ``python``; OUT in them is the folder of the job, SCENARIOS that of the scenarios.

    ``scenarios`` are those of a comparison: one that is refused is written down and left out. ``status`` is what it must end with.
    """

    job: str
    name: str
    arguments: tuple[str, ...]
    scenarios: tuple[str, ...] = ()
    status: int = 0


def experiment(job: str, command: str, *names: str, status: int = 0, step: str = "", **keys: Any) -> Step:
    """A command of experiments that runs worlds: one process, short unless ``keys`` say otherwise, in the folder of the job."""
    settings = {"municipality": SMALL_PLACE, "seeds": 1, "months": 15, "burn_in": 6, "follow_up": 3, "workers": 1} | keys
    settings |= {"ledger": "all"} if command == "compare" and "ledger" not in keys else {}
    lines = [f"{key}={value}" for key, value in settings.items()]
    return Step(job, step or command, ("-m", f"experiments.{command}", "scenario_dir=SCENARIOS", "out=OUT", *lines), names, status)


def worksheets(job: str, *more: str) -> Step:
    """The worksheets of a job's folder."""
    return Step(job, "worksheets", ("-m", "analysis.worksheets", "OUT", *more))


def listed(what: str) -> Step:
    """A list of what there is."""
    return Step("lists", what, ("-m", "experiments.list", f"what={what}"))


def forked(job: str, place: str, scenario: str, months: int, keys: Sequence[str]) -> Step:
    """Forks of a model in mid-run, and a fork of a fork."""
    return Step(job, "fork", ("-c", FORK, "OUT", place, scenario, str(months), json.dumps(list(keys))))


def needed(key: str) -> dict[str, object]:
    """Settings without which an instrument is refused."""
    return dict(OWN) if key == "interventie_x" else {}


def write_scenarios(folder: Path, keys: Sequence[str]) -> None:
    """Scenario files (JSON is YAML) of the instruments ``keys``: each alone and limited, all together, step by step, a bundle."""

    def write(name: str, instruments: dict[str, object], **more: object) -> None:
        content = {"title": {"nl": name, "en": name}, "instruments": instruments, **more}
        (folder / f"{name}.yaml").write_text(json.dumps(content, indent=1), encoding="utf-8")

    for key in keys:
        for limit, settings in LIMITS.items():
            write(f"{limit}_{key}", {key: needed(key) | settings})
    write("alles", {key: needed(key) for key in keys})
    write("eigen", {"interventie_x": OWN})
    write("bundel", {"voorrang": {}, "wooncoach_sociaal": {"toolbox": ["voorrang"]}})
    start = sorted({*keys[::2], "wooncoach_sociaal"})
    write("stap", {key: needed(key) for key in start}, rules=rules(start, [key for key in keys if key not in start]))
    (folder / "doelen.yaml").write_text(json.dumps(GOALS, indent=1), encoding="utf-8")


def rules(start: Sequence[str], rest: Sequence[str]) -> list[dict[str, object]]:
    """Rules of every kind that fire within fifteen months: on dates, an indicator, the ledger and talks."""
    coach, one, two = "wooncoach_sociaal", rest[::2], rest[1::2]
    others = [key for key in start if key != coach]
    talks = {"wish": "huidige_woning", "share_above": 0, "at_least": 1}
    return [
        {"when": {"after": 3}, "do": {"add": {key: needed(key) for key in one}}},
        {"when": {"after": 3, "talks": talks}, "do": {"stop": others[::3]}},
        {
            "when": {"after": 12, "indicator": "vacant", "share_of": "dwellings", "above": 0},
            "do": {"add": {key: needed(key) for key in two}},
        },
        {"when": {"after": 12, "instrument": coach, "count": "contacts", "above": -1}, "do": {"scale": {coach: 2}}},
    ]


def limited(limit: str, keys: Sequence[str]) -> list[str]:
    """Names of the files of one limit that can run."""
    return [name for key in keys if (name := f"{limit}_{key}") not in REFUSED]


def small(keys: Sequence[str]) -> list[Step]:
    """The quick set: one small place, all instruments at once, step by step, a fork, a bundle, a resumed run."""
    return [
        listed("instruments"),
        experiment("small", "compare", "alles", step="begun"),
        experiment("small", "compare", "alles", "stap", seeds=2),
        worksheets("small", "--scenario", "alles"),
        experiment("bundle", "attribute", scenario="bundel"),
        forked("fork", SMALL_PLACE, "voorrang", 6, keys),
    ]


def whole(keys: Sequence[str], ready: Iterable[str]) -> list[Step]:
    """Everything: each instrument in two places, alone, limited and at half strength; the ready scenarios (``ready``); all doors."""
    mixed = ["alles", "eigen", "stap", *(name for name in ready if name not in (*keys, "basis"))]
    in_short = [name for name in mixed if name != "stapsgewijs"]  # its rules wait for years
    long: dict[str, Any] = {"months": 51, "burn_in": 12, "follow_up": 6}
    short: dict[str, Any] = {"months": 15, "burn_in": 12, "follow_up": 6}
    steps = [listed(what) for what in LISTS]
    for place, time, ready_ones in ((SMALL_PLACE, long, mixed), (LARGER_PLACE, short, in_short)):
        there = {"municipality": place, **time}
        steps.append(experiment(f"{place}_mixed", "compare", *ready_ones, **there))
        for limit in LIMITS:
            steps.append(experiment(f"{place}_{limit}", "compare", *limited(limit, keys), **there))
        halved = ["alles", "stap", *(f"alone_{key}" for key in keys)]
        steps.append(experiment(f"{place}_half", "compare", *halved, strength=0.5, **there))
        steps.append(forked(f"{place}_fork", place, "stapsgewijs", 51, keys))
    again: dict[str, Any] = {"municipality": BUSY, "months": 51, "burn_in": 12}
    odd: dict[str, Any] = {"ghosts": "false", "debug": "true", "ledger": "first"}
    return [
        *steps,
        experiment("resumed", "compare", "voorrang", step="begun", **again),
        experiment("resumed", "compare", "voorrang", "stapsgewijs", "van_groot_naar_beter", "zonder_beleid", seeds=3, **again),
        Step("resumed", "report", ("-m", "analysis.report", "OUT")),
        worksheets("resumed"),
        experiment("odd", "compare", "bundel", "voorrang", "verhuiskostenvergoeding", seeds=2, behaviour="met_keuzestress", **odd),
        experiment("budget", "compare", "categorie_op_weg_helpen", "wooncoach", seeds=2, eur_budget_total=20_000),
        experiment("shares", "attribute", scenario="van_groot_naar_beter", seeds=2),
        experiment("drawn_shares", "attribute", scenario="categorie_ontzorgen", permutations=1),
        experiment("goals", "goals", scenario="van_groot_naar_beter", goals="SCENARIOS/doelen.yaml", seeds=2, trials=4),
        experiment("validate", "validate"),
        experiment("refused", "compare", "voorang", step="misspelt", status=2),
        experiment("refused", "compare", "voorrang", step="too_strong", status=2, strength=2),
        experiment("refused", "attribute", scenario="voorrang", status=2),
    ]
