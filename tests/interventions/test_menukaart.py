"""What each card of the menukaart does, where the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim import month
from sim.counts.invariants import violations
from sim.interventions import REGISTRY, load
from sim.interventions.cards.op_weg_helpen import Outreach
from sim.interventions.cards.splitsen import Permits, Woningsplitsen
from sim.interventions.cards.voorrang import Labelling
from sim.world import law
from sim.world.codes import Access, DwellingState, DwellingType, HouseholdState, HouseholdType, Origin, Stage, Tenure
from sim.world.columns import NEVER, NOWHERE, age_years
from sim.world.errors import Refusal
from tests.worlds import at_work, burnt_in, let_pass, running, strong

NO_MASK = np.uint64(0)
HUIDIGE = Stage.HUIDIGE_WONING


def contacts(under_way, key):
    return [row["contacts"] for row in under_way.at_work.ledger if row["instrument"] == key]


def members(under_way, key, settings):
    """Rows of the target group of an instrument with these settings, in any stage."""
    [one] = at_work(under_way, {key: settings}).at_work.running
    return one.settings.target_group(one.at_work, under_way.world, (0, 4), NO_MASK)


def ledger_rows(w):
    return np.arange(int(w.counts[1]))


# information


def carried_at_home(w):
    """Households without a wish, and not just back from one, that carry an instrument's bit."""
    at_home = (w.h.stage == HUIDIGE) & (w.h.state == HouseholdState.PRESENT) & (w.h.stage_month < w.month - 1)
    return at_home & (w.h.touched != 0)


def test_a_campaign_is_forgotten_by_whoever_did_nothing_with_it():
    under_way = at_work(burnt_in(), {"campagne": strong("campagne") | {"until": "2026-04"}})
    w = under_way.world
    for t in range(6):
        month.step(under_way)
        assert carried_at_home(w).any() == (t < 3), "it works for three months"


def test_a_campaign_costs_what_each_contact_costs():
    under_way = let_pass(at_work(burnt_in(), {"campagne": {"eur_contact": 7}}), 4)
    assert running(under_way, "campagne").eur_spent == 7 * sum(contacts(under_way, "campagne")) > 0


def test_every_household_gets_one_letter_in_a_round():
    settings = strong("brieven") | {"dur_between": 6, "awareness": 0}
    under_way = at_work(burnt_in(), {"brieven": settings})
    w = under_way.world
    letters = np.zeros(len(w.h.id), int)
    one = running(under_way, "brieven")
    group = set(one.settings.target_group(one.at_work, w, (0, 0), NO_MASK).tolist())
    for _ in range(6):
        month.step(under_way)
        letters += carried_at_home(w)
    assert letters.max() == 1
    there = np.array(sorted(group))
    there = there[(w.h.stage[there] == HUIDIGE) & (w.h.state[there] == HouseholdState.PRESENT) & (w.h.moved_in[there] < 0)]
    assert (letters[there] == 1).mean() > 0.95, "who was in the journey when the letter was due got none"


def test_an_evening_is_for_one_wijk_at_a_time():
    under_way = at_work(burnt_in("veldhoven", months=24), {"woonevenement": strong("woonevenement") | {"dur_between": 2}})
    w = under_way.world
    turns = []
    for _ in range(6):
        before = w.h.touched.copy()
        month.step(under_way)
        turns.append(set(w.d.area[w.h.home[np.flatnonzero((w.h.touched != 0) & (before == 0))]].tolist()))
    assert all(len(turn) <= 1 for turn in turns)
    assert [bool(turn) for turn in turns] == [True, False, True, False, True, False]
    assert turns[0] != turns[2]


def test_an_outreach_never_spends_more_than_it_has():
    under_way = let_pass(at_work(burnt_in(), {"brieven": strong("brieven") | {"eur_budget": 10, "eur_contact": 3}}), 3)
    assert running(under_way, "brieven").n_reached == 3
    assert sum(row["waiting"] for row in under_way.at_work.ledger) > 0
    assert issubclass(type(running(under_way, "brieven").settings), Outreach)


