"""Five letters for a package: the same for everybody in a folder, probed where two would share them, and never lost."""

from __future__ import annotations

import itertools

import pytest

from sim.world.errors import Refusal
from workshop.engine.doses import SIZES
from workshop.engine.package import Package
from workshop.table import letters as module
from workshop.table.letters import ALPHABET, LENGTH, Letters
from workshop.table.wrong import Wrong

KEYS = ("voorrang", "brieven", "campagne")
PACKAGES = [
    Package(tuple(done), tuple(cards))
    for done in ((), (("voorrang", "klein"),))
    for n in range(3)
    for keys in itertools.combinations(KEYS, n)
    for sizes in itertools.product(SIZES, repeat=n)
    for cards in [zip(keys, sizes, strict=True)]
]


def test_letters_are_told_apart_by_eye_and_ear_and_make_no_word():
    assert len(set(ALPHABET)) == len(ALPHABET) and not set(ALPHABET) & set("AEIOUCDJNPQSV")


def test_every_package_has_its_own_and_reading_the_folder_again_gives_the_same(tmp_path):
    first = Letters(tmp_path)
    found = {package: first.of(package) for package in PACKAGES}
    assert len(set(found.values())) == len(PACKAGES)
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in found.values())
    again = Letters(tmp_path)
    for package, one in found.items():
        assert again.of(package) == one and again.package(one) == package
    assert len(again) == len(PACKAGES) and again.said == []


def test_the_order_in_which_packages_come_matters_only_where_two_would_share_letters(tmp_path):
    there, back = Letters(tmp_path / "a"), Letters(tmp_path / "b")
    for folder in (there, back):
        folder.path.parent.mkdir()
    assert {one: there.of(one) for one in PACKAGES} == {one: back.of(one) for one in reversed(PACKAGES)}


def test_letters_that_are_taken_give_way_to_others(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_drawn", lambda line, attempt: ALPHABET[attempt] * LENGTH)
    found = Letters(tmp_path)
    few = PACKAGES[: len(ALPHABET)]
    assert [found.of(package) for package in few] == [sign * LENGTH for sign in ALPHABET]
    assert [Letters(tmp_path).package(sign * LENGTH) for sign in ALPHABET] == few


@pytest.mark.parametrize("written", [str.lower, str.title, " ".join, "-".join, lambda text: f"  {text}\n"])
def test_letters_may_be_typed_as_people_type_them(tmp_path, written):
    found = Letters(tmp_path)
    for package in PACKAGES[:20]:
        assert found.package(written(found.of(package))) == package


def test_unknown_letters_name_the_nearest_or_nothing(tmp_path):
    found = Letters(tmp_path)
    one = found.of(PACKAGES[5])
    with pytest.raises(Wrong, match=f"did you mean {one}") as near:
        found.package(one[:4] + "Q")
    assert one in near.value.nl and near.value.status == 404
    for far in ("", "QQQQQ", "x" * 10_000, "../../etc", "é"):
        with pytest.raises(Wrong, match="five letters"):
            found.package(far)


GOOD = b"BFGHK done: -; cards: voorrang=gewoon\n"


@pytest.mark.parametrize(
    "content",
    [
        b"BFGH done: -; cards: -\n",
        b"AAAAA done: -; cards: -\n",
        b"bfghk done: -; cards: -\n",
        b"BFGHK done: -; cards: koning=gewoon\n",
        b"BFGHK __import__('os')\n",
        GOOD + GOOD,
        GOOD + GOOD.replace(b"BFGHK", b"BFGHL"),
        GOOD + GOOD.replace(b"voorrang", b"brieven"),
        b"\xff\xfe\n",
        b"\n",
    ],
)
def test_a_file_of_a_stranger_that_is_none_is_refused_with_its_line(tmp_path, content):
    (tmp_path / module.FILE).write_bytes(content)
    with pytest.raises(Refusal, match=rf"{module.FILE}, line \d"):
        Letters(tmp_path)


@pytest.mark.parametrize("cut", range(1, len(GOOD)))
def test_a_last_line_that_was_cut_short_is_dropped_and_said(tmp_path, cut):
    first = GOOD.replace(b"BFGHK", b"ZZZZZ").replace(b"voorrang", b"brieven")
    (tmp_path / module.FILE).write_bytes(first + GOOD[:-cut])
    found = Letters(tmp_path)
    assert len(found) == 1 and len(found.said) == 1
    found.of(PACKAGES[0])
    assert len(Letters(tmp_path)) == 2


def test_there_are_not_endlessly_many(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_CODES", 2)
    found = Letters(tmp_path)
    one, _ = found.of(PACKAGES[0]), found.of(PACKAGES[1])
    with pytest.raises(Wrong):
        found.of(PACKAGES[2])
    assert found.of(PACKAGES[0]) == one
