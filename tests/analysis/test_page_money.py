"""What it costs: no price is never nothing, no number without its interval, titles that hold whatever comes out."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.costs import _whole
from analysis.estimates.knowledge import FACTOR, Spread
from analysis.page.page import say
from analysis.page.section import Grid
from analysis.page.sections import money
from analysis.page.sections.money_years import HATCHES
from analysis.tables.schema import COSTS
from sim.world.names import ALL
from tests import fake_page


def rows(name: str, eur: float, each: float | None, price: str) -> dict[str, list[dict]]:
    """Rows of one measure; ``each``: euro for each extra move, None where it cannot be told."""
    known = each is not None
    whole = {"scenario": name, "instrument": ALL, "payer": ALL, "year": ALL, "eur": eur, "uses": 10.0, "knowledge": "factor"}
    note = "" if known else "senior move: nothing was spent; suitable home: nothing was spent; link: nothing was spent"
    for what, suffix in money.ENDS.items():
        whole |= {f"eur_per_extra_{what}": each if known else np.nan, f"lower{suffix}": 0.9 * each if known else np.nan}
        whole |= {f"upper{suffix}": 1.1 * each if known else np.nan}
        whole |= {f"lower{suffix}_full": 0.4 * each if known else np.nan, f"upper{suffix}_full": 3 * each if known else np.nan}
    of = [whole | {"note": note}, whole | {"note": note, "payer": "gemeente"}]
    of += [{**whole, "payer": "gemeente", "year": str(year), "eur": eur / 10, "note": "part"} for year in range(2026, 2036)]
    card = {"scenario": name, "instrument": ALL, "already": False, "price": price, "eur_per_year": eur / 10}
    effects = [fake_page.effect(name, key, 50.0) for key in money.INDICATORS.values()]
    return {"costs": of, "cards": [card, card | {"instrument": "brieven"}], "effects": effects}


def made(*measures: tuple[float, float | None, str]):
    names = "abc"[: len(measures)]
    tables: dict[str, list[dict]] = {}
    for name, one in zip(names, measures, strict=True):
        for key, found in rows(name, *one).items():
            tables.setdefault(key, []).extend(found)
    return fake_page.page(tables, {name: {"instruments": {"brieven": {}}} for name in names})


KINDS = {"cheap": (9_000.0, 200.0, "filled in"), "dear": (90_000.0, 9_000.0, "filled in"), "none": (0.0, None, "none")}
KINDS |= {"in part": (9_000.0, 300.0, "in part"), "unused": (0.0, None, "filled in")}


@pytest.mark.parametrize("kinds", list(itertools.product(KINDS, repeat=2)), ids="-".join)
def test_no_price_is_said_and_never_costs_nothing(kinds):
    page = made(*(KINDS[kind] for kind in kinds))
    found = money.section(page)
    assert fake_page.too_long(found) == []
    [ratios, *_] = [block for block in found.blocks if isinstance(block, Grid)]
    for row, kind in zip(ratios.rows, kinds, strict=True):
        texts = [fake_page.plain(say(cell.text)) for cell in row[1:]]
        assert all("geen prijs ingevuld" in text for text in texts) == (kind == "none")
        if kind not in ("none", "unused"):
            assert all(cell.chance.nl and cell.wide.nl for cell in row[2:]), "both intervals"
    everything = fake_page.said(found)["nl"] + str([say(cell.text) for row in ratios.rows for cell in row])
    assert "€ 0 " not in everything.replace("\u00a0", " ") or "unused" in kinds
    assert ("Geen prijs ingevuld" in fake_page.said(found)["nl"]) == ("none" in kinds)


def test_much_more_is_said_only_where_it_is_much_more():
    assert "veel meer" in money.section(made(KINDS["cheap"], KINDS["dear"])).finding.nl
    assert "ongeveer evenveel" in money.section(made(KINDS["cheap"], KINDS["cheap"])).finding.nl
    assert "geen enkele maatregel" in money.section(made(KINDS["none"], KINDS["none"])).finding.nl


def test_every_figure_of_money_is_worked_out_under_the_name_that_the_schema_gives_it():
    spread = Spread(FACTOR, np.array([0.5, 1.0, 2.0]))
    ledger = pd.DataFrame({"seed": [0, 1, 2], "cost_eur": [10.0, 12.0, 11.0], "uses": [1, 1, 1]})
    from analysis.estimates.costs import Extra

    extra = dict.fromkeys(money.INDICATORS.values(), Extra(np.array([9.0, 8.0, 9.0]), np.array([1.0, 2.0, 0.5]), spread))
    row = _whole("a", ALL, ledger, extra, spread, [0, 1, 2])
    assert set(COSTS.names) - {"p_best", "misses"} <= row.keys()  # these two are of all scenarios, and of what is missed
    assert not [name for name in COSTS.names if name.startswith(("lower", "upper")) and np.isnan(row[name])]


def test_payers_are_told_apart_by_lines_which_take_little_room():
    """Matplotlib writes dots and rings as thousands of curves: 44 KB for each payer, measure, width and language."""
    assert set("".join(HATCHES)) <= set("/\\|-+x") and len(set(HATCHES)) == len(HATCHES)