# taken off one's hands


def test_the_rent_that_is_not_asked_is_that_of_the_home_left():
    under_way = let_pass(at_work(burnt_in(), {"geen_dubbele_huur": strong("geen_dubbele_huur") | {"dur_overlap": 2}}), 10)
    w = under_way.world
    used = w.m.instruments[: w.counts[1]] != 0
    assert running(under_way, "geen_dubbele_huur").eur_spent == pytest.approx(2 * float(w.m.from_rent[: w.counts[1]][used].sum())) != 0


def test_who_hires_a_mover_pays_for_it():
    under_way = let_pass(at_work(burnt_in(), {"verhuisbegeleider": strong("verhuisbegeleider")}), 8)
    assert {row["organisation"] for row in under_way.at_work.ledger} == {"huishouden"}
    assert load("verhuisbegeleider", {"eur_use": 1200}).levers()["eur_once"] == -1200


def test_an_inspection_is_paid_once_for_each_household():
    under_way = let_pass(at_work(burnt_in(), {"voorinspectie": strong("voorinspectie") | {"eur_inspection": 80}}), 8)
    one = running(under_way, "voorinspectie")
    assert one.eur_spent == 80 * one.n_reached == 80 * sum(contacts(under_way, "voorinspectie")) > 0


def test_aids_are_fitted_in_adaptable_homes_and_in_no_others():
    before = burnt_in().world.d.access.copy()
    under_way = let_pass(at_work(burnt_in(), {"extra_hulpmiddelen": strong("extra_hulpmiddelen") | {"eur_home": 3000}}), 10)
    w = under_way.world
    rows = ledger_rows(w)[w.m.instruments[: w.counts[1]] != 0]
    homes = w.m.to_dwelling[rows]
    needed = before[homes] == Access.AANPASBAAR
    assert (w.d.access[homes[needed]] == Access.GESCHIKT).all() and needed.any()
    assert running(under_way, "extra_hulpmiddelen").eur_spent == pytest.approx(3000 * needed.sum())
    np.testing.assert_array_equal(w.m.fit_after[rows[-1:]], w.h.fit_here[w.m.household[rows[-1:]]])


# registration


def moved(w, key):
    """Ledger rows of moves into a corporatie home on which the instrument worked."""
    rows = ledger_rows(w)[w.m.instruments[: w.counts[1]] != 0]
    return rows[w.d.tenure[w.m.to_dwelling[rows]] == Tenure.CORPORATIE]


def test_registration_that_is_kept_goes_on_and_otherwise_begins_again():
    under_way = at_work(burnt_in(), {"behoud_inschrijftijd": strong("behoud_inschrijftijd")})
    w = under_way.world
    n_kept = 0
    for _ in range(10):
        before, first = w.h.registered.copy(), int(w.counts[1])
        month.step(under_way)
        for k in range(first, int(w.counts[1])):
            i = w.m.household[k]
            if w.m.reason[k] != 0 or w.d.tenure[w.m.to_dwelling[k]] != Tenure.CORPORATIE or before[i] > w.month:
                continue
            kept = w.m.instruments[k] != 0
            assert w.h.registered[i] in ([min(before[i], w.month - 1)] if kept else [w.month - 1, NEVER])
            n_kept += kept
    assert n_kept > 0


