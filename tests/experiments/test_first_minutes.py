"""What a command says before it ends: what it begins, how many months have passed, and the first answers, marked as provisional."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from analysis import pipeline
from analysis.page import summary
from analysis.tables import record
from analysis.tables.files import Folder
from experiments import compare, entry
from experiments.runs import carry_out, early, manifest, store, world
from experiments.runs.folder import RUNS, join
from experiments.runs.progress import Progress
from experiments.runs.runner import run_all, seed_jobs
from experiments.runs.simulation import Gauge
from sim import run
from sim.counts.schema import TABLES
from tests.fake_world import FakeSimulation, fake_plan
from tests.worlds import MIXED
from verhuisketens.shell import NotWritten


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self):
        return True


@pytest.fixture(name="clock")
def _clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("experiments.runs.progress.time.monotonic", lambda: now[0])
    return now


# months


def heard(into):
    """A report that notes what it is told."""
    return lambda tally: into.append((tally.months, tally.total, list(tally.finished)))


def planned(jobs):
    """Months of a plan, by its own words: burn-in, and each run once."""
    return sum(3 + (12 + 3) * len({spec.key for spec in job.runs}) for job in jobs)


@pytest.mark.parametrize("way", ["one", "two", "threads"])
def test_the_months_counted_end_at_exactly_those_of_the_plan_and_never_beyond(tmp_path, notes, way):
    plan = fake_plan(seeds=4, scenarios=["voorrang", "same"])
    for parts in (plan.scenarios, plan.contents):
        parts["same"] = parts["voorrang"]  # and share a run
    jobs, told = seed_jobs(plan, range(4), tmp_path), []
    join(tmp_path, plan.design, plan.written)  # as every command does; who works elsewhere looks for it
    with ThreadPoolExecutor(2) as threads:
        run_all(FakeSimulation(str(notes)), jobs, 2 if way == "two" else 1, threads if way == "threads" else None, heard(told))
    assert told[0] == (0, planned(jobs), []) and told[-1] == (planned(jobs), planned(jobs), [0, 1, 2, 3])
    assert planned(jobs) == 4 * (3 + 3 * 15)
    months = [months for months, _, _ in told]
    assert months == sorted(months)


@pytest.fixture(name="at_once")
def _at_once(monkeypatch):
    """Every month of this process is told."""
    monkeypatch.setattr("experiments.runs.gauge.EVERY", 0.0)


@pytest.mark.usefixtures("at_once")
def test_months_are_told_while_a_seed_runs_in_this_process(tmp_path, notes):
    jobs, told = seed_jobs(fake_plan(seeds=1), [0], tmp_path), []
    run_all(FakeSimulation(str(notes)), jobs, report=heard(told))
    assert {months for months, _, _ in told} == set(range(planned(jobs) + 1))


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_finished_before_is_counted_at_once_and_not_again(tmp_path, notes, workers):
    broken, told = FakeSimulation(str(notes), fails=(("voorrang", 1), ("placebo", 2))), []
    jobs = seed_jobs(fake_plan(seeds=3), range(3), tmp_path)
    run_all(broken, jobs, workers, report=heard(told))
    assert told[-1][0] == planned(jobs) - 2 * 15 and told[-1][2] == [0], "a run that failed is not done"
    told.clear()
    run_all(FakeSimulation(str(notes)), jobs, workers, report=heard(told))
    assert told[0][0] == planned(jobs) - 2 * 15 - 2 * 3, "two worlds are built and burnt in once more"
    assert told[-1][:2] == (planned(jobs), planned(jobs))
    assert max(months for months, _, _ in told) == planned(jobs), "basis runs once more for its sake, and is not counted twice"


@dataclass(frozen=True)
class Sought(FakeSimulation):
    """Spends twice what its strength says: a strength is sought in several runs."""

    def run(self, world, job, spec, base):
        outcome = super().run(world, job, spec, base)
        table = outcome.tables["instruments"]
        table["month"], table["instrument"], table["cost_eur"] = 0, "voorrang", 800 * job.strength**0.5 / max(1, len(table))
        return outcome


@pytest.mark.usefixtures("at_once")
def test_a_run_whose_strength_is_sought_counts_once(tmp_path, notes):
    jobs, told = seed_jobs(fake_plan(seeds=1, eur_budget_total=1000), [0], tmp_path), []
    assert run_all(Sought(str(notes)), jobs, report=heard(told)) == []
    assert len(list(notes.glob("run-voorrang-0*"))) > 1
    assert told[-1][:2] == (planned(jobs), planned(jobs)) and max(months for months, _, _ in told) == planned(jobs)


def test_a_process_that_dies_holds_nothing_up_and_its_months_are_taken_back(tmp_path, notes):
    jobs, told = seed_jobs(fake_plan(seeds=3), range(3), tmp_path), []
    run_all(FakeSimulation(str(notes), dies=(1,)), jobs, 2, report=heard(told))
    assert told[-1] == (planned(jobs[:1]) + planned(jobs[2:]), planned(jobs), [0, 2])


@dataclass
class Ticks(Gauge):
    """Counts calls."""

    months: int = 0

    def month(self):
        self.months += 1


def test_the_world_tells_of_every_month():
    ticks = Ticks()
    burnt = run.burn_in(MIXED, 1, 3, 2, 1, passed=ticks.month)
    assert ticks.months == 2
    run.run_scenario(burnt, months=3, follow_up=1, passed=ticks.month)
    assert ticks.months == 2 + 4


def test_a_kernel_that_is_compiled_is_told_once_and_one_that_is_kept_is_not(monkeypatch):
    from numba.core import event

    @dataclass
    class Kernel:
        cache_path: str | None

        @property
        def stats(self):
            return self

        __hash__ = object.__hash__

    class Heard(Gauge):
        n = 0

        def kernel(self):
            self.n += 1

    monkeypatch.setattr(world, "_compiled", set())
    kept, inlined, heard = Kernel("here"), Kernel(None), Heard()
    with world.compiling(heard):
        for one in (kept, kept, inlined, Kernel("here")):
            with event.trigger_event("numba:compile", data={"dispatcher": one}):
                pass
    with event.trigger_event("numba:compile", data={"dispatcher": Kernel("here")}):
        pass
    assert heard.n == 2


# the bar and its lines


def test_where_there_is_no_terminal_a_short_run_says_nothing_and_a_long_one_a_line_now_and_then(clock):
    stream = io.StringIO()
    progress = Progress(1000, stream)
    for months in range(0, 501, 5):  # 100 steps of half a second
        progress(months)
        clock[0] += 0.5
        assert stream.getvalue() == "" or clock[0] > 10
    for _ in range(50):  # nothing passes
        progress(500)
        clock[0] += 10
    progress(501)
    progress.close()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "100 of 1,000 months, 10 s, 10 a second, about 2 minutes to go"
    assert lines[-1].startswith("501 of 1,000 months") and 4 <= len(lines) <= 8


def test_the_rate_is_of_this_command_without_its_compiling_and_the_time_to_go_follows_from_it(clock):
    stream = io.StringIO()
    progress = Progress(1000, stream)
    progress(400)  # of an earlier command
    clock[0] = 7.0
    progress(400)  # a world is built
    clock[0] = 27.0
    progress(600)
    assert stream.getvalue() == "600 of 1,000 months, 27 s, 10 a second, about 40 s to go\n"
    clock[0] = 90.0
    progress(600, kernels=7)
    assert stream.getvalue().splitlines()[-1] == "600 of 1,000 months, 90 s, 7 kernels compiled"
    clock[0] = 100.0
    progress(700, kernels=7)
    assert stream.getvalue().splitlines()[-1] == "700 of 1,000 months, 100 s, 10 a second, about 30 s to go, 7 kernels compiled"


def test_a_speed_is_told_once_enough_months_have_passed_to_know_it(clock):
    stream = io.StringIO()
    progress = Progress(10_000, stream)
    progress(0)
    for clock[0], months in ((70.0, 35), (140.0, 199), (210.0, 399)):
        progress(months)
    assert ["to go" in line for line in stream.getvalue().splitlines()] == [False, False, True]


def test_in_a_terminal_a_bar_counts_months_and_makes_way_for_lines(clock):
    screen = Screen()
    progress = Progress(100, screen)
    progress(40)
    clock[0] = 12.0
    progress(64, 3)
    clock[0] = 24.0
    progress(76, 3)
    shown = screen.getvalue()
    assert all(f"{n} of 100 months" in shown for n in (40, 64, 76)) and "1 a second, about 24 s to go, 3 kernels compiled" in shown
    with progress.aside():
        screen.write("voorlopig\n")
    assert screen.getvalue().index("voorlopig") < screen.getvalue().rindex("76 of 100 months"), "and comes back"
    progress.close()


def test_the_bar_is_not_taken_away_while_there_is_nothing_to_say(tmp_path, notes, answers, monkeypatch):
    away = []
    monkeypatch.setattr(Progress, "aside", lambda self, aside=Progress.aside: away.append(self) or aside(self))
    assert execute(fake_plan(seeds=5), tmp_path, FakeSimulation(str(notes))) == 0
    assert len(away) == 4, "once for each of two summaries, once for the page, once when all are finished"


@pytest.mark.parametrize("compiled", [0, 5])
def test_what_is_begun_is_said_in_a_line_each_and_nothing_when_nothing_is_run(tmp_path, notes, capsys, compiled):
    @dataclass(frozen=True)
    class Compiles(FakeSimulation):
        def world(self, job):
            for _ in range(compiled):
                job.gauge.kernel()
            return super().world(job)

    jobs = seed_jobs(fake_plan(seeds=2), range(2), tmp_path)
    carry_out.run(Compiles(str(notes)), jobs, 1, None)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "building 2 worlds (seeds) of zwolle, 1 at a time: 3 months of burn-in, then 3 scenarios of 15 months"
    assert [line.startswith("compiling kernels, once for this code on this computer: ") for line in lines[1:-1]] == [True] * bool(compiled)
    assert lines[-1] == carry_out.FINISHED
    carry_out.run(Compiles(str(notes)), jobs, 1, None)
    assert capsys.readouterr().err == ""


@dataclass(frozen=True)
class Loses(FakeSimulation):
    """Somebody removes a finished run while the last seed is built."""

    runs: str = ""

    def world(self, job):
        for mark in list(Path(self.runs).glob("*/done.json"))[:1] if job.seed == 2 else []:
            mark.unlink()
        return super().world(job)


def test_a_run_that_is_lost_while_others_run_is_named_and_run_again(tmp_path, notes, answers, capsys):
    plan = fake_plan(seeds=3)
    assert execute(plan, tmp_path, Loses(str(notes), runs=str(tmp_path / RUNS))) == 1
    assert "its files were lost or damaged while others ran" in capsys.readouterr().err
    assert len(record.read(tmp_path / record.MANIFEST)["failed_runs"]) == 1
    assert execute(plan, tmp_path, FakeSimulation(str(notes))) == 0


# early answers: of a world that costs nothing


@pytest.fixture(name="answers")
def _answers(monkeypatch):
    """Early answers, and the page that a finished run asks for, without their contents."""
    told = []

    def plain(results):
        seeds = results.manifest["seeds"]
        told.append((seeds, results.awaited, sorted(results.folder.table("summary", ["seed"])["seed"].unique()) == seeds))
        return f"voorlopig, {len(seeds)} van {results.awaited} seeds"

    def page(results):
        (results.folder.path / "report.html").write_text("voorlopig")
        return results.folder.path / "report.html"

    monkeypatch.setattr(summary, "plain", plain)
    monkeypatch.setattr(pipeline, "early_page", page)
    monkeypatch.setattr(compare, "page", lambda out, content: (out / "report.html").write_text("whole") and 0)
    return told


def tables(out):
    """All bytes of the tables, and the checksums that vouch for them."""
    found = {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".parquet", ".csv")}
    return found, record.read(out / record.MANIFEST)["checksums"]


def execute(plan, out, simulation):
    return compare.execute(plan, out, "", simulation)


@pytest.mark.parametrize(("seeds", "after"), [(1, []), (2, []), (4, [2]), (5, [2, 4]), (9, [2, 4, 8]), (20, [2, 4, 8, 16])])
def test_there_is_an_answer_after_2_4_8_and_16_seeds_and_none_of_all_of_them(tmp_path, notes, answers, capsys, seeds, after):
    assert execute(fake_plan(seeds=seeds), tmp_path / "out", FakeSimulation(str(notes))) == 0
    assert answers == [(list(range(n)), seeds, True) for n in after]
    said = capsys.readouterr()
    assert said.err.count("voorlopig, 4 van") == (4 in after) and said.out == "", "the answer of a command is what it prints in the end"
    assert said.err.count("report.html (provisional)") == (4 in after)
    assert (tmp_path / "out" / "report.html").read_text() == "whole"


@pytest.mark.parametrize("fault", [None, ValueError("not so"), NotWritten("no room")])
def test_the_tables_are_those_of_a_run_without_early_answers_and_a_fault_in_one_costs_no_run(
    tmp_path, notes, answers, capsys, monkeypatch, fault
):
    if fault:

        def fails(*given):
            raise fault

        monkeypatch.setattr(pipeline, "early_page", fails)
    assert execute(fake_plan(seeds=5), tmp_path / "with", FakeSimulation(str(notes))) == 0
    assert (f"no provisional answer after 4 seeds: {fault}" in capsys.readouterr().err) == bool(fault)
    assert compare.execute(fake_plan(seeds=5), tmp_path / "without", "", FakeSimulation(str(notes)), finish=lambda out, content: 0) == 0
    assert tables(tmp_path / "with") == tables(tmp_path / "without")
    assert len(answers) == 2


def test_no_early_page_comes_beside_the_tables_of_a_finished_run(tmp_path, notes, answers, monkeypatch):
    assert execute(fake_plan(seeds=4), tmp_path, FakeSimulation(str(notes))) == 0
    answers.clear()
    drawn = []
    monkeypatch.setattr(pipeline, "early_page", lambda *given: drawn.append(given))
    assert execute(fake_plan(seeds=9), tmp_path, FakeSimulation(str(notes))) == 0
    assert answers[0][:2] == ([0, 1, 2, 3], 9) and not drawn, "there is a summary, and the page of the 4 seeds stays until the end"


@pytest.fixture(scope="module", name="found")
def _found(tmp_path_factory):
    """Marks of finished runs of three seeds."""
    jobs = seed_jobs(fake_plan(seeds=3, ledger="first"), range(3), tmp_path_factory.mktemp("found") / "runs")
    run_all(FakeSimulation(str(tmp_path_factory.mktemp("said"))), jobs)
    return manifest.marks(jobs)


@pytest.mark.parametrize("name", TABLES)
def test_parts_are_read_as_the_table_that_they_are_merged_to(tmp_path, found, name):
    parts, merged = early.Parts(tmp_path, {}, found), Folder(tmp_path)
    assert not early.Parts(tmp_path, {}, []).has(name) and parts.has(name)
    store.merge(tmp_path, name, manifest.parts(found, name))
    columns = list(TABLES[name].names)
    pd.testing.assert_frame_equal(parts.table(name, columns), merged.table(name, columns), check_dtype=name != "drift")
    if TABLES[name].suffix == "parquet":
        assert parts.scenarios(name) == merged.scenarios(name)
        for scenario in merged.scenarios(name):
            for where in ((), (("seed", "in", [1]),)):
                one, other = (folder.of_scenario(name, columns[2:], scenario, where) for folder in (parts, merged))
                pd.testing.assert_frame_equal(one, other, check_categorical=False)


# early answers: of a real world


class Heading(HTMLParser):
    """Title and first heading of a page, in Dutch."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside, self.foreign = {"title": "", "h1": ""}, "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in self.found else self.inside
        self.foreign = ("lang", "en") in attrs

    def handle_endtag(self, tag):
        self.inside = "" if tag == self.inside else self.inside
        self.foreign = False

    def handle_data(self, data):
        if self.inside and not self.foreign:
            self.found[self.inside] += data


