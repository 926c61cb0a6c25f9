"""The section on what each card is, and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from analysis.estimates.card_evidence import EVIDENCE
from analysis.estimates.pots import with_rules
from analysis.page import words
from analysis.page.cells import NOTHING, effect_cell
from analysis.page.quote import fixed, named, rich
from analysis.page.section import Block, Cell, Fold, Grid, Page, Section, Words
from analysis.page.words import LANGUAGES, Text, both, span
from sim.interventions.organisations import ORGANISATIONS
from sim.interventions.who import ANYBODY
from sim.parameters.evidence import ASSUMED, IN_ENGLISH, MEASURED, ONE_SOURCE, STRONGEST_FIRST
from sim.world.names import ALL, ALLE, PLACEBO, plain

SENIOR = "senior"  # of filters.csv
NO_PRICE = Text("geen prijs ingevuld", "no price filled in")
SPENT_NOTHING = Text("niets uitgegeven", "nothing spent")
POSTS = {  # what a post is called: one, several
    "wooncoach_sociaal": (Text("wooncoach", "housing coach"), Text("wooncoaches", "housing coaches")),
    "wooncoach_particulier": tuple(
        Text(f"{nl} voor eigenaren", f"{en} for owners") for nl, en in (("wooncoach", "housing coach"), ("wooncoaches", "housing coaches"))
    ),
}
DOSED = {  # by dose_unit of cards.csv
    "homes a year": Text("{n} woningen per jaar", "{n} homes a year"),
    "euro each": Text("€\u00a0{n} per keer", "€\u00a0{n} each time"),
    "months of lower rent": Text("{n} maanden een lagere huur", "{n} months of lower rent"),
    "months without double rent": Text("{n} maanden geen dubbele huur", "{n} months without double rent"),
    "households reached": Text("{n} huishoudens bereikt", "{n} households reached"),
}
RESTS = Text("Waar het op rust", "What it rests on")
MARKS = {mark: Text(mark, IN_ENGLISH[mark]) for mark in STRONGEST_FIRST}
SIGNS = {MEASURED: "■■", ONE_SOURCE: "■□", ASSUMED: "□□"}  # the same without colour: as many as there is evidence
SAID = {
    MEASURED: Text(
        "Gemeten: in meer plaatsen is geteld hoeveel gebruikers verhuisden, maar nooit naast een groep zonder de maatregel.",
        "Measured: in several places movers among the users were counted, but never beside a group without the measure.",
    ),
    ONE_SOURCE: Text("Eén bron: één plaats of één publicatie telde iets.", "One source: one place or one publication counted something."),
    ASSUMED: Text(
        "Aanname: nergens los geteld. De sterkte in dit model is aangenomen.",
        "Assumption: counted nowhere by itself. Its strength in this model is assumed.",
    ),
}


def section(page: Page) -> Section | None:
    """See the module."""
    if not page.order or "cards" not in page.tables:
        return None
    shown = [name for name in page.order if _has(page, name, ALL)]
    single = {name: keys[0] for name in shown if len(keys := parts(page, name)) == 1}
    caption = rich("De maatregelen: wat ze zijn en wat ze deden in {time}", "The measures, and what they did in {time}", time=_time(page))
    rows = tuple(_row(page, name, single[name]) if name in single else _package(page, name) for name in shown)
    inside = tuple(_row(page, name, key, inside=True) for name in shown if name not in single for key in parts(page, name))
    blocks: tuple[Block, ...] = (Grid(caption, _header(), rows),)
    if inside:
        blocks += (
            Fold(
                Text("Wat er in de pakketten zit", "What the packages hold"),
                (Grid(Text("De maatregelen in pakketten", "The measures in packages"), _header()[:-2] + _header()[-1:], inside),),
            ),
        )
    return Section(
        "kaarten",
        Text("De maatregelen", "The measures"),
        _finding(page, shown),
        rich(
            "Wat elke maatregel is en deed: hoeveel, voor wie, wie betaalt, en waar de sterkte op rust. {place}, {time}.",
            "What each measure is and did: how much, for whom, who pays, and what its strength rests on. {place}, {time}.",
            place=both(page.results.place),
            time=_time(page),
        ),
        (
            Text(
                "Bereikt is nog niet geholpen: een deel was ook zonder verhuisd, en een deel verhuist niet.",
                "Reached is not helped: some would have moved anyway, and some do not move.",
            ),
            Text(*(" ".join(one.of(language) for one in _explained(page, shown)) for language in LANGUAGES)),
            Text(
                "Aantallen en bedragen zijn ingesteld of volgen daaruit. Daarom staat er geen marge bij.",
                "Amounts are set, or follow from what is set. That is why no margin stands beside them.",
            ),
        ),
        blocks,
        ("cards.csv",),
        tuple(block for block in (_conditions(page), _evidence(page, shown), _already(page)) if block is not None),
    )


def dose(page: Page, scenario: str) -> Text:
    """How much of it there is, as the beginning of a sentence: ``Met 1,7 wooncoaches (€ 150.000 per jaar)``."""
    title, keys = page.results.titles[scenario], parts(page, scenario)
    if not _has(page, scenario, ALL) or not keys:
        return rich("Met de maatregel {title}", "With the measure {title}", title=title)
    money = spent(page, scenario, ALL)
    if len(keys) > 1:
        return rich("Met het pakket {title} (samen {eur})", "With the package {title} ({eur} together)", title=title, eur=money)
    much = amount(page, scenario, keys[0])
    if plain(keys[0]) in POSTS and much.nl:
        return rich("Met {much} ({eur})", "With {much} ({eur})", much=much, eur=money)
    inside = rich("{much}, {eur}", "{much}, {eur}", much=much, eur=money) if much.nl else money
    return rich("Met de maatregel {title} ({inside})", "With the measure {title} ({inside})", title=title, inside=inside)


def parts(page: Page, scenario: str) -> list[str]:
    """Keys of the instruments that a scenario adds to what is done already, as cards.csv has them."""
    table = page.tables["cards"]
    mine = table[(table["scenario"] == scenario) & (table["instrument"] != ALL) & ~table["already"].astype(bool)]
    return list(mine["instrument"])


def leading(page: Page) -> str:
    """The measure that does most for seniors' moves: the first in the order that is no package, or the first of all. Raises IndexError."""
    return next((name for name in page.order if len(parts(page, name)) == 1), page.order[0])


