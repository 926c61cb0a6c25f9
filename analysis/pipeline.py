"""From the tables of a run to its conclusions on disk: effects, costs, drift, pictures, page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from analysis.estimates.worksheet_counts import monitor
from analysis.page import page as pages
from analysis.page import summary
from analysis.page.charts import charts
from analysis.page.figures import svg, svg_and_png
from analysis.page.words import LANGUAGES
from analysis.tables.files import write_table, write_whole
from analysis.tables.results import Results, gather
from analysis.tables.schema import COSTS, EFFECTS, FILTERS_CSV, MONITOR, NAIVE, POTS
from sim.counts.schema import DRIFT


def finish(out: Path, config: Mapping[str, Any], seconds: Mapping[str, float] | None = None) -> str:
    """Write the CSV files (effects, costs, monitor, naive, filters, pots, drift), the pictures and report.html, each whole or not at all.

    Args:
        out: folder with the tables and, if there is one, manifest.json.
        config: configuration of the run with ``place`` and ``command``; what it lacks is taken from the manifest.
        seconds: computing time by part (building, months, writing), for the page; default that of the manifest.

    Returns:
        The plain Dutch summary, one line per conclusion; the first is one sentence with one number.

    Raises:
        Refusal: unequal sets of seeds, two seeds with one world, tables lost or damaged. Nothing is then written.
    """
    results = gather(Path(out), config)
    if seconds:
        results = Results(results.folder, results.config, {**results.manifest, "seconds": dict(seconds)})
    # everything is worked out before anything is written: what forbids a conclusion leaves no file behind
    effects, costs, counted, text = results.effects, results.costs, monitor(results), summary.plain(results)
    drawn, bitmaps = [], {}
    for chart in charts(results):
        dutch, bitmaps[chart.key] = svg_and_png(partial(chart.draw, "nl"))
        others = {language: svg(partial(chart.draw, language)) for language in LANGUAGES if language != "nl"}
        drawn.append((chart, {"nl": dutch, **others}))
    page, monitored = pages.page(results, drawn), results.naive
    tables = (
        (EFFECTS, effects),
        (COSTS, costs),
        (MONITOR, counted),
        (NAIVE, monitored),
        (FILTERS_CSV, results.filters),
        (POTS, results.pots),
    )
    for of, table in tables:
        write_table(results.folder.path, of, table)
    if (results.folder.path / "drift.parquet").is_file():
        write_table(results.folder.path, DRIFT, results.folder.table("drift", DRIFT.promised))
    _pictures(results.folder.path / "figures", {chart.key: pictures["nl"] for chart, pictures in drawn}, bitmaps)
    write_whole(results.folder.path / "report.html", page)
    return text


def _pictures(folder: Path, vectors: dict[str, bytes], bitmaps: dict[str, bytes]) -> None:
    """The pictures in Dutch, by key; those of an earlier run that this one does not have are removed."""
    made = [(f"{key}.svg", content) for key, content in vectors.items()]
    made += [(f"{key}.png", content) for key, content in bitmaps.items()]
    for name, content in made:
        write_whole(folder / name, content)
    keep = {name for name, _ in made}
    for file in folder.glob("*"):
        if file.suffix in (".svg", ".png") and file.name not in keep:
            file.unlink()
