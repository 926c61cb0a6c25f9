"""The section on the klantreis of a thousand seniors."""

from __future__ import annotations

from functools import partial

import pandas as pd
from markupsafe import Markup

from analysis.estimates.journey import DROPPED, ENTERED, OBSTACLE, STAGES
from analysis.page.cells import NOT_STUDIED, NOTHING, margin, title_cell
from analysis.page.journey_charts import Step, changes, stream
from analysis.page.noticed import drawn, look
from analysis.page.quote import Quote, fixed, rich
from analysis.page.section import Block, Cell, Chart, Grid, Page, Section, Words
from analysis.page.words import STAGES as NAMES
from analysis.page.words import Text, capitals, coded
from analysis.tables.for_page import PASSED, REST
from sim.world.codes import DropReason, Obstacle
from sim.world.names import ALL, BASIS

WISH, SEARCH, MOVE = STAGES
REASONS = coded(DropReason)
STILL = Text("nog bezig, overleden of vertrokken", "still under way, died or left the area")
DIRECT = Text("meteen zoeken, na een val of verlies", "search at once, after a fall or a loss")
THOUSAND = Text(*(fixed(said, "of whom it is counted") for said in ("1.000", "1,000")))


def section(page: Page) -> Section | None:
    """See the module; None where no senior came into a stage."""
    wish, move = (entered(page, BASIS, stage) for stage in (WISH, MOVE))
    if wish is None or move is None or not wish.value > 0:
        return None
    obstacles = _obstacles(page)
    measured: list[Block] = [_by_measure(page), *_picture_of_changes(page)] if page.order else []
    return Section(
        "klantreis",
        Text("De klantreis", "The klantreis"),
        rich(
            "In dit model verhuizen jaarlijks {n} van elke {k} senioren",
            "In this model {n} of each {k} seniors move yearly",
            k=THOUSAND,
            n=move,
        ),
        rich(
            "Geteld zijn huishoudens van senioren: hoeveel van elke {k}, per jaar, gemiddeld over de nagespeelde jaren.",
            "Counted are households of seniors: how many of each {k}, per year, on average over the years that were simulated.",
            k=THOUSAND,
        ),
        (_what_happens(page, wish, move), *_why_not(page), *_what_changes(page)),
        (_picture(page), *([obstacles] if obstacles else []), *measured[:1]),
        ("journey.csv",),
        (*measured[1:], NOTES),
    )


def _per() -> Text:
    return rich("per {k} senioren en per jaar", "per {k} seniors and per year", k=THOUSAND)


def _row(scenario: str, stage: str, kind: str = ENTERED, code: str = ALL) -> dict[str, object]:
    return {"scenario": scenario, "stage": stage, "kind": kind, "code": code}


def _number(page: Page, row: dict[str, object], column: str = "mean", scale: float = 1.0, sign: bool = False) -> Quote | None:
    """A number of journey.csv; None where it is not there or not known."""
    if not page.book.has("journey", row):
        return None
    value = page.book.quote("journey", column, row, scale=scale, sign=sign)
    return value if value.known else None


def entered(page: Page, scenario: str, stage: str) -> Quote | None:
    """How many seniors come into a stage, per 1,000 and per year."""
    return _number(page, _row(scenario, stage))


def _what_happens(page: Page, wish: Quote, move: Quote) -> Text:
    """How many wish, search and move without any measure."""
    search = entered(page, BASIS, SEARCH)
    if search is None:
        return rich(
            "Zonder maatregel krijgen er {wish} een woonwens en verhuizen er {move} (toeval: {chance}).",
            "Without any measure {wish} get a wish to move and {move} move (chance: {chance}).",
            wish=wish,
            move=move,
            chance=margin(page, move),
        )
    return rich(
        "Zonder maatregel krijgen er {wish} een woonwens, gaan er {search} zoeken en verhuizen er {move} (toeval: {chance}).",
        "Without any measure {wish} get a wish to move, {search} go searching and {move} move (chance: {chance}).",
        wish=wish,
        search=search,
        move=move,
        chance=margin(page, move),
    )


def _ranked(page: Page, stage: str, kind: str) -> list[tuple[str, Quote]]:
    """Reasons of basis with their share of all, the largest first."""
    table = page.tables["journey"]
    mine = (table["scenario"] == BASIS) & (table["stage"] == stage) & (table["kind"] == kind) & (table["code"] != ALL) & (table["mean"] > 0)
    codes = table[mine].sort_values("share", ascending=False, kind="stable")["code"]
    return [(code, value) for code in codes if (value := _number(page, _row(BASIS, stage, kind, code), "share", 100.0))]


