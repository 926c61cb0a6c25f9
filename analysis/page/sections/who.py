"""The section on who wins, who notices nothing, who loses."""

from __future__ import annotations

from functools import partial

from analysis.page import bars
from analysis.page.cells import NOTHING, chance, effect_cell, size, wide_either_way
from analysis.page.noticed import THRESHOLD, Difference, difference
from analysis.page.quote import Quote, digits_of, rich
from analysis.page.section import Block, Cell, Chart, Fold, Grid, Page, Section
from analysis.page.sections import who_areas, who_freed
from analysis.page.sections.cards import joined, leading
from analysis.page.words import GROUPS, Text, both, capitals, span
from sim.counts.by_period import INCOMES, TENURES
from sim.world.codes import HouseholdClass
from sim.world.names import ALL

MOVES = "moves"
CLASSES = tuple(one.key for one in (HouseholdClass.SENIOR, HouseholdClass.FAMILY, HouseholdClass.STARTER, HouseholdClass.HOUSEHOLD))
NAMED = CLASSES[:3]  # of whom the title speaks
UNMEASURED = Text("niet gemeten", "not measured")
BY = {  # group_by of effects.csv to its title and groups, in their order
    "class": (Text("Soort huishouden", "Kind of household"), CLASSES),
    "income": (Text("Inkomen bij de start", "Income at the start"), tuple(INCOMES)),
    "tenure": (Text("Woning bij de start", "Home at the start"), tuple(TENURES)),
}


def section(page: Page) -> Section | None:
    """See the module."""
    if not page.order or not any(difference(page, name, MOVES, "class", key) for name in page.order for key in CLASSES):
        return None
    name = leading(page)
    blocks: list[Block] = [*_groups(page, name), _table(page, "class"), *who_freed.blocks(page, name), *who_areas.blocks(page, name)]
    folds = [Fold(title, (_table(page, by),)) for by, (title, _) in BY.items() if by != "class"]
    return Section(
        "wie",
        Text("Voor wie", "For whom"),
        _finding(page, name),
        rich(
            "Verhuizingen per groep in {time}, vergeleken met zonder maatregel. De zinnen gaan over {title}, bij deze inzet; alle "
            "marges staan eronder. {noticed}",
            "Moves by group in {time}, compared with no measure. The sentences are about {title}, at this dose; all margins stand "
            "below. {noticed}",
            noticed=THRESHOLD,
            time=span(page.results.months),
            title=page.results.titles[name],
        ),
        tuple(line for line in (_said(page, name), who_freed.said(page, name), who_areas.said(page, name)) if line is not None),
        (*(one for one in blocks if one is not None), *folds),
        tuple(file for file in ("effects.csv", "freed_homes.csv", "areas.csv") if len(page.tables[file.removesuffix(".csv")])),
        tuple(_fit(page)),
    )


def _finding(page: Page, name: str) -> Text:
    """Who wins and who loses by the leading measure, among seniors, families and starters."""
    found = {key: one for key in NAMED if (one := difference(page, name, MOVES, "class", key))}
    up = _names([key for key, one in found.items() if one.noticed and one.value.value > 0])
    down = _names([key for key, one in found.items() if one.noticed and one.value.value < 0])
    if up.nl and down.nl:
        return capitals(Text(f"{up.nl} winnen, {down.nl} verliezen", f"{up.en} win, {down.en} lose"))
    if up.nl:
        rest = both("") if " " in up.nl else Text(", de rest nauwelijks", ", the rest hardly")
        return capitals(Text(f"{up.nl} merken het{rest.nl}", f"{up.en} notice it{rest.en}"))
    if down.nl:
        return capitals(Text(f"{down.nl} verliezen, niemand wint merkbaar", f"{down.en} lose, nobody wins noticeably"))
    if any(one.claimed for one in found.values()):
        return Text("Het verschil is zeker, maar voor iedereen klein", "The difference is certain, but small for everybody")
    return Text("Voor geen groep zien we een verschil", "No group shows a difference")


def _names(keys: list[str]) -> Text:
    return Text(*((" en ", " and ")[k].join(GROUPS[key][k] for key in keys) for k in (0, 1)))


def _said(page: Page, name: str) -> Text | None:
    """What each group notices of the leading measure."""
    lines = []
    for key in NAMED:
        found = difference(page, name, MOVES, "class", key)
        if found is None:
            continue
        group = capitals(GROUPS[key])
        if not found.claimed:
            lines.append(rich("{group}: {word}.", "{group}: {word}.", group=group, word=found.word))
            continue
        more = Text("meer", "more") if found.value.value > 0 else Text("minder", "fewer")
        lines.append(
            rich(
                "{group}: {n} verhuizingen {more} ({word}; toeval: {chance}; met aannames: {wide}).",
                "{group}: {n} {more} moves ({word}; chance: {chance}; with assumptions: {wide}).",
                group=group,
                n=size(found.value),
                more=more,
                word=found.word,
                chance=chance(page, size(found.value)),
                wide=wide_either_way(page, size(found.value)),
            )
        )
    lines.append(Text("Mensen alleen: niet apart gemeten.", "People alone: not measured apart."))
    return joined(lines, " ")


