"""What screens are sent, made from states and tables; every number is a cell of a ``Sheet``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.knowledge import NO_WIDER
from analysis.page.words import SCALE, unit, unknown
from sim.world.names import ALL
from workshop.engine.doses import Doses
from workshop.engine.outcome import Outcome
from workshop.engine.package import Package
from workshop.server import named, reasons, said
from workshop.server.tables import Sheet
from workshop.table import events
from workshop.table.letters import Letters
from workshop.table.state import Table

INTERVALS = ("lower", "upper", "lower_full", "upper_full")
EFFECTS = ("base", "difference", *INTERVALS, "p_sign", "seeds", "knowledge", "placebo", "checked", "sure", "noticed", "digits")


def package(one: Package, letters: Letters) -> dict[str, Any]:
    """A package with its letters."""
    return {"done": [list(pair) for pair in one.done], "cards": [list(pair) for pair in one.cards], "letters": letters.of(one)}


def listed(table: Table, letters: Letters) -> dict[str, Any]:
    """A table as the hall lists it."""
    state = table.state
    return {"id": table.id, "name": state.name, "screen": state.screen, "package": package(state.package, letters)}


def state(table: Table, letters: Letters) -> dict[str, Any]:
    """The whole state of a table."""
    now = table.state
    history = [_line(one, letters) for one in now.history]
    clock = None if now.clock is None else {"started": now.clock[0], "step": now.clock[1]}
    return listed(table, letters) | {
        "budget": now.board.budget,
        "guesses": {_letters(line, letters): one.model_dump(include={"moves", "chains", "gains"}) for line, one in now.guesses.items()},
        "bookmarks": [{"name": name, "letters": _letters(line, letters)} for name, line in now.bookmarks.items()],
        "history": history,
        "last": history[-1] if history else None,
        "undo": bool(now.done),
        "redo": bool(now.undone),
        "clock": clock,
        "agreements": [
            {"number": number, "text": text, "who": who, "when": when} for number, (text, who, when) in enumerate(now.agreements, 1) if text
        ],
        "names": dict(now.names),
        "number": now.number,
    }


def _letters(line: str, letters: Letters) -> str:
    return letters.of(Package.read(line))


def _line(one: Any, letters: Letters) -> dict[str, Any]:
    before, now = letters.of(one.before.package), letters.of(one.after.package)
    card = one.event.key if isinstance(one.event, events.Card) else None
    return {"n": one.number, "how": one.how, "card": card, "said": said.history(one, letters)._asdict(), "before": before, "letters": now}


def cost_sheet(one: Package, doses: Doses, letters: Letters) -> Sheet:
    """The table ``cost``: euro per year of each card of a package alone, and of all added up."""
    sheet = Sheet("cost", letters.of(one))
    priced = {key: doses[key][size].eur_per_year for key, size in one.cards if doses[key][size].price != "none"}
    for key, eur in priced.items():
        sheet.put(key, {"eur_per_year": eur})
    known = [eur for eur in priced.values() if eur is not None]
    if known:
        sheet.put(ALL, {"eur_per_year": sum(known)})
    return sheet


def cost(one: Package, doses: Doses, letters: Letters) -> dict[str, Any]:
    """What the cards of a package cost, each alone, for the budget before it is worked out; it says so."""
    sheet = cost_sheet(one, doses, letters)
    lacking = [key for key, _ in one.cards if sheet.cell(key, "eur_per_year") is None]
    return {"year": sheet.cell(ALL, "eur_per_year"), "without_price": lacking, "how": said.ADDED._asdict()}


def failed(letters: str | None, seed: int | None, message: str) -> dict[str, Any]:
    """A package that cannot be counted in a world, or, without letters, an engine that counts nothing any more."""
    line = reasons.of(message)
    return {"letters": letters, "world": seed, **line._asdict(), "said": line._asdict(), "original": message}


def track(letters: str, seed: int, mine: pd.DataFrame, base: pd.DataFrame | None) -> pd.DataFrame:
    """One world month by month: what was counted, and of senior moves what is extra, in the month and from the start on."""
    found = mine.copy()
    n = 0 if base is None else min(len(base), len(mine))
    extra = np.full(len(mine), np.nan)
    if base is not None and n:
        extra[:n] = mine["senior_moves"].to_numpy()[:n] - base["senior_moves"].to_numpy()[:n]
    found["extra"] = extra
    found["extra_so_far"] = np.cumsum(extra)
    found.insert(0, "world", seed)
    return found


def slice_of(letters: str, seed: int, mine: pd.DataFrame, base: pd.DataFrame | None, first: int, last: int) -> dict[str, Any]:
    """Some months of a world; a number stands in the table track, in the row ``WORLD.MONTH``."""
    frame = track(letters, seed, mine, base)
    rows = frame[(frame["month"] >= first) & (frame["month"] <= last)].drop(columns="world")
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows.to_dict("records")]
    return {"letters": letters, "world": seed, "from": first, "to": last, "at": f"track/{letters}/{seed}.", "rows": plain}


def _plain(value: Any) -> Any:
    number = float(value)
    return None if np.isnan(number) else int(number) if number.is_integer() else number


def sheets(letters: str, made: Outcome, reached: Mapping[str, float]) -> dict[str, Sheet]:
    """The tables ``effects``, ``money`` (by payer) and ``reached`` (households by card) of an outcome."""
    found = {name: Sheet(name, letters) for name in ("effects", "money", "reached")}
    for row in made.effects.to_dict("records"):
        found["effects"].put(_row_of(row), {name: row[name] for name in EFFECTS})
    for row in made.payers.to_dict("records"):
        found["money"].put(str(row["payer"]), {name: row[name] for name in ("eur", "eur_per_year")})
    of_all = made.costs[(made.costs["instrument"] == ALL) & (made.costs["year"] == ALL) & (made.costs["payer"] == ALL)]
    for value in of_all["eur_per_extra_senior_move"]:
        found["money"].put(ALL, {"eur_per_extra_senior_move": value})
    for key, n in reached.items():
        found["reached"].put(key, {"households": n})
    return found


def _row_of(row: Mapping[Any, Any]) -> str:
    """The name of a row: its indicator, of a group ``moves.class.starter``."""
    group = "" if row["group_by"] == ALL else f".{row['group_by']}.{row['group']}"
    return f"{row['indicator']}{group}"


def told(found: Mapping[str, Sheet], made: Outcome) -> dict[str, Any]:
    """What a screen has of an outcome."""
    return {
        "effects": {key: effect(found["effects"], key, key) for key in made.effects.loc[made.effects["group_by"] == ALL, "indicator"]},
        "gains": [_gain(found["effects"], row) for row in made.gains.to_dict("records")],
        "money": _money(found["money"], made),
        "reached": {key: found["reached"].cell(key, "households") for key in found["reached"].rows},
        "worlds": len(made.seeds),
        "months": made.months,
    }


def _gain(sheet: Sheet, row: Mapping[Any, Any]) -> dict[str, Any]:
    one = effect(sheet, _row_of(row), row["indicator"])
    value = 0.0 if one["difference"] is None else one["difference"]["v"]
    how = "gains" if value > 0 else "loses" if value < 0 else "same"
    who = named.group(str(row["group"]))
    why = said.NOBODY._asdict() if how == "same" else None
    return {"group_by": row["group_by"], "group": row["group"], "who": who._asdict(), "how": how, "cell": one["difference"]} | {
        "sure": one["sure"],
        "why": why,
        "effect": one,
    }


def _money(sheet: Sheet, made: Outcome) -> dict[str, Any]:
    unpriced = [{"key": key, **said.title(key)._asdict()} for key in made.unpriced]
    payers = [{"key": key, **said.organisation(key)._asdict(), "year": sheet.cell(key, "eur_per_year")} for key in sheet.rows]
    return {
        "year": sheet.cell(ALL, "eur_per_year"),
        "total": sheet.cell(ALL, "eur"),
        "per_move": sheet.cell(ALL, "eur_per_extra_senior_move"),
        "price": "filled in" if not unpriced else "none" if len(unpriced) == len(made.package.cards) else "in part",
        "unpriced": unpriced,
        "payers": [one for one in payers if one["key"] != ALL],
    }


def effect(sheet: Sheet, row: str, key: str) -> dict[str, Any]:
    """One effect with both intervals, or why there is none; ``key`` is its indicator."""
    scale = SCALE.get(key, 1.0)
    knowledge = str(sheet.rows[row]["knowledge"])
    wider = NO_WIDER not in knowledge
    pairs = [("lower", "upper"), ("lower_full", "upper_full")][: 1 + wider]
    difference, ends = sheet.around(row, "difference", *pairs, scale=scale)
    (lower, upper), (lower_full, upper_full) = (*ends, (None, None))[:2]
    holds = None if lower_full is None or upper_full is None else lower_full["v"] > 0 or upper_full["v"] < 0
    return {
        **named.indicator(key)._asdict(),
        "unit": unit(key)._asdict(),
        "difference": difference,
        "lower": lower,
        "upper": upper,
        "lower_full": lower_full,
        "upper_full": upper_full,
        "why_no_full": None if lower_full is not None else unknown(knowledge)._asdict(),
        "base": sheet.cell(row, "base", scale=scale),
        "sure": bool(sheet.rows[row]["sure"]),
        "checked": bool(sheet.rows[row]["checked"]),
        "noticed": bool(sheet.rows[row]["noticed"]),
        "holds": holds,
        "digits": int(sheet.rows[row]["digits"]),
        "worlds": int(sheet.value(row, "seeds")),
        "runs": sheet.cell(row, "seeds", digits=0),
    }


def outcome(letters: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome with its sentences."""
    return {"letters": letters, **made, "sentences": said.outcome(made)}


def plan(letters: str, by_months: Mapping[int, tuple[Outcome, Mapping[str, float]]]) -> tuple[Sheet, dict[int, dict[str, Any]]]:
    """The table ``monitor``: moves by seniors from the start to some months (the rows); and the effects as a screen has them."""
    found = Sheet("monitor", letters)
    for months, (made, _) in by_months.items():
        if (row := made.effect(said.MOVES)) is not None:
            found.put(str(months), {name: row[name] for name in EFFECTS})
    return found, {int(row): effect(found, row, said.MOVES) for row in found.rows}