def _why_not(page: Page) -> tuple[Text, ...]:
    """Why a month of searching brings no home."""
    found = _ranked(page, SEARCH, OBSTACLE)
    if not found:
        return ()
    code, share = found[0]
    return (
        rich(
            "Wie een maand zoekt en niet verhuist, heeft daar meestal deze reden voor: {why} ({n} procent van die maanden).",
            "Who searches for a month and does not move mostly has this reason: {why} ({n} per cent of those months).",
            why=coded(Obstacle)[code],
            n=share,
        ),
    )


def _what_changes(page: Page) -> tuple[Text, ...]:
    """What the first measure changes, stage by stage."""
    if not page.order:
        return ()
    name = page.order[0]
    found = {stage: _number(page, _row(name, stage), "difference", sign=True) for stage in STAGES}
    known = {stage: value for stage, value in found.items() if value is not None}
    if not known:
        return ()
    if all(value.value == 0 for value in known.values()):
        return (rich("Met {title} verandert hier niets.", "With {title} nothing changes here.", title=page.results.titles[name]),)
    parts = [rich("{stage} {n}", "{stage} {n}", stage=NAMES[stage], n=value) for stage, value in known.items()]
    listed = Text(*(Markup(", ").join(part.of(language) for part in parts) for language in ("nl", "en")))
    return (
        rich(
            "Met {title} verandert dat zo, per jaar: {parts}.",
            "With {title} this changes, per year: {parts}.",
            title=page.results.titles[name],
            parts=listed,
        ),
    )


def _picture(page: Page) -> Chart:
    """The stream of basis."""
    steps = [_step(page, stage) for stage in STAGES if entered(page, BASIS, stage)]
    lost = _number(page, _row(BASIS, WISH, DROPPED), "of_entered", 100.0)
    finding = (
        rich(
            "{n} procent van de woonwensen verdwijnt vóór het zoeken",
            "{n} per cent of wishes end before the search",
            n=lost,
        )
        if lost
        else Text("Zo gaan senioren van woonwens naar verhuizing", "How seniors go from wish to move")
    )
    header = (Text("Wat er gebeurt", "What happens"), rich("Aantal van elke {k} per jaar", "Number of each {k} per year", k=THOUSAND))
    return Chart(
        "klantreis",
        finding,
        rich(
            "Elke band is zo breed als het aantal van elke {k} senioren, per jaar, zonder maatregel.",
            "Each band is as wide as the number of each {k} seniors, per year, without any measure.",
            k=THOUSAND,
        ),
        partial(stream, steps),
        Grid(
            rich("De klantreis zonder maatregel, {per}", "The klantreis without any measure, {per}", per=_per()),
            header,
            tuple(_lines(page, steps)),
        ),
        "journey.csv",
    )


def _step(page: Page, stage: str) -> Step:
    here = entered(page, BASIS, stage)
    assert here is not None
    passed = _number(page, _row(BASIS, stage, PASSED))
    table = page.tables["journey"]
    mine = (
        (table["scenario"] == BASIS) & (table["stage"] == stage) & (table["kind"] == DROPPED) & (table["code"] != ALL) & (table["mean"] > 0)
    )
    out = [
        (REASONS[code], _number(page, _row(BASIS, stage, DROPPED, code)))
        for code in table[mine].sort_values("mean", ascending=False)["code"]
    ]
    rest = _number(page, _row(BASIS, stage, REST))
    out += [(STILL, rest)] if rest and rest.value > 0 else []
    return Step(
        NAMES[stage],
        here,
        (DIRECT, passed) if passed and passed.value > 0 else None,
        tuple((name, one) for name, one in out if one is not None),
    )


def _lines(page: Page, steps: list[Step]) -> list[tuple[Cell, ...]]:
    """The numbers of the stream as rows."""
    rows: list[tuple[Text, Quote]] = []
    for step in steps:
        rows.append((step.name, step.entered))
        rows += [
            (Text(f"{step.name.nl}: {name.nl}", f"{step.name.en}: {name.en}"), one) for name, one in ([step.passed] if step.passed else [])
        ]
        rows += [(Text(f"{step.name.nl}, afgehaakt: {name.nl}", f"{step.name.en}, dropped out: {name.en}") if name != STILL else
                  Text(f"{step.name.nl}: {name.nl}", f"{step.name.en}: {name.en}"), one) for name, one in step.out]  # fmt: skip
    return [(Cell(name, kind="words"), Cell(one, margin(page, one), NOT_STUDIED)) for name, one in rows]


