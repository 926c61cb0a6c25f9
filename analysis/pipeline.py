"""From the tables of a run to its conclusions on disk: effects, costs, drift, pictures, page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from analysis import report, summary
from analysis.charts import Chart, charts
from analysis.costs import COLUMNS as COST_COLUMNS
from analysis.effects import COLUMNS as EFFECT_COLUMNS
from analysis.figures import png, svg
from analysis.results import Results, gather
from analysis.tables import DRIFT, write_csv, write_whole
from analysis.words import LANGUAGES


def finish(out: Path, config: Mapping[str, Any], seconds: Mapping[str, float] | None = None) -> str:
    """Write effects.csv, costs.csv, drift.csv, figures/*.svg and *.png, and report.html, each whole or not at all.

    Args:
        out: folder with the tables and, if there is one, manifest.json.
        config: configuration of the run with ``place`` and ``command``; what it lacks is taken from the manifest.
        seconds: computing time by part (building, months, writing), for the page; default that of the manifest.

    Returns:
        The plain Dutch summary, one line per conclusion; the first is one sentence with one number.

    Raises:
        AnalysisError: unequal sets of seeds, two seeds with one world, tables lost or damaged. Nothing is then written.
    """
    results = gather(Path(out), config)
    if seconds:
        results = Results(results.folder, results.config, {**results.manifest, "seconds": dict(seconds)})
    # everything is worked out before anything is written: what forbids a conclusion leaves no file behind
    effects, costs, text = results.effects, results.costs, summary.plain(results)
    drawn = [
        (chart, {language: svg(partial(chart.draw, language)) for language in LANGUAGES}) for chart in charts(results)
    ]
    page = report.page(results, drawn)
    write_csv(results.folder.path / "effects.csv", effects[list(EFFECT_COLUMNS)])
    write_csv(results.folder.path / "costs.csv", costs[list(COST_COLUMNS)])
    if (results.folder.path / "drift.parquet").is_file():
        write_csv(results.folder.path / "drift.csv", results.folder.table("drift", DRIFT))
    _pictures(results.folder.path / "figures", drawn)
    write_whole(results.folder.path / "report.html", page)
    return text


def _pictures(folder: Path, drawn: list[tuple[Chart, dict[str, bytes]]]) -> None:
    """The pictures in Dutch; those of an earlier run that this one does not have are removed."""
    for chart, pictures in drawn:
        write_whole(folder / f"{chart.key}.svg", pictures["nl"])
        write_whole(folder / f"{chart.key}.png", png(partial(chart.draw, "nl")))
    keep = {f"{chart.key}{suffix}" for chart, _ in drawn for suffix in (".svg", ".png")}
    for file in folder.glob("*"):
        if file.suffix in (".svg", ".png") and file.name not in keep:
            file.unlink()
