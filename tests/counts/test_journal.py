"""A journal says what the columns, the ledger and the market say, changes nothing, and its two lanes part where a decision differed."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import numpy as np
import pytest

from sim import interventions, month, run
from sim.counts import journal, lanes, stories, told
from sim.counts.journal import Side
from sim.interventions import Outreach
from sim.levers import ALL_BIT, LOST_BIT
from sim.market import market
from sim.market.sieve import turns_down
from sim.model import HousingModel
from sim.world.codes import (
    ADAPTED,
    DROPPED,
    ENTERED,
    FADED,
    OBSTACLE,
    PRESENT,
    VERHUIZEN,
    WENS,
    ZOEKEN,
    Code,
    DropReason,
    DwellingType,
    MoveReason,
    Tenure,
    Trigger,
    Verdict,
    names,
)
from sim.world.columns import NOWHERE
from sim.world.errors import Refusal
from sim.world.ids import public_id
from tests.every import every
from tests.worlds import MIXED, MONTHS, burnt_in, everything, in_areas, let_pass, strong

COACHED = {key: strong(key) for key in ("wooncoach_sociaal", "wooncoach_particulier", "brieven", "campagne", "verhuisvoucher")}
BANNED = {"scenario", "indicator", "interval", "placebo", "ruis", "werelden", "netto", "verdringing", "instrument", "seed", "looptijd"}


def equipped(chosen: dict[str, Any], follows: str = "nobody", burnt=None):
    """A run at month 0 with instruments, in which nobody, those present, or all rows of the seed are followed."""
    one = (burnt or in_areas()).copy()
    w = one.world
    if follows == "present":
        one.follow(public_id(w.h.id[w.h.state == PRESENT]).tolist())
    if follows == "all":  # those who are founded later, too: so that the journal can be held against what all households did
        one.journal = journal.follow(w, public_id(w.h.id[w.h.state == PRESENT]).tolist())
        rows = np.arange(len(w.h.id))
        one.journal.mine = Side(rows, rows)
        one.journal.mine.was = one.journal.mine.look(w.h, w.d)
        one.journal.persons = {name: getattr(w.h, name)[rows] for name in journal.PERSONS}
        one.journal.entries = {int(i): one.journal.entries.get(int(i), []) for i in rows}
    one.equip({key: interventions.load(key, settings, w.setting.start) for key, settings in chosen.items()})
    return one


@functools.cache
def followed(which: str):
    """A run of a year in which every row is followed, with the funnel of each month and the markets that were met."""
    one, funnels, met = equipped(everything() if which == "everything" else COACHED, "all"), [], []
    meet = market.meet
    market.meet = lambda w, force: met.append((w.month, meet(w, force))) or met[-1][1]
    try:
        for _ in range(MONTHS):
            month.step(one)
            funnels.append(one.world.funnel.copy())
    finally:
        market.meet = meet
    return one, funnels, dict(met)


def entries(one, ghost: bool = False, *kinds: str):
    """Entries of households, or of their ghosts, of these kinds."""
    return [e for some in one.journal.entries.values() for e in some if (e.ghost >= 0) == ghost and e.kind in kinds]


WORLDS = pytest.mark.parametrize("which", ["everything", "coached"])


@pytest.mark.parametrize("chosen", [everything(), COACHED, {}], ids=["everything", "coached", "none"])
def test_with_and_without_a_journal_a_run_is_the_same_to_the_byte(chosen):
    with_it, without = (let_pass(equipped(chosen, follows), MONTHS) for follows in ("present", "nobody"))
    assert sum(map(len, with_it.journal.entries.values())) > 1000 and not without.journal.entries
    for table in "hdvm":
        for name, column in getattr(with_it.world, table)._asdict().items():
            np.testing.assert_array_equal(column, getattr(without.world, table)._asdict()[name], f"{table}.{name}")
    np.testing.assert_array_equal(with_it.world.funnel, without.world.funnel)
    assert with_it.world.totals == without.world.totals
    g, its = with_it.at_work.ghosts, without.at_work.ghosts
    if chosen:
        assert g.n == its.n > 0
        np.testing.assert_array_equal(g.funnel, its.funnel)
        for name in (*g.h._fields, "of", "mark", "born", "moved", "ended", "final", "first", "haunted"):
            mine, other = (getattr(side.h if name in g.h._fields else side, name) for side in (g, its))
            np.testing.assert_array_equal(mine, other, name)


@WORLDS
def test_every_step_of_the_klantreis_is_in_the_journal_as_the_funnel_counts_it(which):
    one, funnels, _ = followed(which)
    for kind, stage in (("wish", WENS), ("search", ZOEKEN)):
        counted = {(m, k): int(n) for m, f in enumerate(funnels) for k, n in enumerate(f[:, stage, ENTERED].sum(axis=0)) if n}
        assert counted == Counter((e.month, e.reason) for e in entries(one, False, kind)) and counted
    accepted = {m: int(f[:, VERHUIZEN, ENTERED].sum()) for m, f in enumerate(funnels)}
    at_once = [e for e in entries(one, False, "keys") if e.reason in (MoveReason.WONINGRUIL, MoveReason.RETURN)]  # at once
    assert accepted == Counter(e.month for e in (*entries(one, False, "accepted"), *at_once))
    dropped = {(m, k): int(n) for m, f in enumerate(funnels) for k, n in enumerate(f[:, :, DROPPED].sum(axis=(0, 1))) if n}
    assert dropped == Counter((e.month, e.reason) for e in entries(one, False, "dropped")) and len({k for _, k in dropped}) > 1
    obstacles = {(m, k): int(n) for m, f in enumerate(funnels) for k, n in enumerate(f[:, ZOEKEN, OBSTACLE].sum(axis=0)) if n}
    assert obstacles == Counter((e.month, e.reason) for e in entries(one, False, "obstacle")) and len({k for _, k in obstacles}) > 4


@WORLDS
def test_every_step_of_a_ghost_is_in_the_journal_as_ghosts_count_it(which):
    one, funnel = followed(which)[0], followed(which)[0].at_work.ghosts.funnel
    for kind, stage in (("wish", WENS), ("search", ZOEKEN)):
        assert funnel[:, stage, ENTERED].sum() == len(entries(one, True, kind)) > 0
    drops = Counter(e.reason for e in entries(one, True, "dropped"))
    wishes = drops[FADED] + drops[ADAPTED]
    homes = {(one.at_work.ghosts.h.home[e.ghost], e.month) for e in entries(one, True, "dropped") if e.reason == ADAPTED}
    assert funnel[:, WENS, DROPPED, ADAPTED].sum() == len(homes), "of two ghosts in one home the second finds it adapted"
    assert funnel[:, WENS, DROPPED].sum() == wishes and funnel[:, ZOEKEN, DROPPED].sum() == drops.total() - wishes


@WORLDS
def test_every_move_of_the_ledger_is_in_the_journal_with_its_home(which):
    one = followed(which)[0]
    m, n = one.world.m, int(one.world.counts[1])
    ledger = [
        (int(m.month[k]), int(m.household[k]), int(m.to_dwelling[k]), int(m.reason[k]), float(m.fit_before[k]), float(m.fit_after[k]))
        for k in range(n)
    ]
    told_moves = [(e.month, e.household, e.home, e.reason, e.fit_before, e.fit_after) for e in entries(one, False, "keys")]
    assert sorted(ledger) == sorted(told_moves) and len({row[3] for row in ledger}) > 1
    g = one.at_work.ghosts
    rows = [r for r in range(g.n) if g.moved[r] >= 0 and not g.mark[r] & LOST_BIT]
    moved = {(r, int(g.moved[r]), int(one.world.v.dwelling[g.h.reserved[r]])) for r in rows}
    assert moved == {(e.ghost, e.month, e.home) for e in entries(one, True, "keys")} and moved
    for e in entries(one, True, "keys"):
        assert 0 < e.fit_after < 1.5 if g.mark[e.ghost] & ALL_BIT else np.isnan(e.fit_after)


@WORLDS
def test_whoever_an_instrument_reaches_is_in_the_journal_each_time(which):
    one = followed(which)[0]
    reached = Counter(e.by[0] for e in entries(one, False, "talk", "help", "information"))
    for running in one.at_work.running:
        if which == "coached":
            assert reached[running.key] == running.n_reached, running.key
        elif running.settings.card.for_households:  # of who is moved by another instrument in the same month nothing is left that says so
            assert 0.8 * running.n_reached <= reached[running.key], running.key
    kinds = {e.by[0]: e.kind for e in entries(one, False, "talk", "help", "information")}
    for running in one.at_work.running:
        if running.n_reached and running.settings.card.for_households:
            s = running.settings
            assert kinds[running.key] == ("talk" if s.card.talks else "information" if isinstance(s, Outreach) else "help")


@WORLDS
def test_months_of_looking_are_as_the_market_has_them(which):
    one, _, met = followed(which)
    of = {}
    for e in entries(one, False, "responded", "refused"):
        of.setdefault((e.month, e.household), []).append(e)
    n_refused = 0
    for when, at in met.items():
        if at is None:
            continue
        ids, offers = at.seekers["id"], at.offers.at
        for s, row in enumerate(at.rows.tolist()):
            mine = of.pop((when, row), [])
            assert [e.number for e in mine if e.kind == "responded"] == ([n] if (n := int(at.responses.n[s].sum())) else [])
            homes = [e.home for e in mine if e.kind == "refused"]
            assert len(homes) == at.cleared.n_refused[s]
            n_refused += len(homes)
            for home in homes:
                k = np.flatnonzero(offers["dwelling"] == home)[0]
                assert turns_down(at.viewing.key, ids[s], offers["id"][k], at.viewing.p_refusal)
                assert k in at.responses.offer[s] and k != at.cleared.offer[s]
    assert not of and n_refused > 20


@WORLDS
def test_a_ghost_that_looks_meets_an_obstacle_or_gets_a_home_and_never_what_it_refused(which):
    one = followed(which)[0]
    by = {}
    for e in entries(one, True, "refused", "obstacle", "accepted", "responded"):
        by.setdefault((e.ghost, e.month), []).append(e)
    searched = []
    for (ghost, when), some in by.items():
        kinds = [e.kind for e in some]
        searched.append(searching(one, ghost, when))
        if searched[-1]:
            assert ("obstacle" in kinds) != ("accepted" in kinds)
        else:
            assert "obstacle" not in kinds, "nothing stands in the way of who is awake on the list and does not search"
        refused = [e.home for e in some if e.kind == "refused"]
        assert not {e.home for e in some if e.kind == "accepted"} & set(refused)
        assert not refused or sum(e.number for e in some if e.kind == "responded") >= len(refused)
    assert sum(e.kind == "refused" for some in by.values() for e in some) > 5
    assert sum(searched) > 20 and not all(searched)


def searching(one, ghost, when) -> bool:
    """Whether a ghost searched when it looked in a month, by the entries of its lane; who was founded in the run does from then on."""
    steps = ("start", "wish", "search", "dropped", "settled", "gave_back")
    last = [e for e in lanes.lane_of_ghost(one.journal, one.at_work, ghost) if e.month <= when and e.kind in steps]
    return not last or last[-1].kind in ("search", "gave_back") or (last[-1].kind == "start" and last[-1].reason == ZOEKEN)


@WORLDS
def test_events_and_ends_are_those_of_the_household_and_a_ghost_shares_them(which):
    one = followed(which)[0]
    g, w = one.at_work.ghosts, one.world
    ended = {e.household: e.month for e in entries(one, False, "ended")}
    gone = np.flatnonzero(w.h.state == 2)
    assert set(ended) <= set(gone.tolist()) and len(ended) > 30
    mine = {(e.month, e.household, e.reason) for e in entries(one, False, "event")}
    for e in entries(one, True, "event"):
        assert (e.month, e.household, e.reason) in mine and e.month > g.born[e.ghost]
    for e in entries(one, True, "ended"):
        assert g.ended[e.ghost] == e.month and g.moved[e.ghost] < 0
        assert ended.get(e.household, 99) >= e.month
    assert {e.ghost for e in entries(one, True, "ended")} == set(np.flatnonzero((g.h.state[: g.n] == 2) & (g.moved[: g.n] < 0)).tolist())


@WORLDS
def test_no_lane_goes_on_after_its_end(which):
    one = followed(which)[0]
    for i, some in one.journal.entries.items():
        for ghost in {e.ghost for e in some}:
            lane = [e for e in some if e.ghost == ghost]
            assert [e.month for e in lane] == sorted(e.month for e in lane)
            last = "ended" if ghost < 0 else ("ended", "keys")
            assert not any(e.kind in last for e in lane[:-1]), i


@WORLDS
def test_the_parting_names_the_instruments_that_made_the_decision_differ(which):
    one = followed(which)[0]
    g, keys = one.at_work.ghosts, one.at_work.keys
    partings = {e.ghost: e for e in entries(one, True, "parted")}
    assert set(partings) == set(np.flatnonzero(g.mark[: g.n] & LOST_BIT == 0)), "each ghost of a user parts once"
    for r, e in partings.items():
        assert (e.month, e.household) == (g.born[r], g.of[r])
        marks = [keys[k] for k in range(len(keys)) if int(g.mark[r]) >> k & 1]
        assert set(marks) <= set(e.by) <= set(keys)
        if not e.by:  # no instrument alone: it took more than one
            same = [other for other, at in partings.items() if (at.household, at.month, at.reason) == (e.household, e.month, e.reason)]
            assert np.bitwise_or.reduce(g.mark[same]) == ALL_BIT
    assert len({e.reason for e in partings.values()}) >= 3


def with_ghost(one):
    """Household rows with a ghost without all instruments, and the ghosts."""
    g = one.at_work.ghosts
    rows = np.flatnonzero(g.mark[: g.n] & ALL_BIT)
    return list(zip(g.of[rows].tolist(), rows.tolist(), strict=True))


def test_before_the_parting_the_lanes_are_equal_and_only_the_first_has_what_instruments_did():
    one = followed("coached")[0]
    for i, ghost in with_ghost(one):
        mine = lanes.lane_met(one.journal, i)
        theirs = lanes.lane_of_ghost(one.journal, one.at_work, ghost)
        at = next(k for k, e in enumerate(theirs) if e.kind == "parted")
        assert theirs[:at] == [e for e in mine if e.kind not in told.CONTACTS][:at]
        assert not any(e.kind in told.CONTACTS for e in theirs)
        assert all(e.month >= theirs[at].month for e in theirs[at:]) and all(e.month <= theirs[at].month for e in theirs[:at])


def test_up_to_the_first_parting_and_in_its_month_both_lanes_are_those_of_a_world_without_instruments():
    late = {key: settings | {"from": "2026-05"} for key, settings in COACHED.items()}
    base, one = let_pass(equipped({}, "present"), 6), let_pass(equipped(late, "present"), 6)
    first = min(e.month for e in entries(one, True, "parted"))
    assert first == 4
    steps = ("wish", "search", "dropped", "registered", "event", "settled")
    ghosts = dict(with_ghost(one))
    for i in base.journal.entries:
        plain = [e for e in lanes.lane_met(base.journal, i) if e.month < first]
        assert plain == [e for e in lanes.lane_met(one.journal, i) if e.month < first and e.kind not in told.CONTACTS]
        if i in ghosts and one.at_work.ghosts.born[ghosts[i]] == first:
            theirs = lanes.lane_of_ghost(one.journal, one.at_work, ghosts[i])
            there = [(e.kind, e.reason) for e in lanes.lane_met(base.journal, i) if e.month == first and e.kind in steps]
            assert there == [(e.kind, e.reason) for e in theirs if e.month == first and e.kind in steps]


def test_the_lanes_of_everybody_are_told_in_both_languages_and_say_where_they_part():
    one = followed("coached")[0]
    w = one.world
    for i, ghost in with_ghost(one)[:150]:
        both = lanes.lanes(w, one.at_work, one.journal, int(public_id(w.h.id[i : i + 1])[0]))
        assert both["parted"]["month"] == one.at_work.ghosts.born[ghost]
        for language in told.LANGUAGES:
            assert told.title_of(both["parted"]["by"][0])[language] in both["why"][language] if both["parted"]["by"] else True
        for lane in ("with", "without"):
            kept = [row for row in both["entries"][lane] if row["kind"] not in (*told.VAIN, "parted")]
            assert [(one["month"], one["kind"]) for one in both["lanes"][lane] if one["kind"] not in (*told.VAIN, "searched")] == [
                (row["month"], row["kind"]) for row in kept
            ]
            lines = both["lanes"][lane]
            months = sum(one["numbers"]["months"] for one in lines if one["kind"] == "searched")
            obstacles = sum(row["kind"] == "obstacle" for row in both["entries"][lane])
            assert months + sum(one["kind"] == "obstacle" for one in lines) == obstacles
            responses = sum(row["number"] for row in both["entries"][lane] if row["kind"] == "responded")
            assert sum(one["numbers"]["number"] for one in both["lanes"][lane] if one["kind"] in ("searched", "responded")) == responses


def test_a_response_of_the_month_in_which_a_home_was_won_is_no_month_in_vain():
    home = {"area_name": "Duinen", "tenure": Tenure.KOOP.key, "type": DwellingType.FLEX.key, "rooms": 3, "lane": "with", "instruments": []}
    rows = [home | {"kind": "obstacle", "month": when, "reason": "outranked"} for when in (1, 2, 5)]
    rows.insert(1, home | {"kind": "responded", "month": 2, "number": 3, "reason": ""})
    won = [
        home | {"kind": "responded", "month": 6, "number": 1, "reason": ""},
        home | {"kind": "accepted", "month": 6, "keys_month": 8, "reason": ""},
    ]
    lines = told.drawn_together([*rows, *won], "2026-01")
    assert [(one["kind"], one["month"]) for one in lines] == [("searched", 1), ("responded", 6), ("accepted", 6)]
    assert lines[0]["numbers"] == {"months": 3, "number": 3, "most": 3} and "juni 2026" in lines[0]["said"]["nl"]
    assert [one["kind"] for one in told.drawn_together(rows[:1], "2026-01")] == ["obstacle"]


def rows_of_every_kind():
    """An entry of each kind with each of its reasons."""
    home = {"area_name": "Duinen", "tenure": Tenure.KOOP.key, "type": DwellingType.FLEX.key, "rooms": 3}
    plainly = {"month": 14, "lane": "with", "instruments": ["voorrang", "al_brieven"], "number": 2, "keys_month": 16}
    for kind in [*told.PLAIN, "event", "responded", "ended", "keys"]:
        reasons: list[str] = names(lanes.REASONS[kind]) if kind in lanes.REASONS else [""]
        if kind == "event":
            reasons = [one.key for one in told.EVENTS]
        if kind == "parted":
            reasons = [one.key for one in told.ABOUT]
        for reason in reasons:
            yield {**plainly, **home, "kind": kind, "reason": reason, "fit_before": 0.5, "fit_after": 0.75}


@every("row", rows_of_every_kind, ids=lambda row: f"{row['kind']}-{row['reason']}")
def test_every_kind_of_entry_is_said_in_short_sentences_of_both_languages(row):
    line = told.line(row, "2026-01")
    assert line["date"] == "2027-03" and line["when"] == {"nl": "maart 2027", "en": "March 2027"}
    for language in told.LANGUAGES:
        said = told.text(line, language)
        assert "{" not in said and said[0].isupper() and said.endswith(".") and "  " not in said
        assert all(len(sentence.split()) <= 25 for sentence in said.split(". "))
        assert not any(character.isdigit() for character in line["said"][language].replace("2027", ""))
    assert not set(told.text(line, "nl").lower().replace(".", " ").split()) & (BANNED | {"basis"})


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.75), (0.5, 0.0), (None, 0.75), (0.5, None)])
def test_how_well_a_home_fits_is_said_of_two_homes_alone(before, after):
    """0 in the ledger is no fit: no home was left, or a partner's was taken."""
    keys = next(row for row in rows_of_every_kind() if row["kind"] == "keys")
    assert "{fit_after}" in told.line(keys, "2026-01")["said"]["nl"]
    line = told.line(keys | {"fit_before": before, "fit_after": after}, "2026-01")
    assert not any("fit" in line["said"][language] for language in told.LANGUAGES) and not {"fit_before", "fit_after"} & set(
        line["numbers"]
    )
    assert stories._fits(before or 0.0, after or 0.0, 0) == ""


