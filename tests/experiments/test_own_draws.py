"""Draws of a run's own: what they are hangs on nothing but their number, and what they say of an effect is what was put in."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import report
from analysis.estimates import own_draws as estimates
from analysis.estimates import posterior
from analysis.estimates.knowledge import (
    ELSEWHERE,
    ENDS,
    EUR,
    NO_WIDER,
    OF_THIS_RUN,
    SAMPLES,
    SHIFT,
    TOLD,
    chance,
    samples,
    without_noise,
)
from analysis.estimates.own_draws import FIGURE
from analysis.page.command import whole
from analysis.results import gather
from analysis.tables.files import Folder
from analysis.tables.made import PAGE
from experiments import attribute, calibrate, check, compare, entry, goals, own_draws, sensitivity, sweep, validate
from experiments.assumptions import of_instrument
from experiments.runs import manifest
from experiments.runs.early import Early
from experiments.runs.folder import DRAWS, RUNS
from experiments.runs.runner import seed_jobs
from sim.counts.schema import TABLES
from sim.world.errors import Refusal
from sim.world.names import BASIS, PLACEBO
from tests.fake_world import FakeSimulation, called, fake_tables, filled
from tests.worlds import MIXED

SHORT = ["municipality=veldhoven", "seeds=4", "months=12", "burn_in=1", "follow_up=1", "workers=1", "ledger=none"]
LONG = ["months=72", "burn_in=12"]  # enough for rules
COACH, PRIORITY = "wooncoach_sociaal", "voorrang"


def planned(*keys):
    typed = {key.partition("=")[0] for key in keys}
    return entry.checked(compare.COMMAND, [*(one for one in SHORT if one.partition("=")[0] not in typed), *keys])[1]


def drawn(n, *keys):
    return own_draws.draws_of(planned("behaviour=posterior", *keys), n)


# what a draw is


@pytest.mark.parametrize("others", ["voorrang", "voorrang,huurgewenning,stapsgewijs", "elk_instrument"])
def test_a_draw_is_the_same_whatever_the_number_of_draws_and_the_other_cards(others):
    alone, more = drawn(8, f"scenarios=[{COACH}]", *LONG), drawn(11, f"scenarios=[{COACH},{others}]", *LONG)
    for one, other in zip(alone, more[:8], strict=True):
        assert (one.number, one.row, one.plan.seeds) == (other.number, other.row, other.plan.seeds)
        assert one.plan.config.behaviour == other.plan.config.behaviour
        assert one.settings.items() <= other.settings.items()
        assert one.plan.contents[COACH] == other.plan.contents[COACH]
    assert len({json.dumps(one.settings, sort_keys=True) for one in more}) == len(more)


@given(st.text(max_size=8), st.integers(0, 7), st.integers(0, 3))
def test_of_so_many_chances_one_lies_in_each_part(key, power, before):
    n = 2**power
    parts = [math.floor(n * own_draws.chance_of(key, before * n + k)) for k in range(1, n + 1)]
    assert sorted(parts) == list(range(n))


def test_chances_of_two_keys_hang_together_no_more_than_by_chance():
    chances = np.array([[own_draws.chance_of(f"card.{key}", k) for k in range(1, 129)] for key in range(40)])
    between = np.corrcoef(chances)[np.triu_indices(40, 1)]
    assert abs(between.mean()) < 0.02 and between.std() < 1.3 / np.sqrt(128)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=40), st.integers(0, 8))
def test_rows_are_taken_as_often_as_they_weigh(weights, power):
    weight, n = pd.Series(weights, range(1, len(weights) + 1)) / sum(weights), 2**power
    rows = [own_draws.row_of(weight, k) for k in range(1, n + 1)]
    taken = np.cumsum([rows.count(row) / n for row in weight.index])
    assert np.abs(taken - weight.cumsum().to_numpy()).max() <= 1 / n + 1e-9, "never more than one draw off, up to any row"


def test_a_draw_has_the_behaviour_of_its_row_and_what_is_drawn_lies_in_its_range():
    ranges = {one.key: one for one in of_instrument(COACH)}
    for one in drawn(16, f"scenarios=[{COACH}]"):
        row = posterior.shipped().draws.loc[one.row]
        assert one.plan.config.behaviour == pytest.approx(dict(row)) and one.settings.keys() == ranges.keys()
        for key, value in one.settings.items():
            assert ranges[key].low <= value <= ranges[key].high
            assert one.plan.contents[COACH][COACH][key.partition(".")[2]] == value
        assert PLACEBO not in one.plan.scenarios and one.plan.contents[BASIS] == {}


@pytest.mark.parametrize("by_rule", [False, True], ids=["from the start", "by a rule"])
def test_what_was_typed_is_never_drawn(tmp_path, by_rule):
    held = {"instruments": {COACH: {"search": 1.25}}}
    if by_rule:
        held = {"instruments": {PRIORITY: {}}, "rules": [{"when": {"after": 2}, "do": {"add": {COACH: {"search": 1.25}}}}]}
    (tmp_path / "mijn.yaml").write_text(json.dumps({"title": {"nl": "Mijn", "en": "Mine"}, **held}), encoding="utf-8")
    mine = [f"scenario_dir={tmp_path}", "scenarios=[mijn]", f"instruments.{COACH}.trouble=0.125"]
    for one in drawn(8, *mine):
        plan = one.plan
        there = plan.rules["mijn"][0]["do"]["add"][COACH] if by_rule else plan.contents["mijn"][COACH]
        assert (there["search"], there["trouble"]) == (1.25, 0.125)
        assert not {f"{COACH}.search", f"{COACH}.trouble"} & one.settings.keys()
        assert there["sight"] == one.settings[f"{COACH}.sight"] != of_instrument(COACH)[0].default


# refusals


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["behaviour=posterior", "behaviour.p_sight=0.1"], "behaviour.p_sight is set, and behaviour=posterior draws the behaviour"),
        (["behaviour=posterior", "behaviour=met_keuzestress"], "leave one of them out"),
        (["draws=20"], "draws=20: that is of behaviour=posterior; give both"),
        (["behaviour=posterior", "draws=7"], "draws=7 is out of range: 8 to 1000"),
        (["behaviour=posterior", "draws=1001"], "8 to 1000"),
        (["behaviour='posterior'"], "write behaviour=posterior, without quotes"),
        (["behaviour=posterior", "seeds=1"], "asks for 2 seeds or more"),
        (["behaviour=posterior", "scenarios=[basis]"], "there is none beside basis"),
        (["behaviour=posterior", "first_seed=9998"], "seed 10001 is that of a draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_the_command_and_by_check(capsys, keys, said, tmp_path):
    kept = [one for one in SHORT if one.partition("=")[0] not in {key.partition("=")[0] for key in keys}]
    assert entry.main(compare.COMMAND, [*kept, *keys, f"out={tmp_path / 'out'}"]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert check.main([*kept, *keys]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "keys", "said"),
    [
        (sweep, [], "with draws=posterior"),
        (attribute, ["scenario=wooncoach"], "only experiments.compare runs draws"),
        (goals, ["scenario=wooncoach", "goals=maassluis"], "only experiments.compare runs draws"),
        (sensitivity, ["over=[p_sight]", "points=4"], "only experiments.compare runs draws"),
        (validate, [], "only experiments.compare runs draws"),
        (calibrate, [], "there is no key behaviour"),
    ],
)
def test_another_command_names_what_to_do(capsys, command, keys, said, tmp_path):
    assert entry.main(command.COMMAND, ["municipality=veldhoven", *keys, "behaviour=posterior", f"out={tmp_path / 'out'}"]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_draws_of_another_model_are_refused_before_anything_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("experiments.own_draws.digests", lambda: {"code": "another", "data": "da7a"})
    assert entry.main(compare.COMMAND, [*SHORT, "behaviour=posterior", f"out={tmp_path / 'out'}"]) == 2
    assert "its draws are of other code" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_check_says_that_it_can_run(capsys):
    assert check.main([*SHORT, "behaviour=posterior", "draws=9"]) == 0 and "this can run" in capsys.readouterr().out


# what draws say, in a world of which the effects are known


NOISE = (0.0, 4.0, -4.0, 2.0, -2.0)  # of a seed


@dataclass(frozen=True)
class Known(FakeSimulation):
    """Effects of a scenario: 100 in the folder's own seeds; in draw k 100 times a factor of k. Each world has noise of its own."""

    spread: float = 0.5
    noise: float = 1.0
    last: int = 10**9  # runs until somebody presses Ctrl-C
    breaks: tuple[int, ...] = ()  # seeds in which a scenario fails

    def factor(self, number: int) -> float:
        return 1 + self.spread * ((number * 7) % 11 - 5) / 5

    def chance(self, seed: int) -> float:
        return self.noise * NOISE[seed * 3 % 5]

    def run(self, world, job, spec, base):
        if called(Path(self.notes), "run") >= self.last:
            raise KeyboardInterrupt
        self.note(f"run-{spec.scenario}-{job.seed}")
        if job.seed in self.breaks and spec.scenario not in (BASIS, PLACEBO):
            raise ValueError("a fault that was planted")
        number = max(0, job.seed - own_draws.SEEDS_FROM)
        if number:
            assert job.behaviour, "a draw has the behaviour of its row"
        effect = 0.0 if spec.scenario in (BASIS, PLACEBO) else 100 * (self.factor(number) if number else 1.0)
        own = {key: one for key, one in spec.instruments.items() if not one.get("already")}
        tables = fake_tables(spec.scenario, job.seed)
        values = {"senior_moves": 1000 + job.seed % 7 + effect + (self.chance(job.seed) if effect else 0.0), "fit": 0.5, "moves": 1000.0}
        rows = [(key, "all", "all", 0, end, value * end / job.months) for key, value in values.items() for end in (6, job.months)]
        rows.append(("moves", "wijk", "WK1", 0, job.months, 5.0))
        tables["summary"] = filled("summary", pd.DataFrame(rows, columns=[one.name for one in TABLES["summary"].columns]))
        paid = pd.DataFrame({"instrument": [*own][:1], "organisation": ["gemeente"] * len([*own][:1])})
        paid["month"], paid["cost_eur"] = 1, 1000.0 * (1 + number % 3)
        if job.follow_up:  # what is spent after the run is no cost of it
            paid = pd.concat([paid, paid.assign(month=job.months, cost_eur=500.0)], ignore_index=True)
        tables["instruments"] = filled("instruments", paid)
        return replace_tables(tables, job.seed)


