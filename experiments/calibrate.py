"""What public figures leave of the assumptions, as a file of weighted draws: ``python -m experiments.calibrate municipality=zwolle``."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.estimates import calibration as of
from analysis.estimates import posterior, targets
from analysis.tables import record
from analysis.tables.files import write_json, write_whole
from experiments import calibration, candidates, lines, space
from experiments.assumptions import as_settings, behaviour
from experiments.calibration import DUMMIES, SEED, Found
from experiments.entry import HydraCommand, main
from experiments.runs.folder import join, locked
from experiments.runs.manifest import commit
from experiments.runs.plan import short_hash
from experiments.runs.world import digests
from experiments.schema import Calibrate
from experiments.trials import base_world
from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORLDS = "worlds.jsonl"  # what is finished
SEEDS_OF_A_WAVE = 100_000  # no two waves share a seed; a kept draw has its own number
CHECKED = 1  # draws of an earlier file that are run again, beside its world as shipped


@dataclass(frozen=True)
class Prepared:
    """What is asked: the configuration, what is drawn, and the runs of an earlier file (values and figures, by name)."""

    config: Calibrate
    drawn: tuple[space.Entry, ...]
    earlier: Mapping[str, dict[str, Any]]

    @property
    def named(self) -> dict[str, Any]:
        """All that changes what a world gives."""
        return {"place": self.config.municipality, "months": self.config.months, "burn_in": self.config.burn_in}

    @property
    def out(self) -> Path:
        """The folder of the results."""
        return Path(self.config.out or f"results/calibrate-{short_hash(self.named, 8)}")


def prepare(config: Calibrate) -> Prepared:
    """Check all that can be refused before a world is built.

    Raises:
        Refusal: a place that is not fitted on; what is drawn (``space.entries``); a file of earlier runs that cannot be read; no
            scikit-learn; fewer than 2 repeats.
    """
    targets.place_for_fitting(config.municipality)
    drawn = tuple(space.entries(config.over or candidates.deciding(), config.structure))
    if importlib.util.find_spec("sklearn") is None:
        raise Refusal("this needs scikit-learn, which is not installed: pip install scikit-learn")
    return Prepared(config, drawn, earlier_runs(Path(config.earlier)) if config.earlier else {})


def earlier_runs(path: Path) -> dict[str, dict[str, Any]]:
    """The base worlds that ``tools/study.py`` left in its base.jsonl: line n is candidate n under seed 0, line 0 the world as shipped.

    Raises:
        Refusal: it is not there, or no such file.
    """
    try:
        found = dict(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        numbers = {int(name): figures for name, figures in found.items()}
        if 0 not in numbers or not all(isinstance(one, dict) for one in numbers.values()):
            raise ValueError
    except OSError as error:
        raise Refusal(f"earlier={path}: {error.strerror}; name the base.jsonl that tools/study.py leaves") from error
    except (ValueError, TypeError) as error:
        raise Refusal(f"earlier={path}: this is no base.jsonl of tools/study.py, with its world as shipped; leave it out") from error
    asked, points = candidates.candidates(candidates.deciding())
    mine = [n for n, one in enumerate(asked) if not one.instrument]
    runs = {}
    for number, figures in sorted(numbers.items()):
        values = {asked[n].key: asked[n].drawn(points[number - 1, n]) for n in mine} if number else {}
        runs[f"earlier {number}"] = {"seed": 0, "values": values, "figures": figures}
    return runs


def world(place: str, seed: int, values: Mapping[str, float], months: int, burn_in: int) -> dict[str, Any]:
    """One base world, as a line of the file."""
    known = [one for one in behaviour() if one.key in values]
    chosen = {**values, **as_settings(values, known)[0]}
    return {"seed": seed, "values": dict(values), "figures": base_world(place, seed, chosen, months, burn_in)}


class Work:
    """The runs of a calibration in its folder."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.config, self.drawn, self.folder = prepared.config, prepared.drawn, folder
        self.earlier = dict(prepared.earlier)

    def runs(self, asked: Mapping[str, tuple[int, Mapping[str, float]]]) -> dict[str, dict[str, Any]]:
        """Lines of these worlds, by name: (seed, values)."""
        config = self.config
        tasks = {name: (config.municipality, seed, values, config.months, config.burn_in) for name, (seed, values) in asked.items()}
        return lines.through(self.folder / WORLDS, tasks, world, config.workers)

    def there(self) -> dict[str, dict[str, Any]]:
        """All finished lines."""
        return lines.read(self.folder / WORLDS)

    def checked(self) -> None:
        """Run some of the earlier worlds again: they are taken where every figure is the same. Raises Refusal."""
        some = ["earlier 0", *[name for name in self.earlier if name != "earlier 0"][-CHECKED:]]
        again = self.runs({name: (0, self.earlier[name]["values"]) for name in some})
        for name in some:
            before, now = pd.Series(self.earlier[name]["figures"]), pd.Series(again[name]["figures"])
            if not before.equals(now.reindex(before.index)):
                key = next(key for key in before.index if not before[[key]].equals(now.reindex([key])))
                raise Refusal(
                    f"earlier={self.config.earlier}: its world {name.split()[1]} has {key}={before[key]}, and run again it is "
                    f"{now.get(key)}: the model or its figures changed since; leave it out"
                )

    def wave(self, name: str, points: NDArray, before: int = 0) -> dict[str, dict[str, Any]]:
        """The runs of a wave, each under a seed of its own: ``before`` and its number in the wave."""
        return self.runs({f"{name}.{n}": (before + n, space.values_at(self.drawn, point)) for n, point in enumerate(points, 1)})


