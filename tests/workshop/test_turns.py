"""Who is next, whatever tables and workers do: nobody is passed over, first worlds come first, and nothing is counted for nobody."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.interventions import REGISTRY
from workshop.engine.package import Package
from workshop.engine.turns import SHARE, Job, Turns

SLICE, MONTHS, SEEDS = 12, 36, (3, 5, 8)
CARDS = ("brieven", "campagne", "voorrang", "woonevenement")
TABLES = ("a", "b", "c", "d")
packages = st.builds(
    lambda done, cards: Package(tuple((key, "gewoon") for key in done), tuple((key, "klein") for key in cards)),
    st.sets(st.sampled_from(CARDS), max_size=1),
    st.sets(st.sampled_from(CARDS), max_size=2),
)
moves = st.one_of(
    st.tuples(st.just("show"), st.sampled_from(TABLES), packages),
    st.tuples(st.just("leave"), st.sampled_from(TABLES)),
    st.tuples(st.just("give"), st.integers(0, 2)),
    st.tuples(st.just("carried"), st.integers(0, 2)),
    st.tuples(st.just("lost"), st.integers(0, 2)),
    st.tuples(st.just("found"), st.integers(0, 2)),  # the answer of what a worker is busy with is there before it says so
    st.tuples(st.just("damaged"), st.integers(0, 2)),  # and cannot be read
)


class Hall:
    """Turns as the engine uses them, with what was counted so far."""

    def __init__(self) -> None:
        self.turns = Turns(SEEDS, MONTHS)
        self.counted: Counter[Job] = Counter()  # slices since a job was last begun
        self.since: Counter[int] = Counter()  # slices of a worker since it was last given a later world before an earlier one

    def do(self, what: str, *args) -> None:
        busy = sorted(self.turns.running)
        if what in ("found", "damaged", "carried") and args[0] not in busy and busy:
            args = (busy[args[0] % len(busy)],)
        if what == "show":
            self.turns.show(*args)
        elif what == "leave":
            self.turns.leave(*args)
        elif what == "give" and args[0] not in self.turns.running:
            self.give(args[0])
        elif what == "carried" and args[0] in self.turns.running:
            job, counts = self.turns.carried(args[0], SLICE)
            if counts:
                self.counted[job] += 1
        elif what in ("found", "damaged") and args[0] in self.turns.running:
            job = self.turns.running[args[0]]
            self.turns.end(job)
            self.counted.pop(job, None)
            if what == "damaged":
                self.turns.again(job)
        elif what == "lost":
            self.turns.lost(args[0])
            self.since[args[0]] = 0
        for job in self.turns.give_up():
            self.counted.pop(job, None)

    def give(self, worker: int) -> Job | None:
        busy = set(self.turns.running.values())
        job = self.turns.next(worker)
        if job is not None:
            assert self.turns.looked_at(job.package), "counted for nobody"
            assert job not in self.turns.ended and job not in busy, "counted twice"
            earlier = {Job(one, seed) for p in self.turns.shown.values() for one in (p, p.base()) for seed in SEEDS if seed < job.seed}
            left = {one for one in earlier - self.turns.ended - busy if self.turns.held.get(one, worker) == worker}
            self.since[worker] += 1
            if left:
                assert self.since[worker] >= SHARE, "a later world came first"
                self.since[worker] = 0
        return job


def run_out(hall: Hall, workers: int = 2, most: int = 10_000) -> list[Job]:
    """Let workers go on until nothing is left; the order of the slices."""
    order = []
    for _ in range(most):
        given_out = [one for one in range(workers) if one in hall.turns.running or hall.give(one) is not None]
        if not given_out:
            return order
        for one in given_out:
            order.append(hall.turns.running[one])
            hall.do("carried", one)
    raise AssertionError("it never ends")


@settings(max_examples=400)
@given(st.lists(moves, max_size=60))
def test_whatever_happens_every_package_that_is_shown_ends_once_and_nothing_else_is_counted(done):
    hall = Hall()
    for one in done:
        hall.do(*one)
    for worker in range(3):
        hall.do("lost", worker)  # whatever the workers were busy with, others go on with
    order = run_out(hall)
    shown = {Job(one, seed) for p in hall.turns.shown.values() for one in (p, p.base()) for seed in SEEDS}
    assert shown <= hall.turns.ended
    assert set(order) <= shown
    assert all(hall.counted[job] == MONTHS // SLICE for job in hall.turns.ended if job in hall.counted and job in shown)
    assert not hall.turns.at and not hall.turns.running


@given(st.lists(packages, min_size=2, max_size=len(TABLES)), st.integers(1, 3))
def test_no_table_waits_while_another_has_two_turns(shown, workers):
    hall = Hall()
    for table, package in zip(TABLES, shown, strict=False):
        hall.do("show", table, package)
    turns: Counter[str] = Counter()
    for job in run_out(hall, workers):
        mine = [table for table in hall.turns.shown if job.package in (hall.turns.shown[table], hall.turns.shown[table].base())]
        turns.update(mine)
        waiting = [
            table
            for table in hall.turns.shown
            if any(one not in hall.turns.ended and one not in hall.turns.running.values() for one in hall.turns.jobs(table, SEEDS[0]))
        ]
        if job.seed == SEEDS[0] and waiting:
            assert max(turns[one] for one in mine) - min(turns[one] for one in waiting) <= 2 * workers + len(SEEDS), "one is passed over"


def fresh_packages() -> Iterator[Package]:
    """Packages of which none comes twice."""
    return (Package((), tuple((card, "gewoon") for card in cards)) for cards in itertools.combinations(sorted(REGISTRY), 3))


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("known", [True, False], ids=["second worlds without end", "first worlds without end"])
def test_later_worlds_of_a_table_that_stays_are_counted_while_all_others_keep_changing(workers, known):
    """All others show something else after each slice; of ``known`` ones the first world is there."""
    hall, stays, fresh = Hall(), Package((), (("brieven", "gewoon"),)), fresh_packages()
    hall.do("show", TABLES[0], stays)
    jobs = [Job(one, seed) for seed in SEEDS for one in (stays.base(), stays)]
    for job in jobs[:2]:
        hall.turns.end(job)
    most, waited = SHARE * (MONTHS // SLICE) * (len(TABLES) - 1 + workers), 0
    for n in range(most * len(jobs[2:])):
        for table in TABLES[1:]:
            package = next(fresh)
            hall.do("show", table, package)
            if known:
                hall.turns.end(Job(package, SEEDS[0]))
        hall.do("carried", n % workers)
        hall.do("give", n % workers)
        waited = 0 if hall.turns.running[n % workers] in jobs else waited + 1
        assert waited < most, "a later world waits longer than was promised"
        if hall.turns.ended >= set(jobs):
            return
    raise AssertionError("a later world never ends")


@pytest.mark.parametrize("workers", [1, 2])
def test_twenty_tables_that_change_at_once_all_see_their_first_months_before_any_sees_more(workers):
    """One table waits for its second worlds, which have their share; workers take as long as each other."""
    hall, fresh, n = Hall(), fresh_packages(), 20
    for table in range(n):
        hall.do("show", str(table), Package())
    run_out(hall)
    stays, changed = next(fresh), set(itertools.islice(fresh, n - 1))
    hall.turns.end(Job(stays, SEEDS[0]))
    for table, package in enumerate((stays, *changed)):
        hall.do("show", str(table), package)
    given: list[Job] = []
    while not changed <= {job.package for job in given}:
        given += [job for worker in range(workers) if (job := hall.give(worker)) is not None]
        for worker in range(workers):
            hall.do("carried", worker)
    assert not all(job.seed == SEEDS[0] for job in given), "a later world has its share"
    assert len(given) <= (n - 1) * SHARE / (SHARE - 1) + workers


@pytest.mark.parametrize("workers", [1, 2])
def test_a_table_that_changes_among_nineteen_that_wait_for_more_has_first_months_in_the_third_slice_of_a_worker_at_most(workers):
    """One slice of the share for later worlds and one in turn may come first, and no more."""
    hall, fresh, n = Hall(), fresh_packages(), 20
    hall.turns.end(Job(Package(), SEEDS[0]))
    for table in range(n):
        hall.do("show", str(table), next(fresh))
    for _ in range(n):
        for worker in range(workers):
            hall.give(worker)
            hall.do("carried", worker)
    for table in range(n):
        package = next(fresh)
        hall.do("show", str(table), package)
        given = []
        for _ in range(3):
            for worker in range(workers):
                given.append(hall.give(worker))
            for worker in range(workers):
                hall.do("carried", worker)
        assert Job(package, SEEDS[0]) in given, "it waits for whoever was there before"


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_table_that_changes_before_every_slice_does_not_stop_the_first_worlds_of_others(workers):
    hall, fresh = Hall(), fresh_packages()
    hall.turns.end(Job(Package(), SEEDS[0]))
    others = {table: next(fresh) for table in TABLES[1:]}
    for table, package in others.items():
        hall.do("show", table, package)
    wanted, n = {Job(package, SEEDS[0]) for package in others.values()}, 0
    while not wanted <= hall.turns.ended:
        hall.do("show", TABLES[0], next(fresh))
        hall.do("carried", n % workers)
        hall.do("give", n % workers)
        n += 1
        needed = len(others) * MONTHS // SLICE
        assert n <= 2 * SHARE / (SHARE - 1) * needed + workers * MONTHS // SLICE, "who changes all the time has all slices"


@given(packages)
def test_equal_packages_are_counted_once_whoever_shows_them(package):
    alone, together = Hall(), Hall()
    alone.do("show", "a", package)
    for table in TABLES:
        together.do("show", table, package)
    assert Counter(run_out(alone)) == Counter(run_out(together))


def test_tables_take_turns_slice_by_slice():
    turns = Turns((0,), MONTHS)
    shown = {table: Package((), ((card, "gewoon"),)) for table, card in zip("abc", CARDS, strict=False)}
    for table, package in shown.items():
        turns.show(table, package)
    turns.end(Job(Package(), 0))
    order = []
    for _ in range(3 * MONTHS // SLICE):
        job = turns.next(0)
        assert job is not None
        order.append(next(table for table in shown if shown[table] == job.package))
        turns.carried(0, SLICE)
    assert order == list("abc") * 3 and turns.next(0) is None


def test_a_change_cancels_and_what_runs_ends_its_slice_first():
    turns = Turns((0,), MONTHS)
    old, new = (Package((("voorrang", "gewoon"),), ((card, "gewoon"),)) for card in ("brieven", "campagne"))
    turns.show("a", old)
    assert turns.next(0) == Job(old.base(), 0) and turns.next(1) == Job(old, 0)
    turns.carried(0, SLICE)
    turns.show("a", new)
    assert turns.give_up() == []  # the base is the same, and the old one runs still
    turns.carried(1, SLICE)
    assert turns.give_up() == [Job(old, 0)]
    assert turns.next(1) == Job(new, 0)


def test_a_package_that_fails_in_one_world_is_counted_in_no_other_until_it_is_shown_anew():
    turns = Turns(SEEDS, MONTHS)
    package = Package((), (("brieven", "gewoon"),))
    turns.show("a", package)
    for seed in SEEDS:
        turns.end(Job(Package(), seed))
    job = turns.next(0)
    turns.free(0)
    turns.fail(package, "nobody was there")
    assert job == Job(package, SEEDS[0]) and turns.next(0) is None
    assert turns.give_up() == [job]
    turns.leave("a")
    turns.give_up()
    turns.show("a", package)
    assert turns.next(0) == job


@pytest.mark.parametrize("busy", [True, False])
def test_what_a_lost_worker_held_goes_to_another_from_where_it_was(busy):
    turns = Turns((0,), MONTHS)
    turns.show("a", Package())
    job = turns.next(0)
    turns.carried(0, SLICE)
    assert turns.next(1) is None, "it is held by the first worker"
    if busy:
        turns.next(0)
    assert turns.lost(0) == (job if busy else None)
    assert turns.next(1) == job and turns.at[job] == SLICE
