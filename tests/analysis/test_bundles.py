"""From the values of worlds to shapley.csv, bundles.csv, the picture and the plain words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.bundles import (
    BUNDLE,
    Bundle,
    Values,
    World,
    parts_table,
    shares_by_seed,
    shares_table,
)
from analysis.page.bundle_report import finish
from analysis.tables.files import beside_others
from analysis.tables.schema import BUNDLES, COMPARED, SHAPLEY, WORLDS
from sim.world.errors import Refusal
from tests.analysis.test_statistics import normal

KEYS = ("coach", "grant", "label", "nil")
BOTH = Bundle("mix", KEYS, ("coach",), 0)
SEEDS = range(6)
OWN = {"coach": 10.0, "grant": 2.0, "label": 40.0, "nil": 0.0}
TOGETHER = 12.0  # what coach and label do more beside each other, of which the toolbox makes TOOLS
TOOLS = 5.0
CONFIG = {"place": "zwolle", "months": 24, "fingerprints": {}}
TITLE = {"nl": "Mengsel", "en": "Mixture"}


def value(world, seed, scatter):
    """Moves by seniors in a world of a seed. Only what is at work makes it scatter."""
    moves = sum((1 + scatter * (k - 1.5) * (-1) ** seed) * OWN[key] for k, key in enumerate(KEYS) if key in world.keys)
    if {"coach", "label"} <= set(world.keys):
        moves += TOGETHER - (TOOLS if world.emptied == "coach" else 0.0)
    return 500.0 + 10 * seed + moves


def worlds(bundle=BOTH, seeds=SEEDS, scatter=0.01, placebo=0.5):
    rows = []
    for seed in seeds:
        for world in bundle.worlds(seed):
            moves = value(world, seed, scatter)
            for key, number in (("senior_moves", moves), ("fit", 0.8 + moves / 1e6), ("senior_moves_km", np.nan if seed else 1.0)):
                rows.append((bundle.scenario, world.name, seed, key, 0, 24, number))
        for key, base in (("senior_moves", value(World(()), seed, 0.0)), ("fit", 0.8), ("senior_moves_km", 1.0)):
            rows.append((bundle.scenario, "placebo", seed, key, 0, 24, base + placebo * (-1) ** seed))
    return pd.DataFrame(rows, columns=list(WORLDS.names))


def of(table, indicator, *at):
    key = ["indicator", "instrument", "kind"] if "kind" in table else ["indicator", "instrument"]
    return table.set_index(key).loc[(indicator, *at)]


@pytest.mark.parametrize("permutations", [0, 3])
def test_shares_add_up_to_the_whole_in_every_seed_and_in_the_table(permutations):
    values = Values(worlds(BOTH._replace(permutations=permutations)), BOTH._replace(permutations=permutations))
    whole = values.coalition(15) - values.coalition(0)
    np.testing.assert_allclose(shares_by_seed(values).sum(axis=0), whole, rtol=0, atol=1e-9)
    table = shares_table(values)
    assert tuple(table.columns) == SHAPLEY.names and (table["permutations"] == permutations).all()
    for _, rows in table.groupby("indicator", sort=False):
        parts = rows[rows["instrument"] != BUNDLE]["share"].sum(skipna=False)
        assert rows["instrument"].tolist() == [*KEYS, BUNDLE]
        assert parts == pytest.approx(rows["share"].iloc[-1], nan_ok=True)


def test_what_two_do_only_together_is_halved_and_what_does_nothing_has_nothing():
    table = shares_table(Values(worlds(scatter=0.0), BOTH))
    expected = {key: own + (TOGETHER / 2 if key in ("coach", "label") else 0.0) for key, own in OWN.items()}
    for key, share in expected.items():
        assert of(table, "senior_moves", key)["share"] == pytest.approx(share)
    nil = of(shares_table(Values(worlds(), BOTH)), "senior_moves", "nil")
    assert (nil["share"], nil["lower"], nil["upper"]) == (0.0, 0.0, 0.0)


def test_alone_left_out_interaction_and_toolbox_are_what_was_put_in():
    table = parts_table(Values(worlds(scatter=0.0), BOTH))
    assert tuple(table.columns) == BUNDLES.names and set(table["kind"]) == set(COMPARED)

    def difference(*at):
        return of(table, "senior_moves", *at)["difference"]

    assert difference(BUNDLE, "together") == pytest.approx(sum(OWN.values()) + TOGETHER)
    assert difference(BUNDLE, "interaction") == pytest.approx(TOGETHER)
    for key, own in OWN.items():
        more = TOGETHER if key in ("coach", "label") else 0.0
        assert difference(key, "alone") == pytest.approx(own)
        assert difference(key, "without") == pytest.approx(own + more)
        assert difference(key, "interaction") == pytest.approx(more)
    assert difference("coach", "toolbox") == pytest.approx(TOOLS)
    assert set(table[table["kind"] == "toolbox"]["instrument"]) == {"coach"}


def test_the_floor_is_the_placebos_and_wider_where_more_worlds_are_put_together():
    values = Values(worlds(), BOTH)
    floor = float(of(shares_table(values), "senior_moves", "coach")["placebo"])
    table = parts_table(values)
    assert of(table, "senior_moves", "coach", "without")["placebo"] == pytest.approx(floor)
    assert of(table, "senior_moves", "coach", "interaction")["placebo"] == pytest.approx(math.sqrt(2) * floor)
    assert of(table, "senior_moves", BUNDLE, "interaction")["placebo"] == pytest.approx(floor * math.sqrt((1 + 4 + 3**2) / 2))
    without = worlds()
    without = without[without["world"] != "placebo"]
    assert shares_table(Values(without, BOTH))["placebo"].isna().all()


def test_a_row_that_was_not_counted_in_every_seed_has_no_figures():
    values = Values(worlds(), BOTH)
    assert np.isnan(of(shares_table(values), "senior_moves_km", "coach")["share"])
    assert np.isnan(of(parts_table(values), "senior_moves_km", "coach", "alone")["difference"])


def test_one_seed_has_shares_and_no_interval():
    row = of(shares_table(Values(worlds(seeds=[4]), BOTH)), "senior_moves", "label")
    assert row["share"] > 0 and np.isnan(row["lower"]) and row["seeds"] == 1


def test_drawn_orders_need_fewer_worlds_and_differ_from_seed_to_seed():
    many = Bundle("many", tuple(f"i{k}" for k in range(9)), ("i3",), 4)
    names = [{world.name for world in many.worlds(seed)} for seed in (1, 2)]
    always = {"basis", "+".join(many.keys), "+".join(many.keys) + " (i3: empty toolbox)", *many.keys}
    assert all(always <= one and len(one) <= 2 + 1 + 9 + 9 + 4 * 8 for one in names)
    assert names[0] != names[1]
    assert len(Bundle("few", KEYS, (), 0).worlds(1)) == 16 == len({world.name for world in Bundle("few", KEYS, (), 0).worlds(1)})


def test_the_order_of_rows_means_nothing():
    table = worlds()
    shuffled = table.sort_values("value", kind="stable")
    key = ["indicator", "instrument"]
    one, two = (shares_table(Values(frame, BOTH)).sort_values(key, ignore_index=True) for frame in (table, shuffled))
    pd.testing.assert_frame_equal(one, two)


def test_the_files_and_the_plain_words(tmp_path):
    text = finish(tmp_path, worlds(), BOTH, CONFIG, TITLE)
    lines = text.splitlines()
    assert "In dit model van Zwolle geeft 'Mengsel' als geheel in 2 jaar +64" in lines[0] and "een effect" in lines[0]
    order = [line.split(":")[0] for line in lines[2:6]]
    assert order == ["- Label", "- Coach", "- Grant", "- Nil"], "the largest share first"
    assert lines[5] == "- Nil: precies niets."
    assert any(line.startswith("Coach alleen: +10") and "Het verschil daartussen: +12" in line for line in lines)
    assert any("de instrumentenkoffer" in line and "+5" in line for line in lines)
    assert "alle 16 combinaties van de 4 maatregelen" in text
    assert pd.read_csv(tmp_path / "shapley.csv").columns.tolist() == list(SHAPLEY.names)
    assert pd.read_csv(tmp_path / "bundles.csv").columns.tolist() == list(BUNDLES.names)
    assert pd.read_csv(tmp_path / "worlds.csv").columns.tolist() == list(WORLDS.names)
    assert (tmp_path / "shapley_mix.png").read_bytes()[:4] == b"\x89PNG"
    assert "Samen: Mengsel" in (tmp_path / "shapley_mix.svg").read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.tmp"))


def test_what_does_not_rise_above_the_placebo_is_not_called_an_effect(tmp_path):
    text = finish(tmp_path, worlds(placebo=200.0), BOTH, CONFIG, TITLE)
    assert "; een effect" not in text
    assert "geen verschil te zien: niet groter dan de ruis van de placebo" in text
    noisy = worlds(scatter=0.0)
    noisy["value"] += 50 * normal((len(noisy),), 3)
    assert "- Grant: " in (said := finish(tmp_path, noisy, BOTH, CONFIG, TITLE)) and "het kan ook nul zijn" in said


def test_drawn_orders_are_said_to_be_drawn(tmp_path):
    drawn = BOTH._replace(permutations=4)
    assert "4 gelote volgordes van de 4 maatregelen" in finish(tmp_path, worlds(drawn), drawn, CONFIG, TITLE)


def test_rows_of_another_scenario_stay_and_its_own_are_replaced(tmp_path):
    finish(tmp_path, worlds(), BOTH, CONFIG, TITLE)
    first = pd.read_csv(tmp_path / "shapley.csv")
    other = BOTH._replace(scenario="another")
    finish(tmp_path, worlds(other), other, CONFIG, TITLE)
    finish(tmp_path, worlds(other), other, CONFIG, TITLE)
    table = pd.read_csv(tmp_path / "shapley.csv")
    assert table["scenario"].tolist() == ["another"] * len(first) + ["mix"] * len(first)
    pd.testing.assert_frame_equal(table[table["scenario"] == "mix"].reset_index(drop=True), first)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_a_damaged_table_of_an_earlier_run_is_named(tmp_path, content):
    (tmp_path / "shapley.csv").write_text(content)
    with pytest.raises(Refusal, match=r"shapley\.csv is damaged"):
        beside_others(tmp_path, SHAPLEY, "mix", shares_table(Values(worlds(), BOTH)))


def test_two_seeds_with_one_world_give_no_figures(tmp_path):
    with pytest.raises(Refusal, match="seeds 0 and 1 have the same world"):
        finish(tmp_path, worlds(), BOTH, CONFIG | {"fingerprints": {"0": "same", "1": "same"}}, TITLE)
    assert list(tmp_path.iterdir()) == []
