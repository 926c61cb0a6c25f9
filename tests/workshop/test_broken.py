"""An engine that counts nothing any more: every table hears why, whatever it opens then and whenever its screen comes, and the hall too."""

from __future__ import annotations

import asyncio

import pytest

from tests.workshop.fake_engine import fake_hall
from tests.workshop.test_server import messages
from workshop.engine.package import Package
from workshop.engine.scheduler import Broken, Failed
from workshop.server import asked, said
from workshop.table.wrong import Wrong

WHY = "the engine stopped: OSError: [Errno 28] No space left on device; start the workshop again"
TWO = (("voorrang", "gewoon"), ("brieven", "groot"))


class Dead:
    """An engine whose thread has ended: it hears nothing and says nothing."""

    def __init__(self):
        self.listen = self.show = lambda *_: None
        self.leave = lambda _: None
        self.ready = lambda: False
        self.stop = lambda: None


def told(screen):
    """What a screen heard since the last time: names of messages, and why something failed."""
    heard = messages(screen)
    return [name for name, _ in heard], [content for name, content in heard if name == "failed"]


def in_a_dead_hall(folder, act):
    """Do something in a hall whose engine counts nothing, with a table and its screen."""

    async def run():
        with fake_hall(folder, worlds=2, months=24) as hall:
            hall.engine = Dead()
            hall.begin()
            table = hall.tables.new("Een")
            await act(hall, table, hall.open(table))
            hall.stop()

    asyncio.run(run())


def in_a_broken_hall(folder, act):
    """Do something in a hall whose engine broke while a table looked at a package."""

    async def broken(hall, table, screen):
        hall.take(table, {"kind": "card", "key": TWO[0][0], "dose": TWO[0][1]})
        hall._happened(Broken(WHY))
        assert [one["original"] for one in told(screen)[1]] == [WHY]
        await act(hall, table, screen)

    in_a_dead_hall(folder, broken)


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "card", "key": TWO[1][0], "dose": TWO[1][1]},
        {"kind": "done", "key": "campagne", "dose": "klein"},
        {"kind": "undo"},
    ],
)
def test_a_table_that_changes_its_package_hears_why_again_after_the_state_that_wipes_it_out(tmp_path, event):
    async def act(hall, table, screen):
        hall.take(table, event)
        names, why = told(screen)
        assert [one["original"] for one in why] == [WHY] and why[0]["nl"].endswith("Start de werktafel opnieuw.")
        assert names.index("state") < names.index("failed")

    in_a_broken_hall(tmp_path, act)


def test_what_changes_no_package_is_not_told_of_it_again(tmp_path):
    async def act(hall, table, screen):
        hall.take(table, {"kind": "budget", "eur": 1_000})
        assert told(screen)[1] == []

    in_a_broken_hall(tmp_path, act)


def test_who_opens_a_package_and_a_screen_that_comes_later_hear_it_once(tmp_path):
    async def act(hall, table, screen):
        other = hall.tables.new("Twee")
        late = hall.open(other)
        assert [one["original"] for one in told(late)[1]] == [WHY]
        hall.take(other, {"kind": "open", "letters": hall.letters.of(Package(cards=TWO))})
        assert [one["original"] for one in told(late)[1]] == [WHY] and told(screen)[1] == []
        assert [one["original"] for one in told(hall.open(other))[1]] == [WHY]  # a second screen of the same package

    in_a_broken_hall(tmp_path, act)


def test_a_second_package_that_fails_is_told_of_itself(tmp_path):
    async def act(hall, table, screen):
        for (key, dose), why in zip(TWO, ("first: no", "second: no"), strict=True):
            hall.take(table, {"kind": "card", "key": key, "dose": dose})
            hall._happened(Failed(table.state.package, 0, why))
            assert [one["original"] for one in told(screen)[1]] == [why]

    in_a_dead_hall(tmp_path, act)


def test_the_hall_says_why_nothing_comes_of_a_package(tmp_path):
    async def act(hall, table, screen):
        hall.take(table, {"kind": "card", "key": TWO[1][0], "dose": TWO[1][1]})
        with pytest.raises(Wrong) as error:
            asked.outcome(hall, table.state.package)
        assert (error.value.status, error.value.original) == (404, WHY) and error.value.nl != said.NOT_YET.nl

    in_a_broken_hall(tmp_path, act)
