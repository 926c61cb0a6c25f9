"""A package as a text file: what is written reads back, what a stranger changed in it is refused, and another version says why."""

from __future__ import annotations

import math

import pytest
import yaml

from sim.interventions import REGISTRY
from sim.world.errors import Refusal
from tests.workshop.fake_engine import setting_of
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.table import files

PACKAGES = [
    Package(),
    Package((("voorrang", "gewoon"),)),
    Package((("voorrang", "gewoon"),), (("brieven", "klein"), ("voorrang", "groot"))),
    Package(cards=tuple((key, "gewoon") for key in REGISTRY)),
]
SHOWN = {"senior_moves": {"difference": 665.875, "lower": -1234567.125, "upper": 1e-7}, "moves": {"difference": 0.0}}


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("shown", [None, SHOWN])
def test_what_is_written_reads_back(package, shown):
    setting = setting_of()
    found = files.read(files.write(package, setting, 8, shown).encode())
    assert found.package == package
    assert (found.place, found.start, found.months, found.burn_in) == (setting.place, setting.start, setting.months, setting.burn_in)
    assert found.version.model_dump() == dict(setting.digests)
    for key, values in (shown or {}).items():
        kept = {name: value for name, value in found.shown[key].model_dump().items() if value is not None}
        assert kept.keys() == values.keys() and all(math.isclose(kept[name], values[name], rel_tol=1e-9) for name in values)


def test_the_file_of_another_platform_reads_the_same():
    text = files.write(PACKAGES[2], setting_of(), 8, SHOWN)
    assert files.read(text.replace("\n", "\r\n").encode("utf-8-sig")) == files.read(text.encode())


def places(content, at=()):
    """Where something stands in a file, keys of keys included."""
    for key, value in content.items():
        yield (*at, key)
        if isinstance(value, dict):
            yield from places(value, (*at, key))


TEXT = files.write(PACKAGES[2], setting_of(), 8, SHOWN)
PLACES = list(places(yaml.safe_load(TEXT)))


@pytest.mark.parametrize("place", PLACES, ids=".".join)
@pytest.mark.parametrize("value", [[1], {"x": 1}, "<script>", True, "a" * 6_000, 1e300])
def test_what_does_not_belong_there_is_refused_with_its_place(place, value):
    content = yaml.safe_load(TEXT)
    inside = content
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with pytest.raises(Refusal, match=rf"{files.NAME}, line \d+, column \d+"):
        files.read(yaml.safe_dump(content).encode())


@pytest.mark.parametrize(
    "place", [(), *(place for place in PLACES if place[0] in ("version", "shown", "cards") and len(place) < 3)], ids=".".join
)
def test_a_key_that_does_not_belong_is_refused(place):
    content = yaml.safe_load(TEXT)
    inside = content
    for key in place:
        inside = inside[key]
    if isinstance(inside, dict):
        inside["__class__"] = "x"
        with pytest.raises(Refusal):
            files.read(yaml.safe_dump(content).encode())


@pytest.mark.parametrize("key", ["format", "place", "start", "months", "burn_in", "version"])
def test_what_has_to_stand_there_is_missed(key):
    content = yaml.safe_load(TEXT)
    del content[key]
    with pytest.raises(Refusal, match=key):
        files.read(yaml.safe_dump(content).encode())


@pytest.mark.parametrize("raw", [b"", b"- a", b"\xff\xfe", b"!!python/object/apply:os.system ['x']", b"a: &a [*a]", b"x" * 200_000, b"\0"])
def test_what_is_no_package_is_refused(raw):
    with pytest.raises(Refusal):
        files.read(raw)


def test_the_same_version_says_nothing_and_another_says_what_differs():
    setting = setting_of()
    old = files.read(files.write(PACKAGES[2], setting, 8, SHOWN).encode())
    assert files.differs(old, setting, 8) == []
    others = {
        "place": Setting("terschelling", digests=setting.digests),
        "start": Setting(setting.place, start="2027-01", digests=setting.digests),
        "months": Setting(setting.place, months=60, digests=setting.digests),
        "burn_in": Setting(setting.place, burn_in=12, digests=setting.digests),
        "code": Setting(setting.place, digests={**setting.digests, "code": "a" * 64}),
        "data": Setting(setting.place, digests={**setting.digests, "data": "a" * 64}),
    }
    said = {name: files.differs(old, other, 8) for name, other in others.items()}
    assert all(len(one) == 1 for one in said.values())
    assert len({one[0] for one in said.values()}) == len(others)
    assert len(files.differs(old, setting, 4)) == 1