def _groups(page: Page, name: str) -> list[Block]:
    """The picture of the leading measure: by kind of household, income and home at the start, in per cent of basis."""
    panels = []
    for by, (title, groups) in BY.items():
        found = [(key, one) for key in groups if (one := difference(page, name, MOVES, by, key)) and _level(page, one)]
        rows = tuple(
            bars.bar(page, capitals(GROUPS[key]), _share(page, one), who_areas.OF_BASIS, claimed=one.claimed) for key, one in found
        )
        if rows:
            panels.append(bars.Panel(title, rows))
    if not panels:
        return []
    title = page.results.titles[name]
    axis = Text("procent meer of minder verhuizingen", "per cent more or fewer moves")
    finding = _finding(page, name)
    return [
        Chart(
            "wie_merkt_het",
            Text(f"{title.nl}: {finding.nl[:1].lower()}{finding.nl[1:]}", f"{title.en}: {finding.en[:1].lower()}{finding.en[1:]}"),
            rich(
                "Verhuizingen per groep in {time}, in procenten van wat het zonder maatregel was. {legend}",
                "Moves by group in {time}, in per cent of what they were without the measure. {legend}",
                time=span(page.results.months),
                legend=bars.legend(page, panels),
            ),
            partial(bars.draw, panels, axis),
            None,
            "effects.csv",
        )
    ]


def _level(page: Page, one: Difference) -> bool:
    return float(page.book.cell("effects", "mean", one.value.row)) != one.value.value


def _share(page: Page, one: Difference) -> Quote:
    found = page.book.quote(one.value.table, who_areas.OF_BASIS.format("difference"), one.value.row, scale=100.0)
    return found.with_digits(min(1, found.digits), sign=True)  # a thousandth of a per cent is nobody


def _table(page: Page, by: str) -> Grid:
    """One row per measure, one column per group of the start."""
    title, groups = BY[by]
    rows = []
    for name in page.order:
        cells = [_cell(page, name, by, key) for key in groups]
        if by == "class":
            cells.append(Cell(UNMEASURED, kind="noise"))
        rows.append((Cell(page.results.titles[name], kind="words"), *cells))
    header = (Text("Maatregel", "Measure"), *(capitals(GROUPS[key]) for key in groups))
    header += (Text("Mensen alleen", "People alone"),) if by == "class" else ()
    caption = rich(
        "{title}: verhuizingen meer of minder in {time}",
        "{title}: moves more or fewer in {time}",
        title=title,
        time=span(page.results.months),
    )
    return Grid(caption, header, tuple(rows))


def _cell(page: Page, name: str, by: str, key: str) -> Cell:
    found = difference(page, name, MOVES, by, key)
    if found is None:
        return Cell(UNMEASURED, kind="noise")
    number = effect_cell(page, name, MOVES, by, key)
    said = rich("{n} {word}", "{n} {word}", n=found.value._replace(sign=True), word=found.word)
    return number._replace(text=said)


def _fit(page: Page) -> list[Block]:
    """How well homes fit, in points of a hundred, by measure."""
    shown = (
        (ALL, ALL),
        *(("class", key) for key in NAMED[:2]),
        *(("income", key) for key in INCOMES),
        *(("tenure", key) for key in TENURES),
    )
    blocks: list[Block] = []
    for title, pairs in (
        (Text("Iedereen, senioren en gezinnen", "Everybody, seniors and families"), shown[:3]),
        (BY["income"][0], [pair for pair in shown if pair[0] == "income"]),
        (BY["tenure"][0], [pair for pair in shown if pair[0] == "tenure"]),
    ):
        rows = tuple(
            (Cell(page.results.titles[name], kind="words"), *(effect_cell(page, name, "fit", by, key) for by, key in pairs))
            for name in page.order
        )
        if any(cell != NOTHING for row in rows for cell in row[1:]):
            header = (Text("Maatregel", "Measure"), *(capitals(GROUPS[key]) for _, key in pairs))
            caption = rich(
                "{title}: passend wonen, punten op een schaal tot honderd", "{title}: fit, points on a scale to a hundred", title=title
            )
            blocks.append(Grid(caption, header, rows))
    panels = _fit_panels(page, shown[:3])
    if panels:
        blocks.insert(0, _fit_chart(page, panels))
    return blocks


def _fit_panels(page: Page, pairs: tuple[tuple[str, str], ...]) -> list[bars.Panel]:
    panels = []
    for by, key in pairs:
        rows = []
        for name in page.order:
            if found := difference(page, name, "fit", by, key):
                quote = found.value._replace(
                    value=100 * found.value.value, scale=100.0, sign=True, digits=digits_of(100 * found.value.value)
                )
                rows.append(bars.bar(page, page.results.titles[name], quote, claimed=found.claimed))
        if rows:
            panels.append(bars.Panel(capitals(GROUPS[key]), tuple(rows)))
    return panels


def _fit_chart(page: Page, panels: list[bars.Panel]) -> Chart:
    noticed = [one for name in page.order if (one := difference(page, name, "fit")) and one.noticed]
    some = [one for panel in panels for one in panel.bars if one.claimed]
    finding = (
        Text("Mensen wonen merkbaar anders passend", "People notice how their homes fit")
        if noticed
        else Text("Hoe passend mensen wonen verandert nauwelijks", "How well homes fit hardly changes")
        if some
        else Text("Hoe passend mensen wonen verandert niet zichtbaar", "How well homes fit does not visibly change")
    )
    subtitle = Text(
        "Passend wonen is een cijfer tot honderd voor grootte, toegankelijkheid, betaalbaarheid, plek en woonprofiel. Het gaat over alle "
        "huishoudens, ook wie niet verhuist.",
        "Fit is a mark up to a hundred for size, accessibility, affordability, place and profile. It is about all households, also those "
        "that do not move.",
    )
    axis, below = Text("punten meer of minder", "points more or fewer"), bars.legend(page, panels)
    subtitle = Text(f"{subtitle.nl} {below.nl}", f"{subtitle.en} {below.en}")
    return Chart("passend_wonen", finding, subtitle, partial(bars.draw, panels, axis), None, "effects.csv")
