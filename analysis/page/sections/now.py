"""The section on how the place stands now, beside public figures."""

from __future__ import annotations

import math

from markupsafe import Markup

from analysis.estimates.misses import RESTS_ON
from analysis.estimates.validation import ROWS
from analysis.page.cells import margin
from analysis.page.public_words import NO_WIJKEN, WORDS, beside
from analysis.page.quote import Quote, fixed, rich
from analysis.page.section import Block, Cell, Fold, Grid, Page, Section, Words
from analysis.page.words import GROUPS, LANGUAGES, UNITS, Text, both, capitals
from sim.counts.worksheet_rows import REGISTRY
from sim.world.names import BASIS

OPGAVE = "opgave"
UNSUITABLE, MOVED = "unsuitable_seniors", "senior_households_moved"
HIT = Text(fixed("25 procent", "what counts as a hit"), fixed("25 per cent", "what counts as a hit"))
CANDIDATES = Text("kandidaten", "candidates")
MOST = 2  # public figures beside one row
LEVEL = Text("Wat andere aannames met een stand doen, is niet uitgezocht.", "What other assumptions make of a level was not studied.")
MEAN = Text("Van het model: gemiddelden, zonder marge.", "Of the model: means, without a margin.")
NEVER = Text("geen, in geen enkele keer naspelen", "none, in no run")
NEVER_OF = {"senior_moves_km": NO_WIJKEN}  # by row what it is that makes it 0
RAAK, MIS = Text("raak", "hit"), Text("mis", "miss")
MONITOR = Text("Monitor Ouderenhuisvesting", "Monitor Ouderenhuisvesting")
CHAINS = Text("CBS, dashboard Verhuisketens", "CBS, dashboard Verhuisketens")
PROFILES = Text("dashboard Woonprofielen", "dashboard Woonprofielen")
OWN = Text("uw eigen vergunningen", "your own permits")
WHERE = {  # a public figure of the own gemeente can be found there; none of them ships with the project
    "suitable_seniors": MONITOR,
    UNSUITABLE: MONITOR,
    "adaptable_seniors": MONITOR,
    "suitable_dwellings": MONITOR,
    "seniors_with_wish": PROFILES,
    MOVED: CHAINS,
    "moved_to_type": CHAINS,
    "senior_moves_suitable": CHAINS,
    "senior_moves_km": CHAINS,
    "candidates_per_senior_home": Text("de woonruimteverdeling van uw regio", "the allocation of your region"),
    "splittable_dwellings": Text("CBS, woningen naar oppervlakte", "CBS, homes by floor area"),
    "small_in_family_home": Text("CBS, huishoudens naar woning", "CBS, households by home"),
    "unsuitable_in_family_home": MONITOR,
    "split_applications": OWN,
}
STATUS = {
    "input": Text("is ingevoerd en bewijst dus niets", "was put in and so proves nothing"),
    "fitted": Text("het model is erop bijgesteld", "the model was fitted to it"),
    "predicted": Text("komt er vanzelf uit", "comes out by itself"),
}


def section(page: Page) -> Section | None:
    """See the module."""
    base = page.tables["monitor"]
    base = base[(base["scenario"] == BASIS) & (base["sheet"] == OPGAVE)]
    if base.empty:
        return None
    whole = [key for key in base["key"] if "." not in key]
    parts = [key for key in base["key"] if "." in key]
    place = both(page.results.place)
    blocks: list[Block] = [_opgave(page, whole, _with("De opgave, in het model.", "The task, in the model.", LEVEL))]
    found = page.tables["validation"]
    missed, near = (list(found.loc[found["hit"].astype(bool) == hit, "key"]) for hit in (False, True))
    if missed:
        blocks.append(_beside(page, missed, _with("Openbare cijfers die het model mist.", "Public figures that the model misses.", MEAN)))
    if near:
        title = Text("Openbare cijfers die het model raakt", "Public figures that the model hits")
        blocks.append(Fold(title, (_beside(page, near, _with(f"{title.nl}.", f"{title.en}.", MEAN)),)))
    researchers: list[Block] = [_opgave(page, parts, _with("De opgave, uitgesplitst.", "The task, by class.", LEVEL))] if parts else []
    researchers.append(Words((_made(page),)))
    return Section(
        "nu",
        Text("Zo staat het er nu voor", "How things stand"),
        _finding(page, place),
        rich(
            "Wat het model telt zonder maatregel, naast openbare cijfers. Raak is: hooguit {hit} ernaast.",
            "What the model counts without any measure, beside public figures. A hit is: no more than {hit} off.",
            hit=HIT,
        ),
        _sentences(page, place, missed),
        tuple(blocks),
        ("monitor.csv", "validation.csv"),
        tuple(researchers),
    )


