"""What a table takes home and brings along: a package as a text file, and the minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.page.assumption_words import assumption
from sim.world import places
from sim.world.errors import Refusal
from workshop.engine.package import Package
from workshop.server import apart, reasons, said, views
from workshop.server.hall import Hall
from workshop.server.tables import Sheet
from workshop.table import files
from workshop.table.again import again
from workshop.table.minutes import Told, minutes
from workshop.table.state import State, Table
from workshop.table.wrong import Wrong

MOST_TOLD = 12  # packages in the minutes


def package_text(hall: Hall, package: Package) -> str:
    """A package as a text file, with what it shows now."""
    known = hall.outcome(package)
    if known is None:
        return files.write(package, hall.stock.doses.setting)
    sheet, shown = known.sheets["effects"], dict[str, dict[str, float]]()
    for key in known.told["effects"]:
        ends = {name: sheet.value(key, name) for name in files.ENDS}
        if ends["difference"] == ends["difference"]:
            shown[key] = {name: value for name, value in ends.items() if value == value}
    return files.write(package, hall.stock.doses.setting, known.told["worlds"], shown)


def read_package(hall: Hall, raw: bytes) -> dict[str, Any]:
    """A package from a text file: its letters here, what it showed then, what it shows here, and why they differ.

    Raises:
        Refusal: no such file, or a package that cannot be in this place.
    """
    try:
        found = files.read(raw)
    except Refusal as error:
        raise reasons.of_file(error) from None
    package = found.package
    hall.check(package)
    letters, new = hall.letters.of(package), hall.told(package)
    hall.remember_old(letters, found.shown)
    why = files.differs(found, hall.stock.doses.setting, 0 if new is None else new["worlds"])
    sheet = old_sheet(hall, package)
    return {
        "letters": letters,
        "package": views.package(package, hall.letters),
        "old": {key: _old(sheet, key) for key in sheet.rows} or None,
        "old_worlds": found.worlds,
        "new": new,
        "why": [one._asdict() for one in why],
    }


def _old(sheet: Sheet, key: str) -> dict[str, Any]:
    ends = [sheet.ends(key, f"lower{more}", f"upper{more}") for more in ("", "_full")]
    names = ("lower", "upper", "lower_full", "upper_full")
    return {"difference": sheet.cell(key, "difference", sign=True)} | dict(zip(names, (*ends[0], *ends[1]), strict=True))


def old_sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``old``: what a file that was opened here showed of a package."""
    letters = hall.letters.of(package)
    sheet = Sheet("old", letters)
    for key, one in hall.old.get(letters, {}).items():
        sheet.put(key, one.model_dump())
    return sheet


def table_minutes(hall: Hall, table: Table) -> str:
    """The minutes of a table."""
    state, setting = table.state, hall.stock.doses.setting
    stamps = {number: line.at for number, line in enumerate(table.log.lines, 1)}
    changes = [(stamps[one.number], said.history(one, hall.letters).nl) for one in state.history]
    told = [_told(hall, state, package, first=number == 0) for number, package in enumerate(_packages(state))]
    told = [replace(one, outcome=made) for one, made in zip(told, apart.money([one.outcome for one in told]), strict=True)]
    return minutes(state, places.resolve(setting.place).name, setting, hall.stock.seeds, told, changes)


def _packages(state: State) -> list[Package]:
    """That of the end, those with a name, and those that were guessed."""
    lines = [*state.bookmarks.values(), *state.guesses]
    return list(dict.fromkeys([state.package, *(Package.read(line) for line in lines)]))[:MOST_TOLD]


def _told(hall: Hall, state: State, package: Package, first: bool) -> Told:
    letters, names = hall.letters.of(package), tuple(name for name, line in state.bookmarks.items() if line == package.line())
    known, seeds = hall.outcome(package), hall.worlds(package)
    wrong = hall.stock.deciding(known.outcome).table["assumption"] if first and known else ()
    try:
        repeat = again(package, letters, hall.stock.doses, seeds or hall.stock.seeds)
    except Wrong:
        repeat = None
    plan = tuple(known.plan.items()) if first and known else ()
    return Told(letters, package, names, hall.told(package), plan, tuple(assumption(key).nl for key in wrong), repeat)