def evidence(page: Page, scenario: str) -> str:
    """What the strength of a scenario rests on, a key of MARKS; of a package its weakest part. Empty where it is not known."""
    found = str(page.book.cell("cards", "evidence", _at(scenario, ALL))) if _has(page, scenario, ALL) else ""
    return found if found in MARKS else ""


def rests_on(page: Page, scenario: str) -> Text:
    """The same in words; empty where it is not known."""
    found = evidence(page, scenario)
    if not found:
        return both("")
    if len(parts(page, scenario)) > 1:
        return rich("zwakste deel: {mark}", "weakest part: {mark}", mark=MARKS[found])
    return MARKS[found]


def legend(page: Page, shown: Iterable[str]) -> Text:
    """What the signs say, as a sentence after others; empty where none of the scenarios has one."""
    signed_ones = [name for name in shown if evidence(page, name)]
    if not signed_ones:
        return both("")
    nl, en = (", ".join(f"{SIGNS[key]} {said.of(language)}" for key, said in MARKS.items()) for language in LANGUAGES)
    weakest = any(len(parts(page, name)) > 1 for name in signed_ones)
    more = Text("; van een pakket het zwakste deel", "; of a package its weakest part") if weakest else both("")
    return Text(f" Bewijs: {nl}{more.nl}.", f" Evidence: {en}{more.en}.")


def signed(page: Page, scenario: str) -> Cell:
    """The sign of the evidence and its words, as a cell of a table."""
    found = evidence(page, scenario)
    return (
        Cell(rich("{sign} {said}", "{sign} {said}", sign=both(SIGNS[found]), said=rests_on(page, scenario)), kind="words")
        if found
        else NOTHING
    )


def amount(page: Page, scenario: str, key: str) -> Text:
    """The dose in words: ``1,7 wooncoaches``, ``€ 2.000 per keer``; empty where it is not known."""
    value, unit = page.book.quote("cards", "dose", _at(scenario, key)), str(page.book.cell("cards", "dose_unit", _at(scenario, key)))
    if not value.known:
        return both("")
    whole = value.with_digits(min(0, value.digits)) if value.value == round(value.value) else value
    if unit == "posts":
        one, several = POSTS.get(plain(key), (Text("post", "post"), Text("posten", "posts")))
        name = one if value.value == 1 else several
        return rich("{n} {name}", "{n} {name}", n=whole, name=name)
    exact = value.with_digits(0) if unit not in ("households reached", "homes a year") else whole
    return rich(*DOSED[unit], n=exact)


def spent(page: Page, scenario: str, key: str) -> Text:
    """Euro a year in words, or that no price was filled in."""
    price, value = page.book.cell("cards", "price", _at(scenario, key)), page.book.quote("cards", "eur_per_year", _at(scenario, key))
    if price == "none":
        return NO_PRICE
    if value.value == 0:
        return SPENT_NOTHING
    said = rich("€\u00a0{n} per jaar", "€\u00a0{n} a year", n=value)
    partly = Text("; niet alles heeft een prijs", "; not everything has a price") if price == "in part" else both("")
    return Text(said.nl + partly.nl, said.en + partly.en)


