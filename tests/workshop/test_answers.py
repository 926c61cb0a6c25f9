"""An answer is there whole or not at all, whoever writes it and however often; one that is damaged is made anew."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import multiprocessing
import os
import signal
import time

import numpy as np
import pandas as pd
import pytest

from sim.counts.track import COST, TRACK
from sim.world.errors import Refusal
from tests.workshop.small import MONTHS, small_doses
from workshop.engine.answers import BESIDE, HALF, MARK, Answer, Answers
from workshop.engine.package import Package

ONE = Package(cards=(("brieven", "gewoon"),))


def made(package=ONE, seed=0, plus=0.0) -> Answer:
    numbers = np.random.default_rng(seed).integers(0, 99, (MONTHS, len(TRACK)))
    track = pd.DataFrame(numbers, columns=list(TRACK)).assign(month=np.arange(MONTHS))
    track[COST] = track[COST] / 7 + plus
    tables = {name: pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.1, 1 / 3]}) for name in BESIDE}
    return Answer(package, seed, track, {"brieven": 4}, tables, [{"id": "é", "n": 1}])


@pytest.fixture
def answers(tmp_path):
    return Answers(tmp_path / "answers", small_doses())


def same(one: Answer, other: Answer) -> bool:
    pd.testing.assert_frame_equal(one.track, other.track, check_exact=True)
    for name in BESIDE:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True)
    return (one.package, one.seed, one.reached, one.people) == (other.package, other.seed, other.reached, other.people)


def test_what_is_put_is_what_is_got(answers):
    assert answers.get(ONE, 0) is None and answers.known(ONE, [0, 1]) == []
    answers.put(made())
    assert same(answers.get(ONE, 0), made())
    assert answers.get(ONE, 1) is None and answers.known(ONE, [0, 1]) == [0]
    assert not list(answers.folder.glob(f"*{HALF}"))


def test_the_name_covers_all_that_decides_an_answer(answers):
    setting = answers.doses.setting
    names = {answers.key(ONE, 0), answers.key(ONE, 1), answers.key(Package(done=ONE.cards), 0), answers.key(Package(), 0)}
    names.add(answers.key(Package(cards=(("brieven", "klein"),)), 0))
    for name in (one.name for one in dataclasses.fields(setting)):
        value = {"place": "vlieland", "start": "2026-02", "months": 36, "burn_in": 13, "digests": {"code": "1", "data": "2"}}[name]
        other = dataclasses.replace(answers.doses, setting=dataclasses.replace(setting, **{name: value}))
        names.add(Answers(answers.folder, other).key(ONE, 0))
    assert len(names) == 5 + len(dataclasses.fields(setting))
    assert answers.key(ONE, 0) == Answers(answers.folder, small_doses()).key(Package.read(ONE.line()), 0)


def test_equal_settings_share_an_answer_of_other_words(answers):
    """The ordinary dose of a card is its defaults: the key is of the settings."""
    assert len(answers.key(ONE, 0)) == 16
    with pytest.raises(Refusal):
        answers.key(Package(cards=(("lokale_binding", "groot"),)), 0)


def damaged(folder):
    """Ways in which a folder of an answer can be damaged, by what they do to it."""
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        yield f"{file.name} is lost", file.unlink
        yield f"{file.name} is empty", lambda file=file: file.write_bytes(b"")
        yield f"{file.name} is cut off", lambda file=file, content=content: file.write_bytes(content[: len(content) // 2])
        middle = len(content) // 2
        changed = content[:middle] + bytes([content[middle] ^ 2]) + content[middle + 1 :]
        yield f"{file.name} has another byte", lambda file=file, changed=changed: file.write_bytes(changed)


def test_a_damaged_answer_is_none_and_is_made_anew(answers):
    answers.put(made())
    folder = answers.folder / answers.key(ONE, 0)
    n = len(list(damaged(folder)))
    assert n == 4 * len(list(folder.iterdir()))
    for k in range(n):
        what, do = list(damaged(folder))[k]
        do()
        assert answers.get(ONE, 0) is None and answers.known(ONE, [0]) == [], what
        answers.put(made())
        assert same(answers.get(ONE, 0), made()), what


@pytest.mark.parametrize(
    "change",
    [
        {"complete": False},
        {"seed": 1},
        {"package": "done: -; cards: -"},
        {"digests": {}},
        {"key": "0" * 16},
        {"files": {"../track.csv": ""}},
    ],
)
def test_a_mark_that_says_something_else_is_none(answers, change):
    from workshop.engine import answers as module

    answers.put(made())
    file = answers.folder / answers.key(ONE, 0) / MARK
    mark = {key: value for key, value in json.loads(file.read_text()).items() if key != "digest"} | change
    file.write_text(json.dumps(mark | {"digest": module._digest(mark)}))
    assert answers.get(ONE, 0) is None


def test_a_mark_that_names_a_file_elsewhere_is_none(answers):
    from workshop.engine import answers as module

    answers.put(made())
    outside = answers.folder / "outside.csv"
    outside.write_bytes(b"mine")
    file = answers.folder / answers.key(ONE, 0) / MARK
    mark = {key: value for key, value in json.loads(file.read_text()).items() if key != "digest"}
    mark["files"]["../outside.csv"] = hashlib.sha256(b"mine").hexdigest()
    file.write_text(json.dumps(mark | {"digest": module._digest(mark)}))
    assert answers.get(ONE, 0) is None and answers.known(ONE, [0]) == []


def test_a_track_of_other_months_is_none(answers):
    answers.put(dataclasses.replace(made(), track=made().track.iloc[:-1]))
    assert answers.get(ONE, 0) is None


def put_often(answers, times):
    for _ in range(times):
        answers.put(made())


def put_and_damage(answers, times):
    for _ in range(times):
        answers.put(made())
        (answers.folder / answers.key(ONE, 0) / MARK).unlink(missing_ok=True)


def test_two_processes_that_write_the_same_answer_leave_one_that_is_whole(answers):
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=put_and_damage, args=(answers, 20)), context.Process(target=put_often, args=(answers, 40))]
    for one in both:
        one.start()
    while any(one.is_alive() for one in both):
        found = answers.get(ONE, 0)
        assert found is None or same(found, made())
    for one in both:
        one.join()
        assert one.exitcode == 0
    answers.put(made())
    assert same(answers.get(ONE, 0), made())
    assert not list(answers.folder.glob(f"*{HALF}"))


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_half_written(answers):
    context = multiprocessing.get_context("spawn")
    answers.put(made(seed=1))
    for _ in range(3):
        one = context.Process(target=put_and_damage, args=(answers, 10_000))
        one.start()
        while one.is_alive() and answers.get(ONE, 0) is None:
            time.sleep(0.01)
        os.kill(one.pid, signal.SIGKILL)
        one.join()
        found = answers.get(ONE, 0)
        assert found is None or same(found, made())
        answers.put(made())
        assert same(answers.get(ONE, 0), made())
    assert same(answers.get(ONE, 1), made(seed=1))