def first(work: Work) -> tuple[dict[str, dict[str, Any]], Found]:
    """The runs of the first wave, and those of the world as shipped under several seeds."""
    if work.earlier:
        work.checked()
        runs = work.earlier
    else:
        runs = work.wave("wave 1", space.sample(work.drawn, work.config.runs, SEED), SEEDS_OF_A_WAVE)
    return runs, Found.of_lines(work.runs({f"0 {seed}": (seed, {}) for seed in range(1, work.config.repeats + 1)}))


def waved(work: Work, runs: dict[str, dict[str, Any]], repeats: Found) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """The runs of all waves, and of each how many they are and which share of the prior was left before it. Raises Refusal."""
    told: list[dict[str, Any]] = [{"wave": 1, "runs": len(runs), "left_before": 1.0}]
    for number in range(2, work.config.waves + 1):
        there = {name: one for name, one in work.there().items() if name.startswith(f"wave {number}.")}
        share = _share(work.folder / f"wave_{number}.json")
        if len(there) < work.config.runs or share is None:
            found = Found.of_lines(runs)
            aim, _ = calibration.aim(found, repeats)
            rest = calibration.left(work.drawn, calibration.fit(work.drawn, found, aim))
            share = rest.share
            points = rest.points[of.resampled(np.where(rest.weight > 0, 1.0, 0.0), work.config.runs, np.random.default_rng(SEED))]
            refuse_nothing(points, number)
            say(f"wave {number}: {100 * share:.1f} % of the prior is left")
            write_json(work.folder / f"wave_{number}.json", {"left_before": share})
            there |= work.wave(f"wave {number}", points, number * SEEDS_OF_A_WAVE)
        runs = runs | there
        told.append({"wave": number, "runs": len(there), "left_before": share})
    return runs, told


def _share(path: Path) -> float | None:
    return float(json.loads(path.read_text(encoding="utf-8"))["left_before"]) if path.is_file() else None


def refuse_nothing(points: NDArray, wave: int) -> None:
    """Raises Refusal where no point of the prior is left."""
    if not len(points):
        raise Refusal(
            f"before wave {wave} nothing of the prior is left: at every point two targets are more than {of.CUT:g} deviations off; "
            f"look at the structure of the model, or at {posterior.DISCREPANCIES.name}"
        )


def execute(prepared: Prepared, out: Path | None, command: str) -> int:
    """Run what the folder lacks, fit, run the kept draws again, and write the files; returns the exit status."""
    folder, began, config, made_from = out or prepared.out, time.monotonic(), prepared.config, commit()
    with locked(folder):
        join(folder, digests() | {"calibrate": prepared.named}, {})
        work = Work(prepared, folder)
        runs, repeats = first(work)
        runs, waves = waved(work, runs, repeats)
        every = Found.of_lines(runs)
        aim, uncounted = calibration.aim(every, repeats)
        say(f"fitting to {len(aim.names)} targets, {len(runs)} runs")
        fitted = calibration.fit(work.drawn, every, aim, DUMMIES)
        rest = calibration.left(work.drawn, fitted, DUMMIES)
        numbers = of.resampled(rest.weight, config.kept, np.random.default_rng(SEED + 4))
        refuse_nothing(numbers, config.waves + 1)
        points = rest.points[numbers, : len(work.drawn)]
        kept = Found.of_lines(work.wave(f"kept {len(runs)}", points))
        weight = calibration.run_again(fitted, kept, _drawn_by(work, fitted, kept))
        say("recovering truths")
        recovered = calibration.recover(work.drawn, every, aim, config.truths, bool(work.earlier))
        about = _about(prepared, command, made_from, waves, uncounted) | {"left": rest.share, "effective_draws": of.effective(weight)}
        _write(folder, work.drawn, kept, weight, recovered, calibration.kept_back(config.municipality, kept, weight))
        table = calibration.targets_table(fitted, work.drawn, every, kept, weight, DUMMIES)
        about |= told(work.drawn, rest, kept, weight, recovered, table) | {"seconds": round(time.monotonic() - began)}
        write_json(folder / posterior.ABOUT, rounded(about))
    print(words(about, pd.read_csv(folder / posterior.HELD_BACK)))
    print(folder / posterior.DRAWS)
    return 0


def _drawn_by(work: Work, fitted: calibration.Fit, kept: Found) -> NDArray:
    """By what the kept draws were drawn, worked out of their values: finished lines may be of an earlier fit. Dummies in the middle."""
    points = np.hstack([space.points_of(work.drawn, kept.values), np.full((len(kept.names), DUMMIES), 0.5)])
    return fitted.weighed(points)[0]