def replace_tables(tables, seed):
    from experiments.runs.plan import short_hash
    from tests.fake_world import FakeOutcome

    return FakeOutcome(tables, short_hash(str(seed)), {})


def concluded(folder, content):
    """The two tables that draws are for."""
    results = gather(folder)
    PAGE.write(folder, {"effects": results.effects, "costs": results.costs})
    return 0


def carried_out(out, simulation, *keys):
    return compare.execute(planned("scenarios=[voorrang]", *keys), out, "", simulation, finish=concluded)


@pytest.fixture(name="world")
def _world(notes):
    return Known(str(notes))


def row_of(out, indicator="senior_moves", scenario="voorrang"):
    table = pd.read_csv(out / "effects.csv", keep_default_na=False)
    table = table[(table["scenario"] == scenario) & (table["indicator"] == indicator) & (table["group_by"] == "all")]
    return table[table["months_to"] == 12].iloc[0]


def test_the_wide_interval_is_as_wide_as_the_draws_are_beyond_their_chance(tmp_path, world):
    assert carried_out(tmp_path, world, "seeds=20", "behaviour=posterior", "draws=33") == 0
    found = row_of(tmp_path)
    own = np.array([100 + world.chance(seed) for seed in range(20)])
    effects = np.array([100 * world.factor(k) + world.chance(own_draws.SEEDS_FROM + k) for k in range(1, 34)])
    kept = without_noise(effects, np.full(33, own.std(ddof=1)))
    low, high = np.quantile(kept, ENDS)
    assert found["knowledge"] == f"factor; {OF_THIS_RUN}; {ELSEWHERE}"
    chance = float(found["upper"]) - float(found["lower"])
    assert chance < 4 and [float(found[f"{end}_full"]) for end in ("lower", "upper")] == pytest.approx([low, high], abs=4)
    assert high - low > 10 * chance, "the factors run from a half to one and a half"