def target(page: Page, scenario: str, key: str) -> Text:
    """For whom it is, in words: the labels that ask something."""
    one = page.results.manifest.get("scenarios", {}).get(scenario) or {}
    who, own = with_rules(one)[0].get(key, {}).get("who") or {}, key in one.get("instruments", {})
    asked = [
        name for name, value in who.items() if value != getattr(ANYBODY, name, value) and not _same(value, getattr(ANYBODY, name, None))
    ]
    said = [_condition(page, (scenario, key, name) if own else None, name, who[name]) for name in asked]
    return joined(said, "; ") if said else Text("iedereen", "everybody")


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, list | tuple) and list(value) == list(other or ())


def _condition(page: Page, where: tuple[str, str, str] | None, name: str, value: Any) -> Text:
    if name == "coach":
        return Text("sprak met een coach", "has talked to a coach")
    if name == "registered":
        return words.CONDITIONS[name]
    if isinstance(value, list | tuple):
        return rich(*_slot(name), n=both(", ".join(map(str, value))))
    if isinstance(value, str):
        return rich(*_slot(name), n=words.VALUES.get(value, both(value)))
    if where is None:
        return Text(*(Markup(one).format(n=fixed(f"{value:g}", "setting of a rule")) for one in _slot(name)))
    scenario, key, _ = where
    return rich(*_slot(name), n=page.book.setting("scenarios", scenario, "instruments", key, "who", name, digits=0))


def _slot(name: str) -> Text:
    found = words.CONDITIONS.get(name, both(f"{words.readable(name)}: {{}}"))
    return Text(*(one.replace("{}", "{n}") for one in found))


def joined(texts: Iterable[Text], between: str) -> Text:
    """Texts one after another."""
    texts = list(texts)
    return Text(*(Markup(between).join(one.of(language) for one in texts) for language in LANGUAGES))


def organisation(key: str) -> Text:
    """Name of an organisation; its key where nobody knows it."""
    known = ORGANISATIONS.get(key)
    return Text(known.nl, known.en) if known else both(key)


def _header() -> tuple[Text, ...]:
    return (
        Text("Maatregel", "Measure"),
        Text("Hoeveel, en wat het kost", "How much, and what it costs"),
        Text("Voor wie", "For whom"),
        Text("Bereikte huishoudens", "Households reached"),
        Text("Extra verhuizingen van senioren", "Extra moves by seniors"),
        RESTS,
    )


def _row(page: Page, scenario: str, key: str, inside: bool = False) -> tuple[Cell, ...]:
    """One card; ``inside`` a package, where what it did by itself is not known."""
    title = page.results.instrument(key) if inside else page.results.titles[scenario]
    if inside:
        title = rich("{name} (in {package})", "{name} (in {package})", name=title, package=page.results.titles[scenario])
    at = _at(scenario, key)
    reached = page.book.quote("cards", "reached", at)
    known = EVIDENCE.get(plain(key))
    rests = both("–")
    if known:
        sign, why = both(SIGNS[known.mark]), Text(known.nl, known.en)
        rests = rich("{sign} {mark}: {why}", "{sign} {mark}: {why}", sign=sign, mark=MARKS[known.mark], why=why)
    found = (amount(page, scenario, key), spent(page, scenario, key), _paid_by([str(page.book.cell("cards", "payer", at))]))
    cells = [Cell(one, kind="words") for one in (title, joined((one for one in found if one.nl), "; "), target(page, scenario, key))]
    did = () if inside else (effect_cell(page, scenario, "senior_moves"),)
    return (*cells, Cell(reached) if reached.known else NOTHING, *did, Cell(rests, kind="words"))


def _package(page: Page, scenario: str) -> tuple[Cell, ...]:
    keys = parts(page, scenario)
    names = joined((page.results.instrument(key) for key in keys), ", ")
    payers = dict.fromkeys(str(page.book.cell("cards", "payer", _at(scenario, key))) for key in keys)
    together = (rich("pakket: {names}", "package: {names}", names=names), spent(page, scenario, ALL), _paid_by(payers))
    found = [
        page.results.titles[scenario],
        joined(together, "; ") if keys else Text("niets erbij", "nothing added"),
        Text("zie de maatregelen in het pakket", "see the measures in the package"),
    ]
    cells = [Cell(one, kind="words") for one in found]
    return (*cells, NOTHING, effect_cell(page, scenario, "senior_moves"), signed(page, scenario))


def _paid_by(payers: Iterable[str]) -> Text:
    return rich("betaalt: {who}", "pays: {who}", who=joined(map(organisation, payers), ", "))


