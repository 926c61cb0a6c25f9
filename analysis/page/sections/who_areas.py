"""Where seniors move more: the part of the section on who wins that reads areas.csv, as a map of tiles."""

from __future__ import annotations

from analysis.page import tiles
from analysis.page.cells import ONE_RUN, chance, ends, wide
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Drawing, Fold, Grid, Page
from analysis.page.words import Text, both, capitals
from sim.world.names import PLACEBO

MOST_MAPS = 120  # tiles of all measures together, beyond which only the leading one has a map
OF_BASIS = "{} / (mean - difference)"


def _area_rows(page: Page, name: str) -> list[str]:
    table = page.tables["areas"]
    return list(table.loc[(table["scenario"] == name) & table["difference"].notna(), "area"]) if name != PLACEBO else []


def _area(page: Page, name: str, code: str) -> tuple[Text, Quote, bool]:
    row = {"scenario": name, "area": code}
    share = page.book.quote("areas", OF_BASIS.format("difference"), row, scale=100.0, sign=True)
    return page.area(code), share, bool(page.book.cell("areas", "claimed", row))


def _kind(page: Page) -> Text:
    codes = set(page.tables["areas"]["area"])
    return Text("gemeente", "municipality") if all(str(code).startswith("GM") for code in codes) else Text("wijk", "district")


def _area_finding(page: Page, name: str) -> Text:
    found = [_area(page, name, code) for code in _area_rows(page, name)]
    told = [one for one in found if one[2]]
    kind = _kind(page)
    if not told:
        return Text(f"In geen {kind.nl} zien we een verschil", f"No {kind.en} shows a difference")
    if len(told) == len(found) and all(one[1].value > 0 for one in told):
        return Text(f"In elke {kind.nl} verhuizen meer senioren", f"In every {kind.en} more seniors move")
    if all(one[1].value > 0 for one in told):
        return Text(f"Niet in elke {kind.nl} verhuizen zichtbaar meer senioren", f"Not every {kind.en} sees more seniors move")
    return Text(f"Per {kind.nl} verschilt of er meer senioren verhuizen", f"Whether more seniors move differs by {kind.en}")


def said(page: Page, name: str) -> Text | None:
    found = [one for code in _area_rows(page, name) if (one := _area(page, name, code))[2] and one[1].known]
    if len(found) < 2:
        return None
    top = max(found, key=lambda one: one[1].value)
    if top[1].value <= 0:
        return None
    return rich(
        "Het meeste erbij komt er in {area}: {n} procent (toeval: {chance}).",
        "Most is added in {area}: {n} per cent (chance: {chance}).",
        area=top[0],
        n=top[1]._replace(sign=False),
        chance=ends(page, top[1], OF_BASIS.format("lower"), OF_BASIS.format("upper")) or ONE_RUN,
    )


def blocks(page: Page, name: str) -> list[Block]:
    """The map of the leading measure with its table, and the others in a fold; nothing for a place of one area."""
    if len(_area_rows(page, name)) < 2:
        return []
    rest = [one for one in page.order if one != name and len(_area_rows(page, one)) > 1]
    found: list[Block] = [_map(page, name), Fold(Text("De cijfers bij deze kaart", "The figures of this map"), (_area_table(page, name),))]
    if rest and len(rest) * len(_area_rows(page, name)) <= MOST_MAPS:
        found.append(
            Fold(
                Text("Dezelfde kaart voor de andere maatregelen", "The same map for the other measures"),
                tuple(_map(page, one) for one in rest),
            )
        )
    return found


def _map(page: Page, name: str) -> Drawing:
    table = page.tables["areas"].set_index(["scenario", "area"])
    shown = [(code, *_area(page, name, code)) for code in _area_rows(page, name)]
    where = {code: table.loc[(name, code)] for code, *_ in shown}
    items = [
        tiles.Tile(said, float(where[code]["x_km"]), float(where[code]["y_km"]), share, told)
        for code, said, share, told in shown
        if share.known
    ]
    kind = _kind(page)
    legend = rich(
        "{title}. Elke tegel is een {kind}, ongeveer op zijn plek. Het getal: zoveel procent meer of minder verhuizingen van senioren. "
        "Blauw: meer. Oranje: minder. Grijs: geen verschil te zien.",
        "{title}. Each tile is a {kind}, about where it lies. The number is by how many per cent more or fewer seniors there move. "
        "Blue: more. Orange: fewer. Grey: no difference to be seen.",
        title=page.results.titles[name],
        kind=kind,
    )
    drawn = tiles.tile_map(items)
    html = {language: drawn[language] + tiles.paragraph(legend.of(language)) for language in drawn}
    return Drawing(f"kaart_{name}", _area_finding(page, name), html, "areas.csv")


def _area_table(page: Page, name: str) -> Grid:
    rows = []
    for code in _area_rows(page, name):
        said, share, told = _area(page, name, code)
        value = page.book.quote("areas", "difference", {"scenario": name, "area": code}, sign=True)
        cell = Cell(value, chance(page, value), wide(page, value), "claim" if told else "noise")
        rows.append((Cell(rich("{name}", "{name}", name=said), kind="words"), cell, Cell(share if share.known else both("–"))))
    header = (
        capitals(_kind(page)),
        Text("Verhuizingen van senioren meer of minder", "Moves by seniors more or fewer"),
        Text("In procenten", "In per cent"),
    )
    return Grid(
        rich("{title}, naar waar zij bij de start woonden", "{title}, by where they lived at the start", title=page.results.titles[name]),
        header,
        tuple(rows),
    )