@pytest.mark.parametrize(("worse", "back"), [(True, True), (False, False)])
def test_who_lives_worse_than_before_has_the_registration_back(worse, back):
    under_way = at_work(burnt_in(), {"tevredenheidsgarantie": strong("tevredenheidsgarantie")})
    w, rows = under_way.world, np.zeros(0, int)
    while len(rows) == 0:  # until somebody moved with it in the month that ended
        let_pass(under_way, 1)
        rows = moved(w, "tevredenheidsgarantie")
        rows = rows[w.m.month[rows] == w.month - 1]
    let_pass(under_way, 2)
    rows = rows[w.h.home[w.m.household[rows]] == w.m.to_dwelling[rows]]
    assert len(rows) > 0
    w.m.fit_before[rows], w.m.fit_after[rows] = 0.5, 0.3 if worse else 0.7
    month.step(under_way)
    expected = w.m.month[rows] - (w.m.registered[rows] if back else 0)
    now = w.h.registered[w.m.household[rows]]
    assert (now == expected)[back | (now != NEVER)].all()


# labels and rules on homes


def test_local_binding_is_for_new_homes_for_sale_below_the_limit_and_for_who_has_been_here():
    one = load("lokale_binding", {})
    under_way = let_pass(burnt_in("veldhoven", months=24).copy(), 12)
    w = under_way.world
    homes = w.v.dwelling[: w.counts[0]][w.v.state[: w.counts[0]] <= 1]
    found = one.suits(w, homes)
    limit = law.amount("betaalbaarheidsgrens", w.setting.start)
    expected = [
        w.d.tenure[j] == Tenure.KOOP and w.v.origin[w.d.vacancy[j]] == Origin.NEW_BUILD and w.params.rel_asking * w.d.woz[j] <= limit
        for j in homes
    ]
    assert found.tolist() == expected
    rows = members(under_way, "lokale_binding", {})
    assert len(rows) > 0 and (w.month - np.minimum(w.h.founded[rows], w.h.moved_in[rows]) >= 72).all()
    with pytest.raises(law.Refusal, match="only with a huisvestingsverordening"):
        load("lokale_binding", {"huisvestingsverordening": False})
    with pytest.raises(law.Refusal, match="at most half of the designated homes"):
        load("lokale_binding", {"rel_labelled": 0.6})


LABELLING = sorted(key for key, cls in REGISTRY.items() if issubclass(cls, Labelling))


@pytest.mark.parametrize("key", LABELLING)
def test_a_label_is_for_a_home_as_it_is_offered_and_ends_with_the_instrument(key):
    under_way = at_work(burnt_in("veldhoven", months=24), {key: strong(key) | {"until": "2026-10"}})
    w = under_way.world
    seen = 0
    for t in range(10):
        month.step(under_way)
        labelled = np.flatnonzero(w.d.labels)
        seen += len(labelled)
        taken = w.d.occupant[labelled] >= 0
        assert (w.h.moved_in[w.d.occupant[labelled[taken]]] == w.month - 1).all(), "the keys were handed over this very month"
        assert (w.d.vacancy[labelled[~taken]] >= 0).all()
        assert t < 9 or len(labelled) == 0, "it has ended"
    assert seen > 0


def test_a_new_home_that_was_sold_once_goes_by_local_binding_no_more():
    under_way = at_work(burnt_in("veldhoven", months=24), {"lokale_binding": strong("lokale_binding")})
    w = under_way.world
    let_pass(under_way, 12)
    sold = np.unique(w.m.to_dwelling[: w.counts[1]])
    before = w.d.labels.copy()
    month.step(under_way)
    assert (before != 0).any()
    assert (w.d.labels[sold] == 0).all(), "existing owner homes may not go by binding"


def test_agreements_with_sellers_and_landlords_are_for_step_free_homes_outside_the_corporaties():
    w = let_pass(at_work(burnt_in(), {"voorrang_afspraken": strong("voorrang_afspraken")}), 6).world
    labelled = np.flatnonzero(w.d.labels)
    assert len(labelled) > 0
    assert (w.d.tenure[labelled] != Tenure.CORPORATIE).all() and (w.d.access[labelled] == Access.GESCHIKT).all()