def _with(nl: str, en: str, more: Text) -> Text:
    return Text(f"{nl} {more.nl}", f"{en} {more.en}")


def _row(key: str) -> dict[str, object]:
    return {"scenario": BASIS, "sheet": OPGAVE, "key": key}


def _counted(page: Page, key: str) -> Quote | None:
    try:
        value = page.book.quote("monitor", "mean", _row(key))
    except KeyError:
        return None
    return value if value.known else None


def _finding(page: Page, place: Text) -> Text:
    value = _counted(page, UNSUITABLE)
    if value is None:
        return rich("Zo staat {place} er nu voor", "How {place} stands now", place=place)
    return rich(
        "Model van {place}: {n} oudere huishoudens wonen ongeschikt",
        "Model of {place}: {n} older households live unsuitably",
        place=place,
        n=value,
    )


def _sentences(page: Page, place: Text, missed: list[str]) -> tuple[Text, ...]:
    lines = []
    moved = _counted(page, MOVED)
    if moved is not None:
        years = page.book.quote("monitor", "mean", _row(MOVED), scale=12 / page.results.months)
        lines.append(
            rich(
                "Ook zonder maatregel verhuizen er in {place} elk jaar ongeveer {n} oudere huishoudens.",
                "Even without any measure about {n} older households move in {place} each year.",
                place=place,
                n=years,
            )
        )
    if page.tables["validation"].empty:
        lines.append(
            Text(
                "Losse verhuizingen zijn deze keer niet bewaard. Daarom ligt het model nu niet naast openbare cijfers.",
                "Single moves were not kept this time. So the model is not put beside public figures now.",
            )
        )
    elif missed:
        lines.append(
            rich(
                "Het verst naast een openbaar cijfer zit het model hier: {what}.",
                "The model is furthest from a public figure here: {what}.",
                what=WORDS[furthest(page, missed)].name,
            )
        )
    else:
        lines.append(Text("Het model zit nergens ver naast een openbaar cijfer.", "The model is nowhere far from a public figure."))
    lines.append(
        Text(
            "De openbare cijfers zijn van Nederland of van een andere regio. Leg er zelf die van uw gemeente naast.",
            "The public figures are of the Netherlands or of another region. Put those of your municipality beside them yourself.",
        )
    )
    return tuple(lines)


def furthest(page: Page, missed: list[str]) -> str:
    """Of figures that are missed the one that is off by the largest factor."""
    ratios = page.tables["validation"].set_index("key")["ratio"]

    def off(key: str) -> float:
        ratio = float(ratios[key])
        return abs(math.log(ratio)) if ratio > 0 else (math.inf if ratio == 0 else -1.0)

    return max(missed, key=off)


def _opgave(page: Page, keys: list[str], caption: Text) -> Grid:
    header = (
        Text("Wat", "What"),
        Text("In het model, zonder maatregel", "In the model, without measures"),
        Text("Openbaar cijfer ernaast", "Public figure beside it"),
        Text("Van uw gemeente te vinden bij", "Of your municipality to be found at"),
    )
    rows = []
    for key in keys:
        value = _counted(page, key)
        name, _, group = key.partition(".")
        said = Text(REGISTRY[name].nl, REGISTRY[name].en) if name in REGISTRY else both(name)
        label = capitals(_with_class(said, group))
        where = Cell(WHERE.get(name, both("–")), kind="words")
        if value is None:
            rows.append((Cell(label), Cell(Text("niet te tellen", "cannot be counted"), kind="words"), _public(page, name), where))
            continue
        if value.value == 0:
            rows.append((Cell(label), Cell(NEVER_OF.get(key, NEVER), kind="words"), _public(page, name), where))
            continue
        counted = str(page.book.cell("monitor", "unit", value.row))
        what = both("") if key.endswith(".share") else UNITS.get(counted, CANDIDATES if counted == "candidates" else both(counted))
        cell = Cell(rich("{n} {unit}", "{n} {unit}", n=value, unit=what), margin(page, value))
        rows.append((Cell(label), cell, _public(page, name), where))
    return Grid(caption, header, tuple(rows))