def _finding(page: Page, shown: list[str]) -> Text:
    """How many of the measures rest on something that was counted."""
    marks = _marks(page, shown)
    if marks <= {ASSUMED}:
        return Text("De sterkte van elke maatregel is een aanname", "The strength of each measure is an assumption")
    if marks == {MEASURED}:
        return Text("Van elke maatregel zijn elders verhuizers geteld", "Of each measure movers were counted elsewhere")
    if MEASURED in marks:
        return Text("Niet van elke maatregel zijn elders verhuizers geteld", "Not of every measure were movers counted elsewhere")
    return Text("Wat de maatregelen doen is hooguit één keer geteld", "What the measures do was counted once at most")


def _marks(page: Page, shown: list[str]) -> set[str]:
    return {EVIDENCE[plain(key)].mark for name in shown for key in parts(page, name) if plain(key) in EVIDENCE}


def _explained(page: Page, shown: list[str]) -> list[Text]:
    marks = _marks(page, shown)
    return [said for one, said in SAID.items() if one in marks]


def _conditions(page: Page) -> Block | None:
    """Senior households at the start by condition of each instrument: how many fail it, and how many fail it alone."""
    table, rows = page.tables["filters"], []
    if table.empty:
        return None
    for scenario in page.order:
        own = (table["scenario"] == scenario) & ~table["instrument"].isin(page.results.already(scenario))
        for _, row in table[own & (table["household_group"] == SENIOR)].iterrows():
            at = {key: row[key] for key in ("scenario", "instrument", "household_group", "filter")}
            fails = [Cell(page.book.quote("filters", key, at)) for key in ("fail", "fail_only", "left")]
            asks = "" if row["filter"] == ALLE else str(row["asks"])
            said = rich(*_slot(row["filter"]), n=words.VALUES.get(asks, both(asks)))
            name = page.results.instrument(row["instrument"])
            rows.append((Cell(page.results.titles[scenario]), Cell(name, kind="words"), Cell(said, kind="words"), *fails))
    if not rows:
        return None
    header = (
        Text("Maatregel", "Measure"),
        Text("Onderdeel", "Part"),
        Text("Voorwaarde", "Condition"),
        Text("Voldoet niet", "Fail it"),
        Text("Valt alleen hierop af", "Fail only this one"),
        Text("Over na deze en de vorige", "Left after this and those above"),
    )
    explained = Text(
        "Het gaat om alle senioren met een woning bij de start. Geteld is wie niet aan een voorwaarde voldoet, en wie alleen daarop "
        "afvalt. Wie alleen op één voorwaarde afvalt, mag zonder die voorwaarde meedoen.",
        "It is about all seniors with a home at the start. Counted is who fails a condition, and who fails that one only. The latter "
        "would be let in without it.",
    )
    caption = Text("Senioren bij de start, gemiddeld over het naspelen", "Seniors at the start, mean over the runs")
    title = Text("Wie buiten de voorwaarden valt", "Whom the conditions keep out")
    return Fold(title, (Words((explained,)), Grid(caption, header, tuple(rows))))


def _evidence(page: Page, shown: list[str]) -> Block | None:
    """Sources of the marks, and who delivers each measure."""
    rows = []
    for scenario in shown:
        for key in parts(page, scenario):
            at = _at(scenario, key)
            deliverer, uses = organisation(str(page.book.cell("cards", "deliverer", at))), page.book.quote("cards", "uses", at)
            source = named(str(page.book.cell("cards", "sources", at)))
            found = (page.results.titles[scenario], page.results.instrument(key), deliverer)
            rows.append((*(Cell(one, kind="words") for one in found), Cell(uses), Cell(Text(source, source), kind="words")))
    header = (
        Text("Maatregel", "Measure"),
        Text("Onderdeel", "Part"),
        Text("Wie voert het uit", "Who delivers it"),
        Text("Keer gebruikt", "Uses"),
        Text("Bron", "Source"),
    )
    caption = Text("Uitvoering, gebruik en bronnen", "Delivery, use and sources")
    return Grid(caption, header, tuple(rows)) if rows else None


def _already(page: Page) -> Block | None:
    """What is done already, in basis and so in every scenario."""
    names = [page.results.instrument(key) for key in page.results.already("basis")]
    if not names:
        return None
    return Words((rich("Dit gebeurt al, in elke berekening: {names}.", "Done already, in every run: {names}.", names=joined(names, "; ")),))


def _at(scenario: str, key: str) -> Mapping[str, str]:
    return {"scenario": scenario, "instrument": key}


def _has(page: Page, scenario: str, key: str) -> bool:
    return scenario != PLACEBO and page.book.has("cards", _at(scenario, key))


def _time(page: Page) -> Text:
    return span(page.results.months)