def test_the_stork_comes_to_young_couples_with_or_without_a_home():
    burnt = burnt_in()
    w = burnt.world
    rows = members(burnt, "ooievaarsclausule", {"rel_wish": 1.0})
    assert (w.h.kind[rows] == HouseholdType.COUPLE).all()
    assert (age_years(w.h.adult_birth[rows], w.month).max(axis=1) <= 40).all()
    assert (w.h.home[rows] >= 0).any() and (w.h.home[rows] == NOWHERE).any()
    asks = members(burnt, "ooievaarsclausule", {"rel_wish": 1.0, "who": {"rooms": 3}})
    assert (w.d.rooms[w.h.home[asks]] >= 3).all() and (w.h.home[asks] >= 0).all()
    half = members(burnt, "ooievaarsclausule", {"rel_wish": 0.5})
    assert set(half.tolist()) < set(rows.tolist())


def test_under_the_norm_large_homes_go_to_three_or_more_until_nobody_comes():
    under_way = let_pass(at_work(burnt_in(), {"passendheidsnorm": strong("passendheidsnorm") | {"until": "2026-11"}}), 10)
    w = under_way.world
    k = ledger_rows(w)[w.m.vacancy[: w.counts[1]] >= 0]
    k = k[w.m.month[k] >= 4]  # what was accepted before the rule has been handed over
    large = (w.d.tenure[w.m.to_dwelling[k]] == Tenure.CORPORATIE) & (w.d.rooms[w.m.to_dwelling[k]] >= 4)
    small_household = large & (w.m.size[k] < 3) & (w.v.relaxed[w.m.vacancy[k]] == 0)
    assert large.sum() > 5 and not small_household.any()
    assert running(under_way, "passendheidsnorm").n_uses > 0
    month.step(under_way)
    assert (w.d.labels == 0).all(), "the rule ends with the instrument"


def test_income_free_homes_stay_within_the_free_space_of_the_law():
    with pytest.raises(law.Refusal, match=r"at least 85 % of the lettings"):
        load("flexibele_inkomenseisen", {"rel_labelled": 0.2})
    under_way = at_work(burnt_in("veldhoven", months=24), {"flexibele_inkomenseisen": {"rel_labelled": 0.15}})
    w = under_way.world
    labelled: dict[int, bool] = {}
    for _ in range(12):
        running(under_way, "flexibele_inkomenseisen").act(w)
        homes = w.v.dwelling[: w.counts[0]][w.v.state[: w.counts[0]] <= 1]
        labelled |= {int(j): bool(w.d.labels[j]) for j in homes[w.d.tenure[homes] == Tenure.CORPORATIE]}
        month.step(under_way)
    assert np.mean(list(labelled.values())) == pytest.approx(0.15, abs=0.06)


# more homes


def split_world(**settings):
    chosen = {"p_apply": 1.0, "rel_refused": 0.0, "rel_most": 1.0, "dur_permit": 1, "dur_works": 2, "who": {"floor_area": 120}} | settings
    return at_work(burnt_in("veldhoven", months=24), {"woningsplitsen": chosen})


def test_a_split_home_is_two_homes_of_half_the_size_and_its_owner_stays():
    under_way = split_world()
    w = under_way.world
    before, homes = len(w.d.id), w.h.home.copy()
    rooms, floor, woz = w.d.rooms.copy(), w.d.floor_area.copy(), w.d.woz.copy()
    let_pass(under_way, 3)
    assert len(w.d.id) == before, "nothing is split before the works are done"
    month.step(under_way)
    new = np.arange(before, len(w.d.id))
    old = np.flatnonzero(w.d.floor_area[:before] < floor - 1)
    assert len(new) == len(old) == w.totals["split"] > 5
    assert w.d.floor_area[old].sum() == pytest.approx(w.d.floor_area[new].sum()) == pytest.approx(floor[old].sum() / 2)
    assert w.d.woz[new].sum() == pytest.approx(woz[old].sum() / 2)
    assert (w.d.rooms[old].astype(int).sum() + w.d.rooms[new].astype(int).sum()) == rooms[old].astype(int).sum()
    owners = w.d.occupant[old]
    assert (w.h.home[owners] == old).mean() > 0.9 and (homes[owners] == old).mean() > 0.9
    vacancy = np.isin(w.v.dwelling[: w.counts[0]], new)
    assert (w.v.origin[: w.counts[0]][vacancy] == Origin.SPLIT).all()
    assert running(under_way, "woningsplitsen").eur_spent == 5000 * len(new)
    assert violations(w, under_way.at_start, under_way.at_work) == []