REAL = ["scenarios=[voorrang]", "seeds=5", "months=3", "burn_in=1", "follow_up=1", "workers=1", f"municipality={MIXED}"]


def stopped(out, monkeypatch):
    """Stop a run as soon as it has its first page, of four of five seeds; the page."""

    def presses(self, finished, say, ask=early.Early.__call__):
        ask(self, finished, say)
        if self.page:
            raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(early.Early, "__call__", presses)
        assert entry.main(compare.COMMAND, [*REAL, f"out={out}"]) == 130
    return out / "report.html"


def test_a_run_that_is_stopped_after_its_first_page_keeps_it_and_says_that_it_is_provisional(tmp_path, capsys, monkeypatch):
    page = stopped(tmp_path / "out", monkeypatch)
    said = capsys.readouterr()
    assert "Voorlopig, 4 van 5 seeds (0-3):\nIn dit model van Terschelling" in said.err and said.out == ""
    assert said.err.splitlines()[-2:] == [
        f"{page} stays, and is provisional: 4 of 5 seeds",
        "stopped; the same command goes on where this one ended",
    ]
    heading = Heading(page.read_text(encoding="utf-8")).found
    assert all("Voorlopig, 4 van 5 seeds (0–3)" in text for text in heading.values()), heading
    there = {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")}
    assert there == {"report.html"}, "no table lies beside it that others might take for the whole"


def test_whatever_reads_a_folder_reads_the_parts_of_a_run_that_goes_on():
    reads = {name for name, one in vars(Folder).items() if callable(one) and not name.startswith("_")}
    assert not reads - set(vars(early.Parts)), "it would look for a file that is not there yet"


@pytest.mark.long
def test_a_run_that_was_stopped_after_its_first_page_goes_on_to_what_an_unbroken_one_leaves(tmp_path, capsys, monkeypatch):
    page = stopped(tmp_path / "out", monkeypatch)
    capsys.readouterr()
    assert entry.main(compare.COMMAND, [*REAL, f"out={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr()
    assert (
        "Voorlopig, " not in said.out + page.read_text(encoding="utf-8")
        and "Provisional, " not in page.read_text(encoding="utf-8").split("</style>")[1]
    )
    monkeypatch.setattr(early, "FIRST", 99)
    assert entry.main(compare.COMMAND, [*REAL, f"out={tmp_path / 'whole'}"]) == 0
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert capsys.readouterr().out.replace("whole", "out") == said.out
