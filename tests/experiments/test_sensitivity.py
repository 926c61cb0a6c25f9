"""Which assumptions an effect hangs on: every point is the comparison that it would be alone, and what cannot be asked is refused."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import sobol
from analysis.tables.schema import SENSITIVITY
from experiments import comparison, entry, sensitivity
from experiments.assumptions import behaviour, of_instrument
from sim.counts.indicators import HEADLINE
from tests.worlds import MIXED

SHORT = [f"municipality={MIXED}", "scenarios=[wooncoach]", "months=6", "burn_in=3", "follow_up=0", "workers=1"]
OVER = ("p_sight", "wooncoach_sociaal.trouble")


@pytest.fixture(scope="module", name="out")
def _out(tmp_path_factory):
    out = tmp_path_factory.mktemp("sensitivity") / "out"
    assert entry.main(sensitivity.COMMAND, [*SHORT, f"over=[{','.join(OVER)}]", "points=4", f"out={out}"]) == 0
    return out


def test_the_table_has_a_row_for_each_scenario_figure_and_assumption(out):
    table = pd.read_csv(out / SENSITIVITY.file)
    assert tuple(table.columns) == SENSITIVITY.names
    rows = {tuple(row) for row in table[["scenario", "indicator", "assumption"]].to_numpy()}
    assert rows == {(scenario, key, one) for scenario in ("basis", "wooncoach") for key in HEADLINE for one in OVER}
    known = {one.key: one for one in [*behaviour(), *of_instrument("wooncoach_sociaal")]}
    for row in table.to_dict("records"):
        assert (row["low"], row["high"]) == pytest.approx((known[row["assumption"]].low, known[row["assumption"]].high))


def test_it_is_worked_out_of_what_each_point_gives_alone(out):
    """The levels of basis in a comparison of each point, through the same estimator; no card changes what basis is."""
    known = {one.key: one for one in behaviour()}

    @cache
    def levels(p_sight):
        found = comparison.compare(
            MIXED, ["basis"], seeds=2, months=6, burn_in=3, follow_up=0, ledger="none", behaviour={"p_sight": p_sight}
        )
        whole = found.summary.query("group_by == 'all' and months_from == 0 and months_to == 6 and indicator == 'starters_housed'")
        return whole[whole["scenario"] == "basis"].sort_values("seed")["value"].to_numpy()

    shares = sobol.design(4, 2, sensitivity.SEED)
    outputs = np.array([[levels(known["p_sight"].at(share)) for share in table[:, OVER.index("p_sight")]] for table in shares])
    mine = sobol.indices(outputs, sensitivity.SEED)
    rows = pd.read_csv(out / SENSITIVITY.file).query("scenario == 'basis' and indicator == 'starters_housed'").set_index("assumption")
    assert rows.loc[list(OVER), "total"].to_numpy() == pytest.approx(mine.total, nan_ok=True)
    assert rows["mean"].iloc[0] == pytest.approx(outputs[:2].mean()) and rows["deviation"].iloc[0] == pytest.approx(mine.variance**0.5)


def test_the_same_command_runs_nothing_again_and_gives_the_same_bytes(out, monkeypatch):
    before = (out / SENSITIVITY.file).read_bytes()
    monkeypatch.setattr(sensitivity.Verhuisketens, "world", lambda self, job: pytest.fail("a world is built"))
    assert entry.main(sensitivity.COMMAND, [*SHORT, f"over=[{','.join(OVER)}]", "points=4", f"out={out}"]) == 0
    assert (out / SENSITIVITY.file).read_bytes() == before


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([], "over"),
        (["over=[p_sigt]"], "p_sigt is no assumption with a plausible range; did you mean p_sight?"),
        (["over=[voorrang.rank]"], "voorrang.rank is no assumption"),
        (["over=[voorrang.sight]"], "voorrang"),
        (["over=[p_sight,p_sight]"], "stands twice"),
        (["over=[p_sight]", "points=6"], "a power of two is needed, such as 4 or 8"),
        (["over=[p_sight]", "seeds=1"], "give 2 or more"),
        (["over=[p_sight]", "behaviour.p_sight=0.2"], "is set by the command to 0.2"),
        (["over=[wooncoach_sociaal.trouble]", "instruments.wooncoach_sociaal.trouble=0.02"], "is set by the command to 0.02"),
        (["over=[p_sight]", "address=tcp://127.0.0.1:1"], "add executor=dask"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(tmp_path, capsys, keys, said):
    assert entry.main(sensitivity.COMMAND, [*SHORT, *keys, f"out={tmp_path / 'out'}"]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()