def test_a_home_that_is_split_again_gives_another_home(monkeypatch):
    halved, split = [], Woningsplitsen._split
    monkeypatch.setattr(
        Woningsplitsen, "_split", lambda self, run, w, rows, homes: halved.extend(homes) or split(self, run, w, rows, homes)
    )
    w = let_pass(split_world(dur_permit=0, dur_works=1, who={"rooms": 1, "floor_area": 40}), 6).world
    assert len(set(halved)) < len(halved) == w.totals["split"], "some home is split twice"
    assert len(set(w.d.id.tolist())) == len(w.d.id)


def test_applications_are_counted_and_some_are_refused_for_good():
    under_way = let_pass(split_world(p_apply=0.5, rel_refused=0.4), 12)
    w = under_way.world
    n, refused = running(under_way, "woningsplitsen").n_reached, 0.4
    assert sum(under_way.at_work.applications.values()) == n > 30
    granted = w.totals["split"] + len(running(under_way, "woningsplitsen").memory(Permits).under_way)
    assert granted < (1 - refused + 0.25) * n
    assert let_pass(split_world(rel_refused=1.0), 6).world.totals.get("split", 0) == 0


def test_no_more_homes_are_split_than_the_area_has_room_for():
    under_way = let_pass(split_world(rel_most=0.005), 8)
    w = under_way.world
    one = running(under_way, "woningsplitsen").memory(Permits)
    assert all(n <= most for n, most in zip(one.granted, one.most, strict=True))
    assert 0 < w.totals["split"] < let_pass(split_world(), 8).world.totals["split"]


@pytest.mark.parametrize(("key", "kind"), [("flexwoningen", DwellingType.FLEX), ("optoppen", DwellingType.MEERGEZINS)])
def test_homes_of_a_programme_are_let_by_corporaties_and_have_no_stairs(key, kind):
    n = len(burnt_in().world.d.id)
    w = let_pass(at_work(burnt_in(), {key: {"n_per_1000": 20, "dur_build": 2}}), 8).world
    new = np.flatnonzero((np.arange(len(w.d.id)) >= n) & (w.d.state == DwellingState.IN_STOCK))
    assert len(new) == pytest.approx(20 * burnt_in().neighbours.seniors.sum() / 1000 * 6 / 12, abs=2)
    assert (w.d.kind[new] == kind).all() and (w.d.tenure[new] == Tenure.CORPORATIE).all()
    assert (w.d.access[new] == Access.GESCHIKT).all() and (w.d.age_label[new] == 0).all()


def test_a_fork_leaves_the_plans_of_the_world_that_it_came_from_alone():
    under_way = let_pass(split_world(), 2)
    memory = running(under_way, "woningsplitsen").memory(Permits)
    before = [list(one) for one in (memory.under_way, memory.granted)]
    let_pass(under_way.copy(), 3)
    after = running(under_way, "woningsplitsen").memory(Permits)
    assert [after.under_way, after.granted] == before


# a user's own


