"""Mean chain length against the closed form, on worlds whose true mean is known and whose chains are cut off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.chain_length import Counts, continuation, count, solve
from analysis.estimates.statistics import leaving_one_out
from sim.world.errors import Refusal
from tests.counted import ledger, mean_length

HOMES = np.array([("koop", "eengezins"), ("corporatie", "meergezins")])
FAST_SLOW = {"wait": (3, 8), "p": ((0.45 * 0.3, 0.45 * 0.7), (0.70 * 0.3, 0.70 * 0.7)), "start": (0.5, 0.5)}
TRUE_MEAN = 2.5333


def closed_form(p, start, filled=(1.0, 1.0)):
    """Mean moves of a chain whose first home is filled: starts × (I − Q)⁻¹ 1, Q = p × chance of being filled."""
    q = np.asarray(p) * np.asarray(filled)
    begins = np.asarray(start) * filled
    return begins @ np.linalg.solve(np.eye(2) - q, np.ones(2)) / begins.sum()


def world(
    n, months, last, wait, p, start,
    filled=(1.0, 1.0), from_elsewhere=0.0, senior=(0.3, 0.3), sold=0.0, spread=False, seed=1, seeds=20, worlds_differ=0.0,
):  # fmt: skip
    """Moves and chains of so many seeds, ``n`` chains that start evenly over ``months``, seen until ``last``.

    A home of kind k is filled after wait[k] months (``spread``: geometric, that mean), or never: chance 1 − filled[k].
    Its mover leaves a home of kind l with chance p[k][l], a share ``from_elsewhere`` of these outside the area; a share
    ``sold`` of the homes left as kind 1 is filled as kind 0. The share of first homes of kind 0 is up to ``worlds_differ``
    above or below ``start`` in each seed.
    """
    rng = np.random.default_rng(seed)
    p, wait = np.asarray(p), np.asarray(wait)
    first = rng.choice(2, n, p=start)
    began = rng.integers(0, months, n)
    in_seed = rng.integers(0, seeds, n)
    if worlds_differ:
        first = (rng.random(n) >= start[0] + worlds_differ * rng.uniform(-1, 1, seeds)[in_seed]).astype(int)
    chains = {"seed": in_seed, "chain_id": np.arange(n), "start_month": began, "origin": "new_build"}
    chain, kind, month, parent, link = np.arange(n), first, began.copy(), np.full(n, -1), 0
    n_moves, is_open, done, parts = np.zeros(n, int), np.zeros(n, bool), 0, []
    while len(chain):
        link += 1
        month = month + (rng.geometric(1 / wait[kind]) if spread else wait[kind])
        seen = (month <= last) & (rng.random(len(chain)) < np.asarray(filled)[kind])
        is_open[chain[~seen]] = True
        chain, kind, month, parent = chain[seen], kind[seen], month[seen], parent[seen]
        n_moves[chain] += 1
        u = rng.random(len(chain))
        leaves, to = u < p[kind].sum(1), np.where(u < p[kind, 0], 0, 1)
        elsewhere = leaves & (rng.random(len(chain)) < from_elsewhere)
        move = done + np.arange(len(chain))
        done += len(chain)
        parts.append(pd.DataFrame({
            "seed": chains["seed"][chain], "month": month, "move_id": move, "parent_move_id": parent, "chain_id": chain,
            "link": link, "left_vacancy": leaves & ~elsewhere, "left_home_elsewhere": elsewhere,
            "household_class": np.where(rng.random(len(chain)) < np.asarray(senior)[kind], "senior", "family"),
            "to_tenure": HOMES[kind, 0], "to_type": HOMES[kind, 1],
            "from_tenure": HOMES[to, 0], "from_type": HOMES[to, 1],
        }))  # fmt: skip
        goes_on = leaves & ~elsewhere
        to = np.where(rng.random(len(to)) < sold, 0, to)
        chain, kind, month, parent = chain[goes_on], to[goes_on], month[goes_on], move[goes_on]
    moves = pd.concat(parts, ignore_index=True).assign(scenario="basis", in_scope=True, fills_vacancy=True)
    table = pd.DataFrame(chains).assign(
        scenario="basis", moves=n_moves, open=is_open, origin_tenure=HOMES[first, 0], origin_type=HOMES[first, 1]
    )
    return moves.sample(frac=1, random_state=1), table


def read(found, length="moves", reading="inside_area", origin="new_build"):
    rows = found[(found["length"] == length) & (found["reading"] == reading) & (found["origin"] == origin)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("cut", [36, 120])
def test_two_speeds_estimate_meets_the_true_mean_where_finished_chains_and_resolved_links_do_not(cut):
    assert closed_form(FAST_SLOW["p"], FAST_SLOW["start"]) == pytest.approx(TRUE_MEAN, abs=1e-4)
    moves, chains = world(150_000, cut, cut - 1, **FAST_SLOW)
    found = mean_length(moves, chains, last=cut - 1)
    assert read(found)["mean"] == pytest.approx(TRUE_MEAN, rel=0.01)
    assert read(found, "homes_freed")["mean"] == pytest.approx(TRUE_MEAN - 1, rel=0.01)
    assert chains.loc[~chains["open"], "moves"].mean() < 0.95 * TRUE_MEAN, "finished chains"
    assert chains.loc[chains["moves"] > 0, "moves"].mean() < 0.95 * TRUE_MEAN, "all chains, as far as seen"
    followed = moves["move_id"].isin(moves["parent_move_id"])
    resolved = followed | ~moves["left_vacancy"]
    goes_on = followed[resolved].groupby(moves["to_tenure"]).mean()
    assert goes_on["koop"] < 0.98 * 0.45 and goes_on["corporatie"] < 0.98 * 0.70, "links resolved by luck of the window"
    by_segment = continuation(ledger(moves, chains, cut - 1)).set_index("segment")["p_continue"]
    assert by_segment["koop/eengezins"] == pytest.approx(0.45, rel=0.01)
    assert by_segment["corporatie/meergezins"] == pytest.approx(0.70, rel=0.01)


def test_fixed_continuation_without_censoring_meets_the_closed_form_within_three_standard_errors():
    p = ((0.2, 0.3), (0.5, 0.1))
    moves, chains = world(20_000, 12, 10_000, (3, 8), p, (0.4, 0.6))
    found = read(mean_length(moves, chains, last=10_000))
    standard_error = chains["moves"].std() / np.sqrt(len(chains))
    assert abs(chains["moves"].mean() - closed_form(p, (0.4, 0.6))) < 3 * standard_error
    assert abs(found["mean"] - closed_form(p, (0.4, 0.6))) < 3 * standard_error


def test_time_to_fill_that_varies_and_homes_never_filled():
    filled = (0.9, 0.6)
    moves, chains = world(150_000, 120, 155, (3, 8), FAST_SLOW["p"], (0.5, 0.5), filled, spread=True)
    found = read(mean_length(moves, chains, last=155))
    assert found["mean"] == pytest.approx(closed_form(FAST_SLOW["p"], (0.5, 0.5), filled), rel=0.01)


def test_homes_that_change_hands_while_empty_go_on_as_what_they_have_become():
    moves, chains = world(100_000, 12, 10_000, **FAST_SLOW, sold=0.5)
    found = read(mean_length(moves, chains, last=10_000))
    become = np.asarray(FAST_SLOW["p"]) @ np.array([[1.0, 0.0], [0.5, 0.5]])
    assert found["mean"] == pytest.approx(closed_form(become, FAST_SLOW["start"]), rel=0.01)


def test_moves_set_off_is_that_of_seniors_wherever_they_are_in_the_chain():
    senior = np.array([0.1, 0.6])
    moves, chains = world(150_000, 36, 35, **FAST_SLOW, senior=senior)
    visits = np.array([0.5, 0.5]) @ np.linalg.inv(np.eye(2) - np.asarray(FAST_SLOW["p"]))
    after = np.linalg.solve(np.eye(2) - np.asarray(FAST_SLOW["p"]), np.ones(2)) - 1
    truth = visits @ (senior * after) / (visits @ senior)
    found = read(mean_length(moves, chains, 35), "moves_set_off")
    assert found["mean"] == pytest.approx(truth, rel=0.02)


def test_the_national_reading_gets_back_the_links_that_the_border_hides():
    moves, chains = world(150_000, 60, 95, **FAST_SLOW, from_elsewhere=0.3)
    found = mean_length(moves, chains, last=95)
    assert read(found, reading="national_estimated")["mean"] == pytest.approx(TRUE_MEAN, rel=0.01)
    inside = closed_form(0.7 * np.asarray(FAST_SLOW["p"]), FAST_SLOW["start"])
    assert read(found)["mean"] == pytest.approx(inside, rel=0.01)
    after = continuation(ledger(moves, chains, 95), ("origin", "link"), "national_estimated").set_index("link")
    assert after.loc[1, "p_continue"] == pytest.approx(0.575, rel=0.01)
    assert after.loc[2, "p_continue"] == pytest.approx(0.625, rel=0.01)


def test_chains_from_before_the_start_are_in_no_mean_and_origins_stay_apart():
    moves, chains = world(4_000, 36, 60, **FAST_SLOW)
    other, old = world(4_000, 36, 60, (3, 8), ((0.1, 0.1), (0.1, 0.1)), (0.5, 0.5), seed=2)
    for table in (other, old):
        table["chain_id"] += 10_000
    other["move_id"] += 100_000
    other["parent_move_id"] += np.where(other["parent_move_id"] >= 0, 100_000, 0)
    alone = mean_length(moves, chains, 60)
    all_moves, all_chains = pd.concat([moves, other]), pd.concat([chains, old.assign(origin="voor_start")])
    with_old = mean_length(all_moves, all_chains, 60)
    pd.testing.assert_frame_equal(alone, with_old)
    both = mean_length(all_moves, all_chains.replace({"origin": {"voor_start": "death"}}), 60)
    short, mixed, long = (read(both, origin=name)["mean"] for name in ("death", "all", "new_build"))
    assert short < mixed < long


def coverage(seeds: int, studies: int, salt: int = 7) -> float:
    """In which share of studies of so many seeds, of 120 chains each, the interval holds the true mean."""
    n = seeds * studies
    moves, chains = world(120 * n, 36, 35, **FAST_SLOW, seed=salt, seeds=n, worlds_differ=0.3)
    found = ledger(moves, chains, 35)
    counts = count(found, 0 * found.links["origin"], 0 * found.homes["origin"], 1)
    inside = []
    for k in range(0, n, seeds):
        means = solve(Counts(*(table[k : k + seeds] for table in counts)), (1,))
        _, lower, upper = (end[-1, -1, 0, 0] for end in leaving_one_out(means[0], means[1:]))
        inside.append(lower <= TRUE_MEAN <= upper)
    return float(np.mean(inside))


@pytest.mark.parametrize("seeds", [2, 4])
def test_the_interval_holds_the_true_mean_in_95_percent_of_studies_of_few_seeds(seeds):
    assert abs(coverage(seeds, 100) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 100)  # a bootstrap over the seeds: 52 and 76 %


@pytest.mark.long
@pytest.mark.parametrize("seeds", [2, 4, 10, 20, 40])
def test_coverage_of_the_interval(seeds):
    found = np.mean([coverage(seeds, 250, salt) for salt in range(8)])
    print(f"{seeds} seeds: {found:.4f} of 2,000 studies")
    assert abs(found - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 2000)


def test_order_of_rows_changes_nothing():
    moves, chains = world(3_000, 36, 60, **FAST_SLOW)
    found = mean_length(moves, chains, 60)
    again = mean_length(moves.iloc[::-1], chains.sample(frac=1, random_state=3), 60)
    pd.testing.assert_frame_equal(found, again, check_exact=True)


def test_a_type_of_home_that_is_not_known_and_a_follow_up_that_is_too_short_are_named():
    moves, chains = world(100, 36, 60, **FAST_SLOW)
    with pytest.raises(ValueError, match="last_month=20"):
        mean_length(moves, chains, last=20)
    with pytest.raises(Refusal, match=r"unknown dwelling type 'eengezin'.*did you mean eengezins"):
        mean_length(moves.replace({"to_type": {"eengezins": "eengezin"}}), chains, last=60)