def test_of_a_household_that_ended_no_later_month_is_said_on_either_side():
    row = next(row for row in rows_of_every_kind() if row["kind"] == "ended") | {"month": 34}
    parted = next(row for row in rows_of_every_kind() if row["kind"] == "parted")
    found = told.summed([row], [row], parted, (119, 34), "2026-01")
    assert found["nl"].count("tot en met november 2028") == 2 and "2035" not in found["nl"] and found["en"].count("November 2028") == 2


def test_every_kind_that_is_written_can_be_said_and_every_reason_has_its_word():
    one = followed("everything")[0]
    written = {(e.kind, e.reason) for some in one.journal.entries.values() for e in some}
    assert {kind for kind, _ in written} >= {*told.PLAIN, "event", "responded", "ended", "keys"} - {"gave_back"}
    for kind, reason in written:
        of: type[Code] | None = lanes.REASONS.get(kind)
        assert (reason >= 0) == (of is not None) and (of is None or reason < len(of))
        assert kind != "event" or Trigger(reason) in told.EVENTS


def test_those_worth_following_are_the_first_of_each_verdict():
    one = followed("coached")[0]
    w = one.world
    among = lanes.seniors_at_home(burnt_in().world)
    found = lanes.people(w, one.at_work, one.journal, window=6, each=2)["people"]
    chosen = lanes.worth_following(w, one.at_work, among, window=6, each=2)
    by = Counter(row["verdict"] for row in chosen)
    assert (
        set(by.values()) <= {1, 2}
        and len(by) >= 4
        and [row["verdict"] for row in chosen] == sorted(by.elements(), key=names(Verdict).index)
    )
    everybody = lanes.worth_following(w, one.at_work, among, window=6, each=10**6)
    for verdict in by:
        mine = [row for row in everybody if row["verdict"] == verdict]
        assert mine == sorted(mine, key=lambda row: (row["parted_month"], row["id"]))
        assert [row for row in chosen if row["verdict"] == verdict] == mine[:2]
    assert {row["id"] for row in found} <= set(public_id(w.h.id).tolist()) and all(row["why"]["nl"] for row in found)