def test_an_instrument_of_one_s_own_is_a_few_lines_of_yaml():
    settings = {"pulls": {"trouble": 0.1, "sight": 0.5}, "eur_use": 300, "from_stage": "woonwens", "payer": "welzijn", "rel_known": 1}
    under_way = let_pass(at_work(burnt_in(), {"interventie_buurtbus": settings, "interventie_x": {"pulls": {"search": 1}}}), 8)
    one = running(under_way, "interventie_buurtbus")
    assert one.eur_spent == 300 * one.n_uses > 0
    assert "welzijn" in {row["organisation"] for row in under_way.at_work.ledger}
    levers = under_way.at_work.in_force.levers
    assert levers["trouble"].tolist() == [0.1, 0.0] and levers["search"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pulls": {"troubel": 1}}, "troubel is no lever; did you mean trouble"),
        ({"pulls": {"sight": 3}}, r"sight=3 is out of range, 0 to 1"),
        ({"to_stage": "nieuw_thuis"}, "is no stage in which help begins"),
        ({"pull": {}}, "interventie_bus.pull does not exist; did you mean pulls"),
        ({"pulls": {"eur_once": 500}, "payer": "corporatie"}, "a corporatie may not pay a moving grant"),
    ],
)
def test_what_an_own_instrument_cannot_be_is_said_in_one_line(settings, message):
    with pytest.raises(ValueError, match=message):
        load("interventie_bus", settings)


def test_only_what_begins_as_one_s_own_is_one_s_own():
    with pytest.raises(Refusal, match="there is no instrument 'buurtbus'"):
        load("buurtbus", {})


# help and rules for those they are meant for


@pytest.mark.parametrize("key", ["klusdienst", "verhuisvoucher", "soepele_oplevering", "financieel_advies", "verhuisbegeleider"])
def test_help_costs_its_price_for_each_move_that_it_helped(key):
    under_way = let_pass(at_work(burnt_in(), {key: strong(key) | {"eur_use": 400}}), 10)
    one = running(under_way, key)
    assert one.eur_spent == 400 * one.n_uses > 0
    assert under_way.at_work.in_force.levers["trouble"][0] == 0.2


def test_an_information_point_is_for_who_has_a_wish_or_searches():
    under_way = at_work(burnt_in(), {"informatiepunt": strong("informatiepunt") | {"eur_fixed": 1200}})
    w = under_way.world
    stage = w.h.stage.copy()
    month.step(under_way)
    assert set(stage[w.h.touched != 0].tolist()) <= {Stage.WOONWENS, Stage.WONINGZOEKEN}
    assert running(under_way, "informatiepunt").eur_spent == 100


@pytest.mark.parametrize(
    ("key", "tenure", "age", "rooms"),
    [
        ("wooncoach_particulier", Tenure.KOOP, 55, (1, 12)),
        ("seniorenhypotheek", Tenure.KOOP, 57, (1, 12)),
        ("langere_reactietijd", Tenure.CORPORATIE, 55, (1, 12)),
        ("extra_punten", Tenure.CORPORATIE, 18, (1, 2)),
        ("huurgewenning", Tenure.CORPORATIE, 55, (4, 12)),
        ("huurbehoud", Tenure.CORPORATIE, 55, (4, 12)),
    ],
)
def test_help_is_for_those_whom_the_menukaart_names(key, tenure, age, rooms):
    burnt = burnt_in("veldhoven", months=24)
    w, rows = burnt.world, members(burnt, key, {})
    home = w.h.home[rows]
    assert len(rows) > 20
    assert (w.d.tenure[home] == tenure).all() and (age_years(w.h.adult_birth[rows], w.month).max(axis=1) >= age).all()
    assert (w.d.rooms[home] >= rooms[0]).all() and (w.d.rooms[home] <= rooms[1]).all()


def test_a_lower_age_label_lets_younger_people_in_and_a_loan_more_homes():
    eased = load("leeftijdsgrens", {"age_eased": 12})
    assert eased.levers() == {"age_eased": 12} and eased.who.age == 45
    assert load("seniorenhypotheek", {}).levers() == {"actual_cost": 1}
    assert "toolbox" not in type(load("wooncoach_particulier", {})).model_fields
