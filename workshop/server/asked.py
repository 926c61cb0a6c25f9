"""What screens ask of a package, and what is answered: outcomes, chains, seniors, comparisons, files and minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from analysis.estimates.knowledge import NOT_AS_STUDIED
from analysis.page.assumption_words import assumption
from analysis.page.public_words import PARTS
from analysis.page.public_words import WORDS as PUBLIC
from analysis.page.words import Text, capitals, unknown
from sim.world import places
from sim.world.codes import Verdict
from sim.world.names import YEAR
from workshop.engine.answers import Answer
from workshop.engine.assumed import Deciding
from workshop.engine.package import Package
from workshop.server import apart, between, catalogue, papers, ranges, said, short, views
from workshop.server.hall import Hall
from workshop.server.tables import PLACE, Sheet
from workshop.table.wrong import Wrong

MOST_COMPARED = 4
FOLLOWED = "followed"  # the row of how many seniors are followed
MOST_ROWS = 5_000  # of a table that is sent to a screen whole


def place(hall: Hall) -> dict[str, Any]:
    """See the route."""
    setting = hall.stock.doses.setting
    name = places.resolve(setting.place).name
    return {
        "place": {"key": setting.place, "nl": name, "en": name},
        "start": setting.start,
        "months": setting.months,
        "worlds": len(hall.stock.seeds),
        "version": version(hall),
        "ready": hall.ready(),
        "offline": True,
        "cards": catalogue.cards(hall.stock.doses, hall.alone),
        "public": public(hall),
        "without": without(hall),
        "current": [list(one) for one in hall.stock.current],
        **catalogue.words(setting.place),
    }


def without_sheet(hall: Hall) -> Sheet:
    """The table ``without``: what happens in a year without anything, by indicator."""
    sheet, months = Sheet("without"), hall.stock.doses.setting.months
    for key in said.WITHOUT:
        values = [float(track[key].sum()) for seed in hall.stock.seeds if (track := hall.track(Package(), seed)) is not None]
        if values:
            sheet.put(key, {"per_year": YEAR * sum(values) / len(values) / months, "worlds": len(values)})
    return sheet


def without(hall: Hall) -> list[dict[str, Any]]:
    """What happens without anything, in sentences."""
    sheet = without_sheet(hall)
    return [said.Said(*said.WITHOUT[key], {"n": sheet.cell(key, "per_year")}).sent() for key in sheet.rows]


def version(hall: Hall) -> str:
    """16 signs of the code and the figures."""
    digests = hall.stock.doses.setting.digests
    return f"{digests['code'][:8]}{digests['data'][:8]}"


def public_sheet(hall: Hall) -> Sheet:
    """The table ``public``: figures of others beside those of the base (columns of validation.csv)."""
    sheet = Sheet("public")
    frame = hall.stock.public
    for row in [] if frame is None else frame.to_dict("records"):
        sheet.put(str(row["key"]), {str(name): value for name, value in row.items() if name != "key"})
    return sheet


def public(hall: Hall) -> list[dict[str, Any]]:
    """Public figures as a screen has them, but for those that went in: they prove nothing."""
    sheet = public_sheet(hall)
    return [_public(sheet, key) for key, row in sheet.rows.items() if key in PUBLIC and row["status"] != "input"]


def _public(sheet: Sheet, key: str) -> dict[str, Any]:
    words, row = PUBLIC[key], sheet.rows[key]
    scale = 100.0 if row["unit"] in PARTS else 1.0
    cells = {name: sheet.cell(key, name, scale=scale) for name in ("simulated", "observed")}
    texts = {"unit": words.unit._asdict(), "source": words.source._asdict(), "differs": words.differs._asdict()}
    why = None if cells["simulated"] else words.nothing._asdict()
    return {"key": key, **capitals(words.name)._asdict(), **cells, **texts, "hit": bool(row["hit"]), "why": why}


def outcome(hall: Hall, package: Package, beside: Sequence[Package] = ()) -> dict[str, Any]:
    """See the route; ``beside`` are packages that its money is shown with. Raises Wrong where nothing is known yet."""
    found = hall.told(package)
    if found is None:
        why = hall.why_not(package)
        raise Wrong(*said.NOT_YET, 404) if why is None else Wrong(why["nl"], why["en"], 404, why["original"])
    shown: dict[str, Any] = apart.money([found, *(hall.told(one) for one in beside)])[0]
    return shown


def first_answer(hall: Hall, package: Package) -> Answer:
    """Of the first world, which keeps chains and people. Raises Wrong where it is not known yet."""
    found = hall.stock.answers.get(package, hall.stock.seeds[0])
    if found is None:
        raise Wrong(*said.NOT_YET, 404)
    return found


def frame_of(hall: Hall, package: Package, name: str) -> pd.DataFrame:
    """A table of the first world. Raises Wrong where there is none."""
    found = first_answer(hall, package).tables.get(name)
    if found is None:
        raise Wrong(*said.NOT_KEPT, 404)
    return found


def chains(hall: Hall, package: Package) -> dict[str, Any]:
    """See the route: rows of the tables chains and hundred, each number in the row ``NUMBER`` of its table."""
    letters = hall.letters.of(package)
    found: dict[str, Any] = {"letters": letters, "world": hall.stock.seeds[0]}
    for name in ("chains", "hundred"):
        rows = plain_rows(frame_of(hall, package, name).head(MOST_ROWS))
        found[name] = {"at": f"{name}/{letters}/", "rows": rows}
    return found


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them, with their number as ``row``; what is missing is null."""
    whole = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{"row": number, **{str(name): _item(value) for name, value in row.items()}} for number, row in enumerate(whole)]