def test_draws_that_differ_only_by_chance_say_nothing_beyond_it(tmp_path, notes):
    assert carried_out(tmp_path, Known(str(notes), spread=0.0), "seeds=20", "behaviour=posterior", "draws=20") == 0
    found = row_of(tmp_path)
    assert NO_WIDER in found["knowledge"] and OF_THIS_RUN in found["knowledge"]
    width = float(found["upper"]) - float(found["lower"])
    assert float(found["upper_full"]) - float(found["lower_full"]) == pytest.approx(width, rel=0.1)


def test_a_shift_is_from_the_effect_of_the_run_whose_chance_is_not_told_twice():
    base, own = np.full((1, 8), 100.0), 100.0 + np.array([[5.0, 2, 8, -1, 11, 3, 7, 5]])
    mean, error = (own - base).mean(), (own - base).std(ddof=1) / np.sqrt(8)
    drawn = np.r_[mean, mean + np.linspace(-40, 60, 20)]  # chance of a world is little beside it
    row = {"scenario": "voorrang", "indicator": "senior_moves", "group_by": "all", "group": "all", "base": 100.0}
    table = pd.DataFrame([row | {"draw": k, "difference": one, "error": error} for k, one in enumerate(drawn)])
    spread = estimates.read(table, {"voorrang": {}}, elsewhere=False).spread("voorrang", "senior_moves")
    assert spread.kind == SHIFT and mean < TOLD * error and spread.error == 0
    kept = without_noise(drawn[1:], np.full(20, error))
    found = samples(own, base, spread)[0]
    assert found == pytest.approx(np.resize(kept, SAMPLES) + ((own - base) - mean)[0] @ chance(8))