def _about(prepared: Prepared, command: str, made_from: str, waves: list[dict[str, Any]], uncounted: list[str]) -> dict[str, Any]:
    names = {one.key for one in prepared.drawn}
    return {
        "made_by": record.MADE_BY,
        "command": shared(command),
        "date": date.today().isoformat(),
        "commit": made_from,
        "place": prepared.config.municipality,
        "months": prepared.config.months,
        "digests": digests(),
        "waves": waves,
        "repeats": prepared.config.repeats,
        "not_counted": uncounted,
        "not_drawn": [one.key for one in behaviour() if one.key not in names],
        "keep_prior": calibration.keep_prior(),
    }


def shared(command: str) -> str:
    """The command without the folders of whoever gave it."""
    words = [word for word in command.split() if not word.startswith("out=")]
    return " ".join(f"earlier={Path(word).name}" if word.startswith("earlier=") else word for word in words)


def rounded(content: Any) -> Any:
    """Numbers with five figures, at whatever depth."""
    if isinstance(content, dict):
        return {key: rounded(one) for key, one in content.items()}
    if isinstance(content, list):
        return [rounded(one) for one in content]
    return float(f"{content:.5g}") if isinstance(content, float) else content


def told(
    drawn: Sequence[space.Entry],
    rest: calibration.Left,
    kept: Found,
    weight: NDArray,
    recovered: pd.DataFrame,
    table: pd.DataFrame,
) -> dict[str, Any]:
    """What calibration.json says of the fit."""
    names = [one.key for one in drawn]
    sd, gap = (how(rest.points, rest.weight) for how in (of.narrowed, of.moved))
    blind = of.unseen(rest.points, rest.weight, DUMMIES)
    switches = {one.key: float(rest.weight @ rest.points[:, n]) for n, one in enumerate(drawn) if isinstance(one, space.Switch)}
    return {
        "effective_points": of.effective(rest.weight),
        "parameters": [{"assumption": name, "deviation": sd[n], "moved": gap[n]} for n, name in enumerate(names)],
        "moved_of_dummies": float(gap[len(names) :].max()),
        "unseen": [name for name, none in zip(names, blind, strict=True) if none],
        "otherwise_than_shipped": switches,
        "recovery": calibration.counted(recovered).to_dict("records"),
        "targets": table.to_dict("records"),
    }


def _write(
    folder: Path, drawn: Sequence[space.Entry], kept: Found, weight: NDArray, recovered: pd.DataFrame, held_back: pd.DataFrame
) -> None:
    """The tables; floats with six figures behind the point."""
    rows = []
    for number, (mine, value) in enumerate(zip(kept.values, weight, strict=True), 1):
        rows += [(number, value, one.key, mine[one.key]) for one in drawn]
    tables = {
        posterior.DRAWS: pd.DataFrame(rows, columns=["draw", "weight", "assumption", "value"]),
        posterior.SWEPT: swept(drawn, kept),
        posterior.RECOVERY: calibration.counted(recovered),
        posterior.HELD_BACK: held_back,
    }
    for name, table in tables.items():
        write_whole(folder / name, table.round(6).to_csv(index=False, lineterminator="\n"))


def swept(drawn: Sequence[space.Entry], kept: Found) -> pd.DataFrame:
    """A row for each draw, as ``experiments.sweep draws=`` reads it; ``first_seed`` is the number of the draw."""
    whole = {one.key for one in drawn if isinstance(one, space.Range) and one.assumption.whole}
    columns = {f"behaviour.{one.key}": [int(mine[one.key]) if one.key in whole else mine[one.key] for mine in kept.values] for one in drawn}
    return pd.DataFrame({"first_seed": range(1, len(kept.names) + 1), **columns})


def words(about: Mapping[str, Any], held_back: pd.DataFrame) -> str:
    """What the command prints."""
    recovery = {row["assumption"]: row for row in about["recovery"]}
    joint = recovery.pop(calibration.TOGETHER)
    outside = [f"{name} {row['inside']}" for name, row in recovery.items() if not 0.85 <= row["inside"] / row["truths"] <= 0.97]
    fits = sum(row["inside"] for row in about["targets"])
    return "\n".join(
        [
            f"left of the prior: {100 * about['left']:.1f} %; the kept draws say as much as {about['effective_draws']:.0f} of equal weight",
            f"recovery: the 90 % region of all together holds {joint['inside']} of {joint['truths']} truths; outside 85 to 97 %: "
            + (", ".join(outside) or "no parameter"),
            f"no target sees: {', '.join(about['unseen']) or 'none of them'}",
            f"fitted figures within the 90 % interval of the draws: {fits} of {len(about['targets'])}",
            f"kept back, {about['place']}: {held_back['inside'].sum()} of {len(held_back)}",
        ]
    )


def say(text: str) -> None:
    """On stderr, at once."""
    print(text, file=sys.stderr, flush=True)


COMMAND = HydraCommand("calibrate", "calibrate", Calibrate, prepare, execute)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