def test_nobody_is_worth_following_where_nothing_differed():
    one = let_pass(equipped({}, "present"), 2)
    assert lanes.people(one.world, one.at_work, one.journal)["people"] == []
    i = int(one.journal.mine.rows[0])
    both = lanes.lanes(one.world, one.at_work, one.journal, int(public_id(one.world.h.id[i : i + 1])[0]))
    assert both["parted"] is None and both["entries"]["with"] and "net zo gegaan" in both["why"]["nl"]


def test_who_is_followed_is_refused_by_name_where_it_cannot_be():
    one = equipped(COACHED)
    with pytest.raises(Refusal, match=r"follow: household 12345 is not there in month 0; take the id of one of model.agents"):
        one.follow([12345])
    let_pass(one, 1)
    with pytest.raises(Refusal, match="instruments are at work in month 1; follow households before"):
        one.follow(public_id(one.world.h.id[:1]).tolist())
    with pytest.raises(Refusal, match="household 12345 has no journal; follow it"):
        lanes.lanes(one.world, one.at_work, one.journal, 12345)


def test_a_story_tells_the_journal_of_who_is_followed_also_when_it_is_gone():
    model = HousingModel(MIXED, seed=1, months=8, burn_in=3, follow_up=2, interventions=COACHED)
    ids = lanes.seniors_at_home(model.world)
    model.follow(ids).run(6)
    w, at_work, mine = model.world, model.state.at_work, model.state.journal
    rows = [i for i, _ in with_ghost(model.state) if i in mine.mine.rows]
    both = lanes.lanes(w, at_work, mine, int(public_id(w.h.id[rows[0] : rows[0] + 1])[0]))
    dutch, english = (model.household(rows[0]).story(language) for language in told.LANGUAGES)
    assert "Met de maatregelen:" in dutch and "Without the measures:" in english and both["why"]["nl"] in dutch
    for line in both["lanes"]["with"]:
        assert f"{line['when']['nl']}: {told.text(line, 'nl')}" in dutch
    gone = next(i for i, some in mine.entries.items() if some[-1].kind == "ended")
    assert "er niet meer" in model.household(gone).story("nl") or "samenwonen" in model.household(gone).story("nl")
    plain = next(i for i in np.flatnonzero(w.h.state == PRESENT).tolist() if i not in mine.mine.rows and w.h.home[i] != NOWHERE)
    assert "Het woont hier:" in model.household(plain).story("nl") and "It lives in" in model.household(plain).story()
    with pytest.raises(Refusal, match="language='de': a story is told in nl or en"):
        model.household(plain).story("de")