def _obstacles(page: Page) -> Grid | None:
    """Why a month of searching brought no home."""
    found = _ranked(page, SEARCH, OBSTACLE)
    if not found:
        return None
    rows = []
    for code, share in found:
        number = _number(page, _row(BASIS, SEARCH, OBSTACLE, code))
        rows.append(
            (
                Cell(capitals(coded(Obstacle)[code]), kind="words"),
                Cell(share, margin(page, share, "share_lower", "share_upper"), NOT_STUDIED),
                Cell(number, margin(page, number), NOT_STUDIED) if number else NOTHING,
            )
        )
    return Grid(
        Text(
            "Waarom een maand zoeken geen ander huis gaf, zonder maatregel",
            "Why a month of searching brought no other home, without any measure",
        ),
        (
            Text("Reden", "Reason"),
            Text("Deel van die maanden (procent)", "Share of those months (per cent)"),
            rich("Zoekmaanden {per}", "Months of searching {per}", per=_per()),
        ),
        tuple(rows),
    )


def _change(page: Page, scenario: str, stage: str, kind: str = ENTERED) -> Cell:
    value = _number(page, _row(scenario, stage, kind), "difference", sign=True)
    if value is None:
        return NOTHING
    lower, upper = (float(page.book.cell("journey", end, value.row)) for end in ("difference_lower", "difference_upper"))
    return Cell(
        value,
        margin(page, value, "difference_lower", "difference_upper"),
        NOT_STUDIED,
        "claim" if lower > 0 or upper < 0 else "noise",
    )


def _by_measure(page: Page) -> Grid:
    """What each measure changes."""
    header = (
        Text("Maatregel", "Measure"),
        *(Text(f"{NAMES[stage].nl}: erbij of eraf", f"{NAMES[stage].en}: more or fewer") for stage in STAGES),
        Text("Zoeken opgegeven: erbij of eraf", "Gave up the search: more or fewer"),
    )
    rows = tuple(
        (title_cell(page, name), *(_change(page, name, stage) for stage in STAGES), _change(page, name, SEARCH, DROPPED))
        for name in page.order
    )
    return Grid(rich("Wat elke maatregel verandert, {per}", "What each measure changes, {per}", per=_per()), header, rows)


def _picture_of_changes(page: Page) -> list[Block]:
    """The same as a picture, of the first measures."""
    table = page.tables["journey"]
    table = table[(table["kind"] == ENTERED) & (table["code"] == ALL)].set_index(["scenario", "stage"])
    columns = ["difference", "difference_lower", "difference_upper"]
    stages = [stage for stage in STAGES if (BASIS, stage) in table.index]
    there = [name for name in page.order if all((name, stage) in table.index for stage in stages)]
    if not there:
        return []
    names, left_out = drawn(page, there)
    rows = {name: [tuple(pd.to_numeric(table.loc[(name, stage), columns])) for stage in stages] for name in names}
    sure = [name for name in there if float(table.loc[(name, MOVE), "difference_lower"]) > 0]  # the order is by what they do
    most = _number(page, _row(sure[0], MOVE), "difference", sign=True) if sure else None
    finding = Text("Geen maatregel geeft zeker meer verhuizingen", "No measure certainly brings more moves")
    if most:
        finding = rich(
            "Het meest: {n} verhuizingen per jaar op {k} senioren", "At most {n} moves per year of {k} seniors", n=most, k=THOUSAND
        )
    return [
        Chart(
            "klantreis_verschil",
            finding,
            rich(
                "Hoeveel senioren er in elke fase bijkomen of afgaan, {per}. Licht vlak: toeval.{left_out}",
                "How many more or fewer seniors come into each stage, {per}. Pale: chance.{left_out}",
                per=_per(),
                left_out=left_out,
            ),
            partial(changes, rows, [NAMES[stage] for stage in stages], page.results.titles, {name: look(page, name) for name in names}),
            None,
            "journey.csv",
        )
    ]


NOTES = Words(
    (
        rich(
            "Geteld zijn huishoudens van de klasse senior. Wie twee keer een woonwens krijgt, telt twee keer.",
            "Counted are households of the class senior. Who gets a wish twice counts twice.",
        ),
        rich(
            "‘Nog bezig, overleden of vertrokken’ is wat overblijft: wie in de fase kwam, min wie doorging of afhaakte.",
            "‘Still under way, died or left the area’ is what is left: who came into the stage, less who went on or dropped out.",
        ),
    ),
    points=True,
)
