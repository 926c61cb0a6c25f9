"""What there is, as CSV with a column ``key``: ``python -m experiments.list what=instruments``."""

from __future__ import annotations

import csv
import inspect
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.entry import HydraCommand, main
from experiments.runs.plan import folder_of
from experiments.schema import Listing
from sim.world.codes import names

if TYPE_CHECKING:
    from sim.parameters.priors import Prior

PRIOR = ("prior", "prior_low", "prior_high")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Prepared:
    """A listing writes no folder."""

    config: Listing
    out: Path | None = None


def instruments(config: Listing) -> Rows:
    """Every instrument of the menukaart that can be run."""
    from sim.interventions import REGISTRY

    return [
        {
            "key": key,
            "title_nl": cls.card.title["nl"],
            "title_en": cls.card.title["en"],
            "category": cls.card.category,
            "sector": cls.card.sector,
            "stages": " ".join(cls.card.stages),
            "levers": " ".join(cls.card.levers_used),
            "payers": " ".join(cls.card.payers),
            "deliverers": " ".join(cls.card.may_deliver),
            "powers": " ".join(cls.card.powers),
            "indicator": cls.card.indicator,
            "law": cls.card.law,
            "source": cls.card.source,
            "settings": " ".join(field.alias or name for name, field in cls.model_fields.items()),
        }
        for key, cls in sorted(REGISTRY.items())
    ]


def scenarios(config: Listing) -> Rows:
    """Every scenario that ``scenarios=[…]`` can name."""
    from sim.approach import scenarios as listed

    folder = folder_of(config.scenario_dir)
    rows = []
    for name in sorted({*listed.names(), *(listed.names(folder) if folder else [])}):
        one = listed.load(name, folder)
        held = " ".join(sorted(one.instruments))
        row = {"key": name, "title_nl": one.title.nl, "title_en": one.title.en, "instruments": held}
        rows.append(row | {"stops": " ".join(one.stops), "rules": len(one.rules)})
    return rows


def municipalities(config: Listing) -> Rows:
    """Every municipality and region."""
    from sim.approach import done_already
    from sim.world import figures
    from sim.world.places import places

    figures.use(config.place_dir)
    rows = []
    for one in places():
        found = done_already.listed(one.key)
        dated = [f"{entry.key} ({entry.since} to {entry.until or '...'})" for entry in found.instruments] if found else []
        none = "nothing found" if found else "not looked for"
        rows.append(
            {
                "key": one.key,
                "code": one.code,
                "name": one.name,
                "gemeenten": len(one.gemeenten),
                "level": one.level,
                "current": "; ".join(dated) or none,
                "current_note": found.note if found else "",
            }
        )
    return rows


def organisations(config: Listing) -> Rows:
    """Who takes part, with what it may do and what it may deliver and pay."""
    from sim.interventions import REGISTRY
    from sim.interventions.organisations import ORGANISATIONS, POWERS

    return [
        {
            "key": key,
            "name_nl": one.nl,
            "name_en": one.en,
            "area": one.area,
            "powers": " ".join(one.powers),
            "rules": "; ".join(POWERS[power].rule for power in one.powers),
            "stages": " ".join(one.stages),
            "pays": one.pays,
            "delivers": " ".join(name for name, cls in sorted(REGISTRY.items()) if key in cls.card.may_deliver),
            "may_pay": " ".join(name for name, cls in sorted(REGISTRY.items()) if key in cls.card.payers),
        }
        for key, one in ORGANISATIONS.items()
    ]


def indicators(config: Listing) -> Rows:
    """What is counted."""
    from sim.counts.indicators import REGISTRY

    return [{**entry._asdict(), "key": key} for key, entry in REGISTRY.items()]


def parameters(config: Listing) -> Rows:
    """Every number of the model: of behaviour, of the start and of the cards, with range, prior, evidence and its mark."""
    from experiments.assumptions import numbers_of_instrument
    from sim.interventions import REGISTRY as INSTRUMENTS
    from sim.parameters import REGISTRY

    rows: Rows = []
    for name, entry in REGISTRY.items():
        row = {"key": name, "default": entry.default, "low": entry.low, "high": entry.high, **_prior(entry.prior, entry.mark)}
        rows.append(row | {"unit": entry.unit, "evidence": entry.evidence, "subject": entry.subject, "text": entry.text})
    for key in sorted(INSTRUMENTS):
        for one in numbers_of_instrument(key):
            row = {"key": one.key, "default": one.default, "low": one.low, "high": one.high, **_prior(one.prior, one.mark)}
            rows.append(row | {"unit": "", "evidence": "", "subject": "dose" if one.dose else "setting", "text": one.text})
    return rows


def _prior(prior: Prior | None, mark: str) -> dict[str, Any]:
    """How likely the values of a number are, and on what it rests in both languages."""
    from sim.parameters.evidence import IN_ENGLISH

    shape = {"prior": prior.shape, "prior_low": prior.low, "prior_high": prior.high} if prior else dict.fromkeys(PRIOR, "")
    return shape | {"mark_nl": mark, "mark_en": IN_ENGLISH[mark]}


def columns(config: Listing) -> Rows:
    """Every column of every table that a command leaves."""
    from analysis.tables.schema import EVERY, SENSITIVITY

    return [
        {
            "key": f"{table.file}.{one.name}",
            "table": table.file,
            "column": one.name,
            "type": one.stored,
            "unit": one.unit if isinstance(one.unit, str) else "",
            "values": " ".join(filter(None, one.words)),
            "meaning": one.meaning,
            "promised": one.promised,
        }
        for table in (*EVERY, SENSITIVITY)
        for one in (*table.keys, *table.columns)
    ]


def values(config: Listing) -> Rows:
    """The values of every column whose values are words, with their numbers inside the model where they are codes."""
    from analysis.tables.schema import EVERY, SENSITIVITY

    rows: dict[str, dict[str, Any]] = {}
    for table in (*EVERY, SENSITIVITY):
        for column in table.columns:
            parts = column.unit if isinstance(column.unit, Mapping) else {"": column.unit}
            for part, unit in parts.items():
                name = f"{column.name} ({part})" if part else column.name
                for value, number, meaning in _words(unit, column.meaning):
                    row = {"columns": name, "value": value, "number": number, "meaning": meaning}
                    key = f"{name}.{value}"
                    if key in rows and rows[key]["meaning"] != meaning:
                        key, row["columns"] = f"{name} ({table.name}).{value}", f"{name} ({table.name})"
                    rows.setdefault(key, {"key": key, **row})
    return list(rows.values())


def _words(unit: Any, meaning: str) -> Iterator[tuple[str, int | str, str]]:
    """(value, number inside the model, what it means) of what a column's values are taken from; none where they are open."""
    for one in unit if isinstance(unit, tuple) else () if isinstance(unit, str) else (unit,):
        if isinstance(one, str):
            yield from [(one, "", meaning)] if one else []
        else:
            said = (inspect.getdoc(one) or "").splitlines()[0]
            yield from ((value, number, said) for number, value in enumerate(names(one)))


LISTS = {f.__name__: f for f in (instruments, scenarios, municipalities, organisations, indicators, parameters, columns, values)}


def execute(prepared: Prepared, out: Path | None, command: str) -> int:
    """Print the list."""
    rows = LISTS[prepared.config.what](prepared.config)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    sys.stdout.write(text.getvalue())
    return 0


COMMAND = HydraCommand("list", "list", Listing, Prepared, execute)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