def test_a_fork_keeps_what_befell_and_begins_with_ghosts_anew():
    model = HousingModel(MIXED, seed=1, months=8, burn_in=3, follow_up=2, interventions=COACHED)
    model.follow(lanes.seniors_at_home(model.world)).run(4)
    twin = model.fork({"voorrang": strong("voorrang")})
    before = {i: list(some) for i, some in model.state.journal.entries.items()}
    twin.run(4)
    assert model.state.journal.entries == before, "the original is left as it was"
    for i, some in twin.state.journal.entries.items():
        own = [e for e in before[i] if e.ghost < 0 and e.kind != "parted"]
        assert some[: len(own)] == own and all(e.month >= 4 for e in some[len(own) :])
    assert stories.story(twin.world, twin.state.at_work, twin.state.journal, int(twin.state.journal.mine.rows[0]))


@pytest.mark.parametrize("reason", [DropReason.WISH_FADED, MoveReason.FILL])
def test_a_code_of_the_journal_is_written_as_its_word(reason):
    one = followed("coached")[0]
    kind = "dropped" if isinstance(reason, DropReason) else "keys"
    e = next(e for e in entries(one, False, kind) if e.reason == reason)
    assert lanes.row_of(one.world, e, "with")["reason"] == reason.key


def test_the_table_has_both_lanes_of_the_first_of_each_verdict_and_is_empty_where_nobody_watches():
    held = {key: settings | {"allow_empty": True} for key, settings in COACHED.items()}
    wanted = ("journal", "attribution", "moves")
    made = run.run_scenario(burnt_in(), held, tables=wanted, ghost_window=6).tables
    table, verdicts = made["journal"], made["attribution"].query("instrument == 'alle'").set_index("household_id")["verdict"].astype(str)
    first = table.drop_duplicates("household_id")
    assert len(first) == first["verdict"].nunique() >= 3 and set(table["lane"]) == {"with", "without"}
    assert first["verdict"].astype(str).tolist() == verdicts[first["household_id"]].tolist()
    moved = table[(table["kind"] == "keys") & (table["lane"] == "with")]
    ledger = made["moves"].query("household_id in @first.household_id")
    assert sorted(zip(moved["household_id"], moved["month"], strict=True)) == sorted(
        zip(ledger["household_id"], ledger["month"], strict=True)
    )
    for scenario in ({"tables": wanted, "ghost_window": None}, {"tables": ("moves",)}):
        other = run.run_scenario(burnt_in(), held, **scenario).tables
        assert other["moves"].equals(made["moves"]) and not len(other.get("journal", []))