def _with_class(said: Text, group: str) -> Text:
    if not group:
        return said
    name, _, share = group.partition(".")
    of = GROUPS.get(name, both(name.replace("_", " ")))
    part = Text(", deel van het geheel", ", part of the whole") if share else both("")
    return Text(f"{said.nl}: {of.nl}{part.nl}", f"{said.en}: {of.en}{part.en}")


def _public(page: Page, key: str) -> Cell:
    """Public figures of the same thing, and whether the model is near them."""
    known = [one for one in RESTS_ON.get(key, ())[:MOST] if page.book.has("validation", {"key": one})]
    if not known:
        return Cell(Text("geen in dit project", "none in this project"), kind="words")
    lines = [_in_line(page, one) for one in known]
    return Cell(Text(*(Markup("; ").join(line.of(language) for line in lines) for language in LANGUAGES)), kind="words")


def _in_line(page: Page, key: str) -> Text:
    words, (simulated, observed) = WORDS[key], beside(page.book, key)
    said: dict[str, Quote | Text] = {"name": words.name, "observed": observed, "unit": words.unit, "source": words.source}
    if not simulated.known:
        return rich("{name}: {observed} {unit}; {why} ({source})", "{name}: {observed} {unit}; {why} ({source})", why=words.nothing, **said)
    return rich(
        "{name}: {observed} {unit}, in het model {simulated}: {verdict} ({source})",
        "{name}: {observed} {unit}, in the model {simulated}: {verdict} ({source})",
        simulated=simulated,
        verdict=_verdict(page, key),
        **said,
    )


def _verdict(page: Page, key: str) -> Text:
    row = {"key": key}
    if math.isnan(float(page.book.cell("validation", "simulated", row))):
        return WORDS[key].nothing
    return RAAK if bool(page.book.cell("validation", "hit", row)) else MIS


def _beside(page: Page, keys: list[str], caption: Text) -> Grid:
    """Figures of the base world beside public ones."""
    header = (
        Text("Cijfer", "Figure"),
        Text("In het model", "In the model"),
        Text("Openbaar", "Public"),
        Text("Oordeel", "Verdict"),
        Text("Bron en jaar", "Source and year"),
        Text("Waarom het anders kan zijn", "Why it may differ"),
    )
    status, rows = {row.key: row.status for row in ROWS}, []
    for key in keys:
        words, (simulated, observed) = WORDS[key], beside(page.book, key)
        ours = Cell(simulated) if simulated.known else Cell(words.nothing, kind="words")
        label = rich("{name} ({unit})", "{name} ({unit})", name=capitals(words.name), unit=words.unit)
        verdict = _verdict(page, key)
        theirs = [Cell(rich("{x}", "{x}", x=one), kind="words") for one in (words.source, words.differs)]
        said = Text(f"{verdict.nl}; {STATUS[status[key]].nl}", f"{verdict.en}; {STATUS[status[key]].en}")
        rows.append((Cell(label), ours, Cell(observed), Cell(said, kind="words"), *theirs))
    return Grid(caption, header, tuple(rows))


def _made(page: Page) -> Text:
    return Text(
        "De definities staan in docs/odd.md, de bronnen in docs/evidence.md. Het oordeel per plaats staat in docs/validation.md.",
        "Definitions are in docs/odd.md, sources in docs/evidence.md. The verdict by place is in docs/validation.md.",
    )
