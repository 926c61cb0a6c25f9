"""Dutch names for what stands in the cells of the workbook: keys, units, and the notes that say why a figure is empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.estimates.knowledge import NO_WIDER, NOT_AS_STUDIED, OF_THIS_RUN
from analysis.page import public_words, words
from analysis.page.words import Text, capital, readable
from analysis.worksheets.sheets_monitor import DUTCH as OF_THE_MONITOR
from sim.counts.worksheet_rows import REGISTRY as ROWS
from sim.counts.worksheet_rows import SHEETS
from sim.interventions.organisations import ORGANISATIONS
from sim.world.codes import Origin, Tenure
from sim.world.names import ALL

if TYPE_CHECKING:
    import pandas as pd

    from analysis.results import Results

GROUPINGS = {
    ALL: "alle huishoudens",
    "class": "soort huishouden",
    "role": "plaats in de keten",
    "seniors": "senior of niet",
    "wijk": "wijk",
    "income": "inkomen",
    "tenure": "huur of koop",
}
ROLES = {
    "role": {"senior": "senioren", "follower": "wie verhuist na een senior", "other": "andere verhuizers"},
    "seniors": {"others": "wie geen senior is"},
}
ESTIMANDS = {
    "net": "netto",
    "direct": "direct",
    "verdrongen": "verdrongen (wie daardoor een woning misliep)",
    "doorwerking": "doorwerking (wat verder volgde)",
    "aanbod": "aanbod (door de woningen zelf)",
    "verdringing": "verdringing (oude naam: direct min netto)",
}
ORIGINS = {one.key: one.nl for one in Origin} | {ALL: "alle ketens"}
HOMES = {one.key: one.nl for one in Tenure} | {"eengezins": "eengezinswoning", "meergezins": "appartement", "senior": "seniorenwoning"}
LENGTHS = {"moves": "verhuizingen in de keten", "moves_set_off": "verhuizingen na die van een senior"}
SHARES = ("0-1", "share", "share of moves", "share of homes taken again")
SCORES = ("fit", "fit_gain")  # on a scale of 0 to 1, and no shares
UNITS = {
    "moves": "verhuizingen",
    "households": "huishoudens",
    "dwellings": "woningen",
    "homes": "woningen",
    "months": "maanden",
    "km": "km",
    "m2": "m²",
    "applications": "aanvragen",
    "candidates": "reacties",
    "contacts": "contacten",
    "talks": "gesprekken",
    "uses": "keer gebruikt",
    "ratio": "verhouding",
    **dict.fromkeys(SHARES, "procent"),
}
WHAT = {"senior move": "verhuizing van een senior", "suitable home": "senior die geschikt woont", "link": "verhuizing naar een lege woning"}
FAMILIES = {"headline": "Hoofdcijfer", "others": "Ander getal", "description": "Beschrijving"}
CARRIED = {  # the column knowledge, where there is a second margin
    "factor": "Ja: de uitkomst van de studie als factor",
    "shift": "Ja: de uitkomst van de studie als verschuiving",
    "not asked for": "Niet gevraagd",
}
CARRIED_NOTHING = {"factor": "Ja: als factor", "shift": "Ja: als verschuiving"}  # of draws of the run itself
OTHERWISE = "de maatregel is anders ingesteld dan in de studie"
NOTES = {  # a part of a note, as a pattern
    r"euro per extra move belongs to the whole scenario": "een prijs per extra verhuizing hoort bij het hele pakket",
    r"nothing was spent": "er is niets uitgegeven",
    r"the money may be none": "het bedrag kan ook nul zijn",
    r"it costs less than basis": "het kost minder dan wat de plaats al doet",
    r"no effect to divide by": "er is geen verschil om door te delen",
    r"no value in some seed": "in een van de keren naspelen is er niets te tellen",
    r"nothing to divide by": "er is niets om door te delen",
    r"one seed: no interval": "maar één keer nagespeeld: er is geen marge",
    r"all in one seed: no interval": "alles gebeurde in één keer naspelen: er is geen marge",
    r"no extra: the number is not above 0": "er is niets extra",
    r"the number of extra may be zero: no upper end": "het aantal extra kan ook nul zijn: er is geen bovengrens",
    r"no end is in sight: every link goes on": "de keten komt niet aan een eind",
    r"no move to count from": "er is geen verhuizing om vanaf te tellen",
    r"window too short: the last third of the follow-up changes the mean by ([+-])(\d+)\.(\d+)": (
        r"te kort gevolgd: het laatste deel van de nalooptijd verandert het gemiddelde met \1\2,\3"
    ),
    r"window too short: (\d+)% of the chains are still open": r"te kort gevolgd: \1 procent van de ketens is nog open",
    r"unknown without some seed: no interval": "het getal hangt aan één keer naspelen: er is geen marge",
    r"other seeds than basis: no difference": "van andere keren naspelen dan ‘Basis’: er is geen verschil",
    r"the study has none in basis": "niet uitgezocht voor dit cijfer",
    r"not compared": "niet vergeleken met een openbaar cijfer",
    r"cannot be counted: months\.parquet has no senior_moves": "niet te tellen: de maandtabel mist de verhuizingen van senioren",
    **{re.escape(english): dutch for row in ROWS.values() for dutch, english in [row.open] if english},
    **{re.escape(english): dutch for english, dutch in OF_THE_MONITOR.items()},
}


def note(english: str) -> str:
    """A note in Dutch, part by part; a part that nobody translated stays as it is."""
    if found := _part(english):
        return capital(found)
    return capital("; ".join(_of_what(one) for one in english.split("; ")))


def carried(text: str) -> str:
    """What stands in the column knowledge: whether there is a second margin, and what to know of it."""
    kind, *more = text.split("; ")
    if OF_THIS_RUN in more:
        own = [words.unknown(f"{one}; {OF_THIS_RUN}" if one == NO_WIDER else one).nl for one in more]
        return "; ".join([CARRIED_NOTHING[kind], *own])
    first = CARRIED.get(kind) or capital(words.unknown(kind).nl) or note(kind)
    return "; ".join([first, *(OTHERWISE if one.startswith(NOT_AS_STUDIED) else words.unknown(one).nl for one in more)])


def _of_what(part: str) -> str:
    what, colon, rest = part.partition(": ")
    return f"{WHAT[what]}: {_part(rest) or rest}" if colon and what in WHAT else _part(part) or part


def _part(english: str) -> str:
    return next((match.expand(dutch) for pattern, dutch in NOTES.items() if (match := re.fullmatch(pattern, english))), "")


def missed(text: str) -> str:
    """The public figures that are missed, by name; of money by what is counted."""
    if " " not in text or ": " not in text:
        return _part(text) or public_words.named(text).nl
    parts = (one.partition(": ") for one in text.split("; "))
    return capital("; ".join(f"{WHAT[what]}: {missed(keys)}" for what, _, keys in parts))


def unit(key: str, indicator: str) -> str:
    """A unit of the tables, by what is counted."""
    return "schaal 0 tot 1" if indicator in SCORES else UNITS.get(key, key)


def group(key: str, group_by: str) -> str:
    """A group of households, other than a wijk."""
    return ROLES.get(group_by, {}).get(key) or words.GROUPS.get(key, words.both(readable(key))).nl


def home(key: str) -> str:
    """A kind of first home: ``koop/eengezins``."""
    return "alle woningen" if key == ALL else ", ".join(HOMES.get(part, part) for part in key.split("/"))


def organisation(key: str) -> str:
    """Who pays."""
    return "iedereen samen" if key == ALL else ORGANISATIONS[key].nl if key in ORGANISATIONS else readable(key)


def year(text: str) -> int | str:
    """A calendar year as a number."""
    return int(text) if text.isdigit() else "alle jaren"


@dataclass(frozen=True)
class Names:
    """What scenarios, instruments and areas are called, and with them every other key of the workbook's tables.

    ``areas`` by code, as the manifest has them; where it has none the code stands for the name.
    """

    scenarios: Mapping[str, Text]
    instrument: Callable[[str], Text]
    areas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Results) -> Names:
        """Those of a folder of results."""
        return cls(results.titles, results.instrument, results.manifest.get("areas", {}))

    def area(self, code: str) -> str:
        """A wijk, or all of the place."""
        return "hele gebied" if code == ALL else str(self.areas[code]["name"]) if code in self.areas else f"wijk {code}"

    def part(self, key: str) -> str:
        """An instrument within a scenario."""
        return "alle maatregelen samen" if key == ALL else self.instrument(key).nl

    def counted(self, key: str) -> str:
        """A number of the toolkit's worksheets: ``KEY``, ``KEY.CLASS`` or ``KEY.CLASS.share``."""
        first, _, rest = key.partition(".")
        row, part = ROWS[first], rest.removesuffix(".share")
        named = {value.key: value.nl for value in row.values}.get(part)
        if part and named is None:
            named = self.area(part) if row.areas else part if part[0].isdigit() else self.instrument(part).nl
        name = capital(row.nl) + (f": {named}" if named else "")
        return f"{name} (deel van het geheel)" if rest.endswith(".share") else name

    def named(self, column: str) -> Callable[[str, str], Any] | None:
        """What a reader sees for a value of a column, beside that of the column ``BESIDE`` it; None where the value itself will do."""
        found: dict[str, Callable[[str, str], Any]] = {
            "scenario": lambda key, _: self.scenarios[key].nl if key in self.scenarios else readable(key),
            "indicator": lambda key, _: words.indicator(key).nl,
            "unit": unit,
            "group_by": lambda key, _: GROUPINGS.get(key, key),
            "group": lambda key, by: self.area(key) if by == "wijk" else group(key, by),
            "estimand": lambda key, _: ESTIMANDS.get(key, key),
            "family": lambda key, _: FAMILIES.get(key, key),
            "claimed": lambda one, _: "ja" if one else "nee",
            "instrument": lambda key, _: self.part(key),
            "payer": lambda key, _: organisation(key),
            "year": lambda text, _: year(text),
            "origin": lambda key, _: ORIGINS.get(key, key),
            "home": lambda key, _: home(key),
            "area": lambda key, _: self.area(key),
            "length": lambda key, _: LENGTHS.get(key, key),
            "sheet": lambda key, _: SHEETS[key],
            "key": lambda key, _: self.counted(key),
            "knowledge": lambda text, _: carried(text),
            "misses": lambda text, _: missed(text),
            "note": lambda text, _: note(text),
            "warning": lambda text, _: note(text),
        }
        return found.get(column)

    def column(self, frame: pd.DataFrame, column: str) -> list[Any]:
        """A column of a table as a reader sees it; None where nothing is known."""
        values = frame[column].astype(object).where(frame[column].notna(), None).tolist()
        of = self.named(column)
        if of is None:
            return values
        beside = frame[BESIDE[column]].tolist() if BESIDE.get(column) in frame else [""] * len(frame)
        pairs = list(zip(values, beside, strict=True))
        known = {pair: pair[0] if pair[0] in (None, "") else of(*pair) for pair in set(pairs)}
        return [known[pair] for pair in pairs]


BESIDE = {"group": "group_by", "unit": "indicator"}
KEYS = ("scenario", "indicator", "group_by", "group", "estimand", "instrument", "payer", "origin", "home", "area", "length", "key")
