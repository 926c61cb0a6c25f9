"""The section on how sure all this is: chance, assumptions, and what the model misses."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from analysis.estimates.knowledge import NOT_AS_STUDIED, OF_OLDER
from analysis.estimates.misses import RESTS_ON, SHIPPED
from analysis.page import figures
from analysis.page.assumption_words import assumption
from analysis.page.cells import NOT_STUDIED, NOTHING, chance, effect_cell, ends, no_wider, part, title_cell, wide
from analysis.page.noticed import MOVES, certain, difference, drawn, look, own_parts, packages
from analysis.page.public_words import WORDS, beside
from analysis.page.quote import Quote, fixed, named, rich
from analysis.page.section import Block, Cell, Chart, Fold, Grid, Page, Section, Words
from analysis.page.sections.cards import joined
from analysis.page.summary import ONE_DIGIT
from analysis.page.words import LANGUAGES, Text, both, capitals, indicator, place, span
from sim.counts.indicators import REGISTRY
from sim.world.names import ALL, PLACEBO

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NAMED = 3  # assumptions of one measure
UNSURE = Text("onzeker", "uncertain")
CERTAIN = (  # least chance, and the word for it
    (0.99, Text("zo goed als zeker", "virtually certain")),
    (0.95, Text("heel waarschijnlijk", "very likely")),
    (0.75, Text("waarschijnlijk", "likely")),
    (0.0, UNSURE),
)
WIDER = 1.2  # times as wide, from which it is worth saying
ONCE = Text("niet te zeggen na één keer naspelen", "cannot be told after one run")
NO_NUMBER = Text("geen ander getal", "no other number")
NO_CHANGE = Text("proef waarin niets verandert", "trial in which nothing changes")
ONE = {"a": Text(*2 * [fixed("−1", "end of a scale")]), "b": Text(*2 * [fixed("1", "end of a scale")])}
HUNDRED = Text(*2 * [fixed("100", "of so many")])
LEAST, MOST = (Text(*2 * [fixed(one, "end of what draws can show")]) for one in ("1", "99"))
HIT = Text(fixed("25 procent", "what counts as a hit"), fixed("25 per cent", "what counts as a hit"))
MAY = Words(
    (
        Text("Dit mag: totalen vergelijken, met beide marges erbij.", "You may compare totals, with both margins."),
        Text(
            "Dit mag: een verschil zeker noemen als het groter is dan toeval.",
            "You may call a difference certain where it is larger than chance.",
        ),
        Text("Dit mag: kosten per extra verhuizing noemen, met een marge erbij.", "You may name costs per extra move, with a margin."),
        Text(
            "Dit mag niet: gebruikers tellen als effect. Een deel was ook zonder maatregel verhuisd.",
            "You may not count users as the effect. Some would have moved anyway.",
        ),
        Text(
            "Dit mag niet: van één huishouden zeggen wat het zonder maatregel had gedaan.",
            "You may not say of one household what it would have done without the measure.",
        ),
        Text(
            "Dit mag niet: zeggen dat iets niet werkt omdat u geen verschil ziet. Misschien is meer inzet nodig, of vaker naspelen.",
            "You may not say that something does not work because no difference is seen. It may take more effort, or more runs.",
        ),
        Text(
            "Dit mag niet: lengtes van ketens optellen over verhuizingen. Dan telt u dubbel.",
            "You may not add up lengths of chains over moves. That counts double.",
        ),
    ),
    points=True,
)
CARRIED = Text(
    "De marge met aannames is voorlopig: één onderzoek in één gemeente, als factor overgenomen.",
    "The margin with assumptions is provisional: one study in one municipality, carried over as a factor.",
)


def provisional(page: Page) -> list[Text]:
    """Where the margin with assumptions is from."""
    if not page.results.own_draws:
        return [CARRIED]
    here, there = (both(named(place(str(one)))) for one in (page.results.config["place"], page.results.manifest["draws"]["place"]))
    return [
        rich(
            "De marge met aannames is voorlopig. Hij komt uit {n} eigen trekkingen in {here}.",
            "The margin with assumptions is provisional. It comes from {n} draws of this run in {here}.",
            n=page.book.setting("draws", "n", digits=0),
            here=here,
        ),
        rich(
            "Wat beter past bij openbare cijfers van {there}, telt daarin zwaarder.",
            "What agrees better with public figures of {there} counts for more in it.",
            there=there,
        ),
        Text(
            "Wat het meeste uitmaakt, komt uit een eerder onderzoek in één gemeente.",
            "What matters most comes from an earlier study in one municipality.",
        ),
    ]


def section(page: Page) -> Section | None:
    """See the module."""
    if not page.order:
        return None
    blocks: list[Block] = [_measures(page), _chance(page)]
    if page.results.effects["lower_full"].notna().any():
        said = provisional(page)
        for mark, nl, en in (
            (NOT_AS_STUDIED, "Anders ingesteld dan in dat onderzoek: {names}.", "Set otherwise than in that study: {names}."),
            (OF_OLDER, "Uit een onderzoek met een oudere versie van dit model: {names}.", "From a study of an older version: {names}."),
        ):
            if other := [page.results.titles[name] for name in page.order if _marked(page, name, mark)]:
                said.append(rich(nl, en, names=joined(other, "; ")))
        blocks.insert(1, Words(tuple(said)))
    blocks += _missed(page)
    blocks.append(Fold(Text("Wat mag u zeggen, en wat niet?", "What may be said, and what not?"), (MAY,)))
    return Section(
        "zeker",
        Text("Hoe zeker", "How sure"),
        _finding(page),
        _subtitle(page),
        tuple(_sentences(page)),
        tuple(blocks),
        ("effects.csv", "deciding.csv", "certainty.csv", "validation.csv"),
        tuple(_researchers(page)),
    )


def _marked(page: Page, name: str, mark: str) -> bool:
    found = difference(page, name, MOVES)
    return found is not None and mark in str(page.book.cell("effects", "knowledge", found.value.row))


def hangs_on(page: Page, scenario: str) -> Text:
    """Which assumptions decide about it, as a sentence; empty where the study does not say."""
    found = deciding(page, scenario)
    if not found:
        return both("")
    first, rest = found[0], found[1:2]
    if not rest:
        return rich("Dat hangt vooral af van één ding: {a}.", "That hangs on one thing above all: {a}.", a=first)
    return rich("Dat hangt vooral hiervan af: {a}, en {b}.", "That hangs on this above all: {a}, and {b}.", a=first, b=rest[0])


def deciding(page: Page, scenario: str) -> list[Text]:
    """The assumptions that decide most about a scenario, in words; of several instruments those that decide most about any."""
    table = page.tables["deciding"]
    mine = table[(table["scenario"] == scenario) & (table["rank"] <= NAMED)]
    by_size = mine.assign(size=mine["correlation"].abs()).sort_values("size", ascending=False, kind="stable")
    return list(dict.fromkeys(assumption(key) for key in by_size["assumption"]))[:NAMED]  # two cards may hang on the same thing


def certainty_of(chance: float) -> Text:
    """How sure something is, in a word."""
    return next(word for least, word in CERTAIN if chance >= least)


def likely(value: Quote, more: bool, by_chance: bool = False) -> Text:
    """How sure a difference is more (or less) than nothing, as a word and as a number; whether chance alone could make it otherwise."""
    side = Text("meer", "more") if more else Text("minder", "fewer")
    why = Text("; alleen toeval is meegeteld", "; chance alone is counted") if by_chance else Text("", "")
    form = "{word} {side} ({n}{why})"
    return rich(form, form, word=certainty_of(value.value / 100), side=side, n=of_hundred(value), why=why)


def of_hundred(value: Quote) -> Text:
    """A chance in per cent as ``n van de 100``; never none and never all, for no number of draws shows that."""
    if value.value < 1:
        return rich("minder dan {n} van de {of}", "fewer than {n} in {of}", n=LEAST, of=HUNDRED)
    if value.value > 99:
        return rich("meer dan {n} van de {of}", "more than {n} in {of}", n=MOST, of=HUNDRED)
    return rich("{n} van de {of}", "{n} in {of}", n=value.with_digits(0), of=HUNDRED)


def _no_best(page: Page, name: str, wide_said: Text) -> Text:
    """Why nobody can say how likely a measure does most."""
    if not wide_said.nl:
        return ONCE
    if name in packages(page):
        return Text("een pakket: doet niet mee", "a package: not ranked")
    if len(page.order) - len(packages(page)) < 2:
        return Text("er is maar één losse maatregel", "there is one measure by itself only")
    older = [_marked(page, name, OF_OLDER) for name in page.order]
    if any(older) and not all(older):
        return Text("niet te zeggen: onderzocht met verschillende modellen", "cannot be told: studied with different models")
    return NOT_STUDIED


def _of_so_few(page: Page, chances: Quote) -> Text:
    """A chance in per cent, and between what it lies for the few draws that it is of."""
    low, high = (page.book.quote("effects", key, chances.row, scale=100.0) for key in ("p_best_lower", "p_best_upper"))
    if not (low.known and high.known):
        return of_hundred(chances)
    return rich(
        "{said} ({low} tot {high})",
        "{said} ({low} to {high})",
        said=of_hundred(chances),
        low=low.with_digits(0),
        high=high.with_digits(0),
    )


def _top(page: Page) -> Quote | None:
    """The difference of the measure of which the page speaks first."""
    sure = certain(page)
    return page.effect(sure[0], MOVES) if sure else None


def _finding(page: Page) -> Text:
    top = _top(page)
    if top is None:
        return Text("Van geen maatregel is zeker dat hij iets verandert", "Of no measure it is certain that it changes anything")
    if no_wider(page, top):
        if page.results.own_draws:
            return Text("Wat aannames uitmaken, is niet te zien", "What assumptions matter could not be seen")
        return Text("Wat aannames uitmaken, kon de studie niet zien", "What assumptions matter the study could not see")
    times = page.book.quote("effects", "(upper_full - lower_full) / (upper - lower)", top.row)
    if not times.known or math.isinf(times.value):
        return Text("Toeval is geteld, aannames zijn niet uitgezocht", "Chance was counted, assumptions were not studied")
    if times.value < WIDER:
        return Text("Aannames maken de marge nauwelijks breder", "Assumptions hardly make the margin wider")
    return rich("Aannames maken de marge {n} keer zo breed", "Assumptions make the margin {n} times as wide", n=times)


def _subtitle(page: Page) -> Text:
    return Text(
        "Extra verhuizingen van senioren: wat toeval uitmaakt, en wat we van mensen niet weten.",
        "Extra moves by seniors: what chance makes of them, and what is not known about people.",
    )


def _sentences(page: Page) -> list[Text]:
    seeds = page.effect(page.order[0], MOVES, "seeds", digits=0)
    lines = [
        rich(
            "We speelden {place} {n} keer na. Zo weten we hoeveel toeval uitmaakt.",
            "We ran {place} {n} times over. So we know how much chance matters.",
            place=both(page.results.place),
            n=seeds,
        )
    ]
    if seeds.value == 1:
        lines = [Text("We speelden dit één keer na. Toeval is dan niet te schatten.", "We ran this once. Chance cannot be told then.")]
    top = _top(page)
    if top is not None:
        lines.append(
            rich(
                "{title}: {n} verhuizingen van senioren. Door toeval alleen {chance}, met andere aannames {wide}.",
                "{title}: {n} moves by seniors. By chance alone {chance}, with other assumptions {wide}.",
                title=page.results.titles[str(top.row["scenario"])],
                n=top.with_digits(top.digits, sign=True),
                chance=chance(page, top),
                wide=wide(page, top),
            )
        )
        hangs = hangs_on(page, str(top.row["scenario"]))
        lines += [hangs] if hangs.nl else []
    return lines


def _measures(page: Page) -> Grid:
    header = (
        Text("Maatregel", "Measure"),
        Text("Extra verhuizingen van senioren", "Extra moves by seniors"),
        Text("Hoe zeker is dat", "How sure is that"),
        Text("Hoeveel keer deze het meeste doet", "How many times this one does most"),
        Text("Verhuizingen gemist als een andere beter is", "Moves missed if another is better"),
        Text("Hangt vooral af van", "Hangs above all on"),
    )
    rows = []
    for name in page.order:
        found = difference(page, name, MOVES)
        sign, top, missed = NOTHING, NOTHING, NOTHING
        if found is not None:
            sure, most = (page.book.quote("effects", key, found.value.row, scale=100.0) for key in ("p_sign", "p_best"))
            said = wide(page, found.value)
            why = Cell(said if said.nl else ONCE, kind="words")
            sign = Cell(likely(sure, found.value.value > 0, no_wider(page, found.value)), kind="words") if sure.known else why
            top = Cell(_of_so_few(page, most) if most.known else _no_best(page, name, said), kind="words")
            regret = page.book.quote("effects", "regret", found.value.row)
            missed = Cell(regret) if regret.known else NOTHING
        listed = deciding(page, name)
        hangs = Text(*("; ".join(one.of(language) for one in listed) for language in LANGUAGES)) if listed else NOT_STUDIED
        rows.append((title_cell(page, name), effect_cell(page, name, MOVES), sign, top, missed, Cell(hangs, kind="words")))
    caption = rich(
        "Per maatregel bij deze inzet: toeval, en ook andere aannames.{packages}",
        "By measure at these doses: chance, and other assumptions too.{packages}",
        packages=own_parts(page),
    )
    return Grid(caption, header, tuple(rows))


def _chance(page: Page) -> Words:
    """What chance alone would do, and what the trial in which nothing changes did."""
    row = {"of": ALL}
    numbers = {
        key: page.book.quote("certainty", key, row)
        for key in ("headlines", "headline_claims", "comparisons", "claimed", "by_chance", "placebo_comparisons", "placebo_misses")
    }
    for key, one in numbers.items():
        if one.value < ONE_DIGIT:  # rows are whole, but for a share of them that is no none
            numbers[key] = one.with_digits(1 if key == "by_chance" and one.value else 0)
    lines = []
    if numbers["headlines"].value:
        lines.append(
            rich(
                "Vooraf kozen we {headlines} hoofdcijfers. Bij {headline_claims} daarvan is het verschil meer dan toeval.",
                "We chose {headlines} headline figures beforehand. In {headline_claims} of them the difference is more than chance.",
                **numbers,
            )
        )
    if numbers["comparisons"].value:
        lines.append(
            rich(
                "Van de andere {comparisons} getallen in de bijlage noemen we er {claimed} een effect. Naar schatting is daarvan hooguit "
                "{by_chance} toch toeval.",
                "Of the other {comparisons} numbers in the annex {claimed} are called an effect. Of these {by_chance} at most are chance "
                "all the same, we estimate.",
                **numbers,
            )
        )
    if numbers["placebo_comparisons"].value:
        lines.append(
            rich(
                "We deden ook een proef waarin niets verandert: één woning is een maand later klaar.",
                "We also ran a trial in which nothing changes: one home is ready a month later.",
            )
        )
        lines.append(
            rich(
                "Zelfs dat leek iets te doen bij {placebo_misses} van de {placebo_comparisons} getallen.",
                "Even that seemed to do something in {placebo_misses} of {placebo_comparisons} numbers.",
                **numbers,
            )
        )
    else:
        lines.append(
            Text(
                "Er is geen proef gedaan waarin niets verandert. Daarom noemen we hier niets zeker.",
                "No trial was run in which nothing changes. So nothing is called certain here.",
            )
        )
    return Words(tuple(lines))


def _missed(page: Page) -> list[Block]:
    """The public figures that the base world misses, and what hangs on each."""
    table = page.tables["validation"]
    if table.empty:
        why = Text(
            "Losse verhuizingen zijn deze keer niet bewaard. Wat het model mist, weten we dan uit Zwolle en Gelderland:",
            "Single moves were not kept this time. What the model misses is then known from Zwolle and Gelderland:",
        )
        return [Words((why,)), Words(tuple(capitals(WORDS[key].name) for key in sorted(SHIPPED)), points=True)]
    missed = table.loc[~table["hit"].astype(bool) & table["simulated"].notna(), "key"]
    header = (
        Text("Wat het model mist", "What the model misses"),
        Text("In het model", "In the model"),
        Text("Openbaar", "Public"),
        Text("Daar hangt aan", "What hangs on it"),
    )
    rows = []
    for key in missed:
        simulated, observed = beside(page.book, key)
        label = rich("{name} ({unit})", "{name} ({unit})", name=capitals(WORDS[key].name), unit=WORDS[key].unit)
        hang = [indicator(one) for one, keys in RESTS_ON.items() if key in keys and one in REGISTRY]
        said = Text(*("; ".join(one.of(language) for one in hang) for language in LANGUAGES)) if hang else NO_NUMBER
        rows.append((Cell(label), Cell(simulated), Cell(observed), Cell(said, kind="words")))
    caption = rich(
        "Meer dan {hit} naast het openbare cijfer. Gemiddelden, zonder marge.",
        "More than {hit} from the public figure. Means, without a margin.",
        hit=HIT,
    )
    return [Grid(caption, header, tuple(rows))] if rows else []


def _researchers(page: Page) -> list[Block]:
    found: list[Block] = [chart] if (chart := parting(page)) else []
    table = page.tables["deciding"]
    table = table[table["scenario"].isin(page.order) & (table["rank"] <= NAMED)]
    if len(table):
        found.append(_correlations(page, table))
    return found


def _correlations(page: Page, table: pd.DataFrame) -> Grid:
    header = (
        Text("Maatregel en onderdeel", "Measure and part"),
        Text("Aanname", "Assumption"),
        rich("Samenhang (van {a} tot {b})", "Correlation (from {a} to {b})", **ONE),
        Text("Trekkingen", "Draws"),
    )
    rows = []
    for scenario, instrument, rank in table[["scenario", "instrument", "rank"]].itertuples(index=False):
        row = {"scenario": scenario, "instrument": instrument, "rank": int(rank)}
        key = str(page.book.cell("deciding", "assumption", row))
        label = part(page, scenario, instrument)
        correlation, draws = page.book.quote("deciding", "correlation", row, digits=2), page.book.quote("deciding", "draws", row, digits=0)
        said = rich("{words} ({key})", "{words} ({key})", words=assumption(key), key=both(key))
        rows.append((Cell(label), Cell(said, kind="words"), Cell(correlation), Cell(draws)))
    return Grid(Text("Wat de uitkomst bepaalt, per onderdeel alleen", "What decides the outcome, of each part alone"), header, tuple(rows))


def parting(page: Page) -> Chart | None:
    """How soon the simulated places part: the picture of parting.csv."""
    table = page.tables["parting"]
    if table.empty:
        return None
    there = [name for name in (*page.order, PLACEBO) if name in set(table["scenario"])]
    last = int(table["month"].max())
    shown = list(dict.fromkeys(month for month in (11, 23, 59, last) if month <= last))
    header = (
        Text("Maatregel", "Measure"),
        *(rich("na {time}", "after {time}", time=span(month + 1)) for month in shown),
    )
    rows = []
    for name in there:
        quotes = [page.book.quote("parting", "share_elsewhere", {"scenario": name, "month": month}, scale=100.0) for month in shown]
        cells = [Cell(rich("{n} procent", "{n} per cent", n=one), ends(page, one, "lower", "upper") or both("")) for one in quotes]
        rows.append((Cell(NO_CHANGE) if name == PLACEBO else title_cell(page, name), *cells))
    finding = Text("Kleine verschillen schuiven veel verhuizingen door", "Small differences shift many moves")
    if PLACEBO in there:
        end = page.book.quote("parting", "share_elsewhere", {"scenario": PLACEBO, "month": last}, scale=100.0)
        finding = rich(
            "Ook als niets verandert, woont {n} procent later ergens anders",
            "Even if nothing changes, {n} per cent live elsewhere later",
            n=end,
        )
    names, left_out = drawn(page, [name for name in there if name != PLACEBO])
    titles = {**page.results.titles, PLACEBO: NO_CHANGE}
    subtitle = Text(
        "Deel van de huishoudens dat ergens anders woont dan zonder maatregel. Kijk dus naar totalen, nooit naar één huishouden.",
        "Share of households that live elsewhere than without any measure. So look at totals, never at one household.",
    )
    below = rich("{what}{left_out}", "{what}{left_out}", what=subtitle, left_out=left_out)
    looks = {name: look(page, name) for name in (*names, PLACEBO)}
    draw = partial(_curves, table[table["scenario"].isin(looks)], titles, looks)
    return Chart("drift", finding, below, draw, Grid(subtitle, header, tuple(rows)), "parting.csv")


def _curves(table: pd.DataFrame, titles: figures.Titles, looks: dict[str, tuple[str, str]], language: str, narrow: bool) -> Figure:
    return figures.drift_curve(table, titles, language, looks, narrow)