def _item(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def people(hall: Hall, package: Package) -> dict[str, Any]:
    """See the route: seniors that can be followed (``sim.counts.lanes.people``)."""
    found = first_answer(hall, package).people
    if found is None:
        raise Wrong(*said.NOT_FOLLOWED, 404)
    why_none = None if found["people"] else said.NOBODY_PARTS._asdict()
    letters = hall.letters.of(package)
    of_all = Sheet("people", letters)
    of_all.put(FOLLOWED, {"n": found.get("followed")})
    n = of_all.cell(FOLLOWED, "n", digits=0)
    words = {str(one.get("verdict")) for one in found["people"]}
    return {"letters": letters, "world": hall.stock.seeds[0], "people": found, "why_none": why_none} | {
        "verdicts": [{"key": one.key, **_explained(one)} for one in said.VERDICTS if one.key in words],
        "followed": said.of_followed(n) if n and found["people"] else None,
    }


def _explained(one: Verdict) -> dict[str, str]:
    """A verdict and what it means, in a line."""
    names, meaning = capitals(Text(one.nl, one.en)), said.VERDICTS[one]
    return Text(*(f"{name.partition(':')[0]}: {means}" for name, means in zip(names, meaning, strict=True)))._asdict()


def senior(hall: Hall, package: Package, name: str) -> dict[str, Any]:
    """See the route. Raises Wrong for a senior who is not followed."""
    found = people(hall, package)
    for one in found["people"]["people"]:
        if str(one["id"]) == name:
            return {"letters": found["letters"], "world": found["world"], "senior": one}
    raise Wrong("Deze senior wordt niet gevolgd.", "this senior is not followed", 404)


def people_sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``people``: how many are followed, and the numbers in the journals, in rows ``ID.who`` and ``ID.LANE.N`` (place in the
    lane, from 0)."""
    found = people(hall, package)
    sheet = Sheet("people", found["letters"])
    sheet.put(FOLLOWED, {"n": found["people"].get("followed")})
    for one in found["people"]["people"]:
        sheet.put(f"{one['id']}.who", one["who"]["numbers"])
        for lane, lines in one["lanes"].items():
            for number, line in enumerate(lines):
                sheet.put(f"{one['id']}.{lane}.{number}", line["numbers"])
    return sheet


def compare(hall: Hall, packages: Sequence[Package]) -> dict[str, Any]:
    """See the route."""
    names = short.names(packages)
    shown = [_beside(hall, package) | {"name": names[package]._asdict()} for package in packages]
    return {"packages": apart.money(shown), "between": between.told(hall, packages)}


def _beside(hall: Hall, package: Package) -> dict[str, Any]:
    found, sheet, shares = hall.told(package), shares_sheet(hall, package), hall.stock.shares(package)
    listed = []
    for key in sheet.rows:
        lower, upper = sheet.ends(key, "lower", "upper")
        listed.append(
            {"card": key, **said.title(key)._asdict(), "cell": sheet.cell(key, "share", sign=True), "lower": lower, "upper": upper}
        )
    why_no_shares = None if shares.why_not is None else shares.why_not._asdict()
    why_not = None if found else said.NOT_YET._asdict()
    return views.package(package, hall.letters) | {
        "outcome": found,
        "why_not": why_not,
        "shares": listed or None,
        "why_no_shares": why_no_shares,
    }


def shares_sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``shares``: what each card contributes to the moves by seniors."""
    sheet = Sheet("shares", hall.letters.of(package))
    for row in hall.stock.shares(package).table.to_dict("records"):
        sheet.put(str(row["card"]), {name: row[name] for name in ("share", "lower", "upper", "seeds")})
    return sheet


OTHERWISE = Text("de kaart is anders ingesteld dan in de studie", "the card is set otherwise than in the study")


def beside_study(but: str) -> dict[str, str] | None:
    """What a reader of the study must know of a package, as a sentence in both languages; None where there is nothing."""
    parts = [OTHERWISE if one.startswith(NOT_AS_STUDIED) else unknown(one) for one in but.split("; ") if one]
    told = [one for one in parts if one.nl]
    return capitals(Text("; ".join(one.nl for one in told) + ".", "; ".join(one.en for one in told) + "."))._asdict() if told else None


def assumptions(hall: Hall, package: Package) -> dict[str, Any]:
    """See the route."""
    found, sheet = _deciding(hall, package), assumptions_sheet(hall, package)
    three, between = [], ranges.of(package, hall.letters, list(sheet.rows))
    for key in sheet.rows:
        cells = {name: sheet.cell(key, name) for name in ("lower", "upper", "difference", "correlation")}
        ends = {name: said.Said("{n}", "{n}", {"n": sheet.cell(key, name)}).sent() for name in ("low", "high")}
        three.append({"key": key, **assumption(key)._asdict(), **cells, **ends, "range": between.get(key)})
    why_none = None if found.why_not is None else found.why_not._asdict()
    if three and not any(one[name]["v"] for one in three for name in ("lower", "upper", "difference")):
        three, why_none = [], said.NO_DIFFERENCE._asdict()
    return {"letters": hall.letters.of(package), "three": three, "why_none": why_none, "but": beside_study(found.but)}


def _deciding(hall: Hall, package: Package) -> Deciding:
    known = hall.outcome(package)
    if known is None:
        raise Wrong(*said.NOT_YET, 404)
    return hall.stock.deciding(known.outcome)


def assumptions_sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``assumptions``: those that decide most about a package, and what it does where they are low and high."""
    sheet = Sheet("assumptions", hall.letters.of(package))
    for row in _deciding(hall, package).table.to_dict("records"):
        sheet.put(str(row["assumption"]), {str(name): value for name, value in row.items() if name != "assumption"})
    return sheet


def track_sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``track``: every world that is known so far, month by month, in rows ``WORLD.MONTH``."""
    sheet = Sheet("track", hall.letters.of(package))
    for seed in hall.stock.seeds:
        mine = hall.track(package, seed)
        if mine is not None:
            for row in views.track("", seed, mine, hall.track(package.base(), seed)).to_dict("records"):
                sheet.put(f"{seed}.{int(row['month'])}", {str(name): value for name, value in row.items()})
    return sheet


def _of_outcome(name: str) -> Callable[[Hall, Package], Sheet]:
    def made(hall: Hall, package: Package) -> Sheet:
        found = hall.outcome(package)
        if found is None:
            raise Wrong(*said.NOT_YET, 404)
        return found.sheets[name]

    return made


def _of_first_world(name: str) -> Callable[[Hall, Package], Sheet]:
    def made(hall: Hall, package: Package) -> Sheet:
        sheet = Sheet(name, hall.letters.of(package))
        for row in plain_rows(frame_of(hall, package, name)):
            sheet.put(str(row.pop("row")), row)
        return sheet

    return made


OF_PLACE: dict[str, Callable[[Hall], Sheet]] = {
    "cards": lambda hall: catalogue.sheet(hall.stock.doses),
    "public": public_sheet,
    "without": without_sheet,
}
OF_LETTERS: dict[str, Callable[[Hall, Package], Sheet]] = {
    "effects": _of_outcome("effects"),
    "money": _of_outcome("money"),
    "reached": _of_outcome("reached"),
    "monitor": _of_outcome("monitor"),
    "cost": lambda hall, package: views.cost_sheet(package, hall.stock.doses, hall.letters),
    "people": people_sheet,
    "shares": shares_sheet,
    "between": between.sheet,
    "assumptions": assumptions_sheet,
    "ranges": lambda hall, package: ranges.sheet(package, hall.letters),
    "old": papers.old_sheet,
    "track": track_sheet,
    **{name: _of_first_world(name) for name in ("chains", "hundred", "verdicts")},
}
OF_PACKAGE: dict[str, Callable[[Hall, Package], Any]] = {
    "chains": chains,
    "people": people,
    "assumptions": assumptions,
}


def sheet(hall: Hall, name: str, letters: str) -> Sheet:
    """The table of a name, of the place or of a package. Raises Wrong."""
    if letters == PLACE and name in OF_PLACE:
        return OF_PLACE[name](hall)
    if name not in OF_LETTERS:
        raise Wrong(*said.NO_TABLE, 404)
    return OF_LETTERS[name](hall, hall.letters.package(letters))
