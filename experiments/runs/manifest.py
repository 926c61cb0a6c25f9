"""manifest.json: what was run, with which code, data and packages, how long it took, and checksums of the tables."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.tables import record
from analysis.tables.files import digest
from analysis.tables.schema import EVERY
from experiments.runs import store
from experiments.runs.plan import Plan
from experiments.runs.runner import Failure, in_order
from experiments.runs.simulation import SeedJob
from sim.counts.schema import TABLES
from sim.world.errors import Refusal
from sim.world.names import plain
from verhuisketens.version import IN_CLONE, LOCK, ROOT, version

NAME = record.MANIFEST
PACKAGES = (
    "hydra-core",
    "matplotlib",
    "mesa",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
)


def marks(jobs: Sequence[SeedJob]) -> list[dict[str, Any]]:
    """Marks of completion of the finished runs, in the order of the tables: scenario, then seed."""
    found = []
    for name in in_order({spec.scenario for job in jobs for spec in job.runs}):
        for job, spec in ((one, spec) for one in jobs for spec in one.runs if spec.scenario == name):
            folder = Path(job.folder) / spec.key
            mark = store.read_mark(folder)
            if mark and set(job.tables) <= set(mark["tables"]):  # written, perhaps, for another scenario with the same settings
                found.append({**mark, "scenario": name, "folder": folder, "needed": job.tables})
    return found


def fingerprints(found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The world of each seed, by its fingerprint.

    Raises:
        Refusal: two scenarios of a seed were run in different worlds, so that no difference may be reported.
    """
    worlds: dict[str, str] = {}
    for mark in found:
        seed = str(mark["seed"])
        if worlds.setdefault(seed, mark["fingerprint"]) != mark["fingerprint"]:
            raise Refusal(
                f"seed {seed}: scenario {mark['scenario']} was run in another world than the scenarios before it "
                f"({mark['fingerprint'][:12]} and {worlds[seed][:12]}); choose another out and run again"
            )
    return dict(sorted(worlds.items(), key=lambda item: int(item[0])))


def checksums(found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """One checksum per table, over the contents of its parts in the order of the table. Raises Refusal when a part is damaged."""
    return {name: store.checksum(name, parts(found, name)) for name in TABLES}


def parts(found: Sequence[dict[str, Any]], name: str) -> list[tuple[str, int, Path]]:
    """The parts of a table, as ``store.merge`` asks for them."""
    return [(mark["scenario"], mark["seed"], mark["folder"]) for mark in found if name in mark["needed"]]


def reached(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Households that each instrument reached, mean over the seeds, by scenario."""
    lists: dict[str, dict[str, list[int]]] = {}
    for mark in found:
        for key, n in mark["reached"].items():
            lists.setdefault(mark["scenario"], {}).setdefault(key, []).append(n)
    return {name: {key: sum(ns) / len(ns) for key, ns in of.items()} for name, of in lists.items()}


def fired(found: Sequence[dict[str, Any]], rules: Mapping[str, Any]) -> dict[str, dict[str, list[list[int]]]]:
    """Of each stepwise scenario and seed the rules that fired, as [number, month], in the order in which they did."""
    lists: dict[str, dict[str, list[list[int]]]] = {}
    for mark in found:
        if mark["scenario"] in rules:
            lists.setdefault(mark["scenario"], {})[str(mark["seed"])] = mark["fired"]
    return lists


def strengths(found: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Strength of each scenario by seed, in the order of the seeds (they differ only under eur_budget_total)."""
    lists: dict[str, list[float]] = {}
    for mark in found:
        lists.setdefault(mark["scenario"], []).append(mark["strength"])
    return lists


def compose(
    plan: Plan,
    found: Sequence[dict[str, Any]],
    failures: Sequence[Failure],
    seconds: dict[str, float],
    command: str,
    asked: dict[str, list[Any]],
) -> dict[str, Any]:
    """The content of manifest.json but for ``checksums``. ``asked`` holds the scenarios and seeds that the tables cover."""
    from sim import parameters
    from sim.approach import done_already
    from sim.interventions import REGISTRY, card_of
    from sim.world import figures

    place, start = plan.design["municipality"], plan.config.start
    named = {key for held in plan.contents.values() for key in held}
    named |= {key for rules in plan.rules.values() for rule in rules for key in rule["do"]["add"]}
    return {
        "made_by": record.MADE_BY,
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "configuration": plan.config.model_dump(mode="json"),
        "parameters": asdict(parameters.resolve(plan.config.behaviour)),
        "place": place,
        "areas": areas(place),
        "current": {"instruments": sorted(done_already.in_force(place, start)), "said": done_already.said(place, start)},
        "scenarios": {
            name: {"title": plan.titles[name], "instruments": plan.contents[name]}
            | ({"rules": plan.rules[name]} if name in plan.rules else {})
            | ({"stops": plan.stops(name)} if plan.stops(name) else {})
            for name in asked["scenarios"]
        },
        "instrument_titles": {key: card_of(key).title for key in sorted(named) if plain(key) in REGISTRY},
        "seeds": asked["seeds"],
        "version": {
            "verhuisketens": version(),
            "commit": commit(),
            "sim": plan.design["code"],
            "data": plan.design["data"],
        },
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "lock": digest(ROOT / LOCK),
        "sources": {path.relative_to(ROOT).as_posix(): digest(path) for path in sources()},
        "own_places": figures.own_files(),
        "packages": packages(),
        "seconds": {key: round(value, 3) for key, value in seconds.items()},
        "fingerprints": fingerprints(found),
        "reached": reached(found),
        "fired": fired(found, plan.rules),
        "strengths": strengths(found),
        "checksums": {},
        "failed_runs": [{"scenario": f.scenario, "seed": f.seed, "error": f.error} for f in failures],
    }


def areas(key: str) -> dict[str, dict[str, Any]]:
    """Areas of a place by code, wijken (where it has them) and gemeenten: name, gemeente, and where the centre lies (Rijksdriehoek, km)."""
    from sim.world import figures
    from sim.world.places import resolve

    place, found = resolve(key), dict[str, dict[str, Any]]()
    for table, of, towns in (("wijken", "gemeente", place.by_wijk), ("gemeenten", "code", place.gemeenten)):
        rows = zip(*(figures.column(table, name) for name in ("code", "name", of, "x_km", "y_km")), strict=True)
        found |= {
            str(code): {"name": str(name), "gemeente": str(town), "x_km": round(float(x), 2), "y_km": round(float(y), 2)}
            for code, name, town, x, y in rows
            if town in towns
        }
    return found


def packages() -> dict[str, str]:
    """Versions of the packages that decide what comes out; empty for what is not installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def sources() -> list[Path]:
    """Files of figures that a world is made from, in order."""
    return sorted(path for path in (ROOT / "sim" / "data").rglob("*") if path.suffix in (".csv", ".yaml"))


def files(out: Path) -> dict[str, str]:
    """SHA-256 of each table in a folder of results, as the file is."""
    return {table.file: digest(out / table.file) for table in EVERY if (out / table.file).is_file()}


def commit() -> str:
    """The commit of the clone, with ``+`` when files differ from it; empty when git cannot tell, or there is no clone."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.strip()

    if not IN_CLONE:
        return ""
    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""