def test_each_draw_counts_the_same_whatever_its_weight_and_the_table_is_what_was_run(tmp_path, world):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    table = pd.read_csv(tmp_path / "knowledge.csv")
    mine = table[table["indicator"] == "senior_moves"].set_index("draw")
    own = np.array([100 + world.chance(seed) for seed in range(4)])
    assert set(map(tuple, table[FIGURE].to_numpy())) == {(name, "all", "all") for name in ("senior_moves", "fit", "moves", EUR)}
    assert list(mine.index) == list(range(9))
    assert mine.loc[0, "difference"] == pytest.approx(own.mean()) and mine.loc[0, "error"] == pytest.approx(own.std(ddof=1) / 2)
    for k in range(1, 9):
        seed = own_draws.SEEDS_FROM + k
        assert mine.loc[k, "difference"] == pytest.approx(100 * world.factor(k) + world.chance(seed))
        assert mine.loc[k, "error"] == pytest.approx(own.std(ddof=1)) and mine.loc[k, "base"] == 1000 + seed % 7
    money = table[table["indicator"] == EUR].set_index("draw")
    assert [money.loc[k, "difference"] for k in range(9)] == [1000.0 * (1 + k % 3) for k in range(9)] and not money["base"].any()


@pytest.mark.parametrize(("scenario", "settings"), [("stapsgewijs", []), ("wooncoach", []), ("wooncoach_sociaal", ["strength=2"])])
def test_rules_packages_and_changed_settings_are_covered(tmp_path, world, scenario, settings):
    keys = [f"scenarios=[{scenario}]", *LONG, "behaviour=posterior", "draws=8", *settings]
    assert compare.execute(planned(*keys), tmp_path, "", world, finish=concluded) == 0
    table = pd.read_csv(tmp_path / "effects.csv", keep_default_na=False)
    mine = table[(table["scenario"] == scenario) & (table["indicator"] == "senior_moves")]
    assert set(mine["knowledge"]) == {f"factor; {OF_THIS_RUN}; {ELSEWHERE}"}


# a folder


def bytes_of(out):
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".csv", ".parquet", ".json")}