def test_the_same_household_can_be_told_of_the_base_world_too_which_is_another_thing_than_its_ghost():
    base, one = let_pass(equipped({}, "present"), MONTHS), followed("coached")[0]
    apart = 0
    for i, ghost in with_ghost(one)[:200]:
        household = int(public_id(one.world.h.id[i : i + 1])[0])
        if household not in public_id(base.world.h.id[base.journal.mine.rows]):
            continue
        there = lanes.other_world(base.world, base.journal, household)
        rows = [lanes.row_of(base.world, e, "elsewhere") for e in lanes.lane_met(base.journal, i)]
        assert there["entries"] == rows and rows[0]["kind"] == "start" and {row["lane"] for row in rows} == {"elsewhere"}
        mine = lanes.row_of(one.world, lanes.lane_met(one.journal, i)[0], "elsewhere")
        assert rows[0] == mine, "a row is the same household in every scenario of a seed"
        plain = [(e.month, e.kind, e.reason) for e in lanes.lane_met(base.journal, i)]
        ghostly = [(e.month, e.kind, e.reason) for e in lanes.lane_of_ghost(one.journal, one.at_work, ghost) if e.kind != "parted"]
        apart += plain[: len(ghostly)] != ghostly
    assert apart > 0, "the base world has drifted: others have moved in it"