def test_a_command_that_is_stopped_goes_on_to_the_same_table(tmp_path, notes, world):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert carried_out(whole, world, "behaviour=posterior", "draws=8") == 0
    for path in notes.iterdir():
        path.unlink()
    with pytest.raises(KeyboardInterrupt):
        carried_out(broken, replace(world, last=19), "behaviour=posterior", "draws=8")
    assert not (broken / "knowledge.csv").exists()
    assert carried_out(broken, world, "behaviour=posterior", "draws=8") == 0
    assert called(notes, "run") == 4 * 3 + 8 * 2 + 1, "of what was finished only basis runs again, beside which the next one is"
    names = ("knowledge.csv", "effects.csv", "costs.csv", "summary.parquet")
    assert all(bytes_of(whole)[name] == bytes_of(broken)[name] for name in names)


def test_a_draw_that_fails_is_told_as_a_seed_is_and_the_same_command_mends_it(tmp_path, world, capsys):
    assert carried_out(tmp_path, replace(world, breaks=(10_003,)), "behaviour=posterior", "draws=8") == 1
    said = capsys.readouterr().err
    assert "failed: scenario voorrang, seed 10003: in a draw of the assumptions: a fault that was planted" in said
    assert not (tmp_path / "knowledge.csv").exists() and not (tmp_path / "effects.csv").exists()
    assert report.main([str(tmp_path)]) == 2 and "seed 10003" in capsys.readouterr().err
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    assert (tmp_path / "knowledge.csv").exists()


def test_more_draws_are_added_and_fewer_take_none_away(tmp_path, notes, world, capsys):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    first, n = pd.read_csv(tmp_path / "knowledge.csv"), called(notes, "run")
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=10") == 0
    more = pd.read_csv(tmp_path / "knowledge.csv")
    assert called(notes, "run") == n + 2 * 2
    pd.testing.assert_frame_equal(more[more["draw"] <= 8].reset_index(drop=True), first)
    capsys.readouterr()
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    assert called(notes, "run") == n + 2 * 2 and pd.read_csv(tmp_path / "knowledge.csv")["draw"].max() == 10
    assert f"a world each ({tmp_path} holds so many; they stay)" in capsys.readouterr().err


def test_more_seeds_and_scenarios_make_the_table_anew(tmp_path, world):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    plan = planned("scenarios=[wooncoach]", "behaviour=posterior", "draws=8", "seeds=4", "first_seed=2")
    assert compare.execute(plan, tmp_path, "", world, finish=concluded) == 0
    table = pd.read_csv(tmp_path / "knowledge.csv")
    mine = table[(table["indicator"] == "senior_moves") & (table["draw"] == 0)].set_index("scenario")["difference"]
    assert dict(mine) == pytest.approx(dict.fromkeys(("voorrang", "wooncoach"), np.mean([100 + world.chance(seed) for seed in range(6)])))


def test_without_draws_the_table_goes_and_the_command_says_so(tmp_path, world, capsys):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    capsys.readouterr()
    assert carried_out(tmp_path, world, "seeds=5") == 0
    assert "holds 8 draws that this command does not ask for: knowledge.csv goes" in capsys.readouterr().err
    assert not (tmp_path / "knowledge.csv").exists() and "draws" not in Folder(tmp_path).manifest()
    assert OF_THIS_RUN not in row_of(tmp_path)["knowledge"]


def test_worlds_are_added_until_intervals_are_narrow_and_the_draws_with_them(tmp_path, world, notes, capsys):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8", "seeds=30", "width=0.001") == 0
    assert capsys.readouterr().err.count("8 draws of the assumptions") == 1, "said where they run, and not each time that seeds are added"
    n = len(Folder(tmp_path).manifest()["seeds"])
    assert 8 < n <= 30 and row_of(tmp_path)["seeds"] == n and OF_THIS_RUN in row_of(tmp_path)["knowledge"]
    assert called(notes, "run-voorrang-100") == 8, "each draw ran once"


def test_draws_change_nothing_in_a_folder_but_what_is_said_of_knowledge(tmp_path, world):
    out, without = tmp_path / "out", tmp_path / "without"
    assert carried_out(out, world, "behaviour=posterior", "draws=8") == 0 and carried_out(without, world) == 0
    mine, plain = bytes_of(out), bytes_of(without)
    assert mine.keys() - plain.keys() == {"knowledge.csv"}
    assert {path.name for path in out.iterdir()} - {path.name for path in without.iterdir()} == {"knowledge.csv", DRAWS}
    changed = {name for name in plain if mine[name] != plain[name]}
    assert changed == {"effects.csv", "costs.csv", "manifest.json", "datapackage.json"}
    said = ("_full", "p_sign", "p_best", "p_best_lower", "p_best_upper", "draws", "regret", "knowledge")
    for name in ("effects.csv", "costs.csv"):
        a, b = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for folder in (out, without))
        same = [column for column in a if not column.endswith(said)]
        assert list(a.columns) == list(b.columns) and a[same].equals(b[same])
    keys = json.loads(mine["manifest.json"]), json.loads(plain["manifest.json"])
    assert {key for key in keys[0] if keys[0].get(key) != keys[1].get(key)} <= {"draws", "configuration", "files", "seconds"}
    assert keys[0]["configuration"]["draws"] == 8 and keys[0]["draws"]["behaviour"] == "posterior"
    assert {path.parent.name for path in (out / RUNS).glob("*/done.json")} == {p.parent.name for p in (without / RUNS).glob("*/done.json")}


def test_a_table_of_other_scenarios_is_refused(tmp_path, world):
    assert carried_out(tmp_path, world, "behaviour=posterior", "draws=8") == 0
    path = tmp_path / "knowledge.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("voorrang", "voorang"), encoding="utf-8")
    with pytest.raises(Refusal, match=r"knowledge\.csv and the tables beside it differ in scenario"):
        _ = gather(tmp_path).effects


def test_a_first_answer_is_of_the_folders_own_seeds(tmp_path):
    plan = planned("scenarios=[voorrang]")
    early, said = Early(plan, seed_jobs(plan, plan.seeds, tmp_path), tmp_path, ""), []
    early([0, 10_001, 10_002], said.append)
    assert said == []


# the real world


@pytest.fixture(scope="module", name="real")
def _real(tmp_path_factory):
    """A run with draws, and the same without them."""
    home, shared = tmp_path_factory.mktemp("real"), [f"municipality={MIXED}", "scenarios=[wooncoach]", "seeds=3", "months=3", "burn_in=1"]
    shared += ["follow_up=1", "workers=1"]
    assert entry.main(compare.COMMAND, [*shared, "behaviour=posterior", "draws=8", f"out={home / 'with'}"]) == 0
    assert entry.main(compare.COMMAND, [*shared, f"out={home / 'without'}"]) == 0
    return home


def test_a_real_run_has_its_own_tables_unchanged_is_whole_and_its_page_says_whose_draws_they_are(real, capsys):
    out, mine, plain = real / "with", bytes_of(real / "with"), bytes_of(real / "without")
    assert {name for name in plain if mine[name] != plain[name]} <= {"effects.csv", "costs.csv", "manifest.json", "datapackage.json"}
    assert check.main([str(out)]) == 0
    said, page = capsys.readouterr(), (out / "report.html").read_text(encoding="utf-8")
    assert "no faults" in said.out
    assert "eigen trekkingen in Terschelling" in page and "openbare cijfers van Zwolle" in page
    assert report.main([str(out)]) == 0 and (out / "report.html").read_text(encoding="utf-8") == page
    assert "8 eigen trekkingen, gewogen met openbare cijfers van Zwolle" in capsys.readouterr().out
    content = Folder(out).manifest()
    typed, again = content["command"].split()[3:], shlex.split(whole(content["configuration"]))[3:]
    assert "behaviour=posterior" in again and "draws=8" in again
    assert entry.checked(compare.COMMAND, again)[0] == entry.checked(compare.COMMAND, typed)[0]
    assert "draws" not in whole(Folder(real / "without").manifest()["configuration"])
    assert "behaviour=posterior draws=8" in content["command"] and len(content["draws"]["fingerprints"]) == 8
    assert content["draws"]["drawn"]["1"]["seed"] == 10_001 and manifest.files(out)["knowledge.csv"] == content["files"]["knowledge.csv"]


def test_a_damaged_run_of_a_draw_is_seen(real, capsys):
    damaged = next((real / "with" / DRAWS / RUNS).glob("*/summary.parquet"))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert check.main([str(real / "with")]) == 1 and f"{DRAWS}/{RUNS}/" in capsys.readouterr().err
    damaged.write_bytes(content)
