"""A test of many things fails for each that fails, by name, and is never a test of nothing."""

from __future__ import annotations

import pytest

from tests.every import by_turns, every


@pytest.fixture
def most():
    return 2


@every("number", range(5))
def small(number, most):
    assert number <= most, f"{number} is more"


def test_each_that_fails_is_named_and_no_other():
    with pytest.raises(pytest.fail.Exception) as caught:
        small(most=2)
    said = str(caught.value)
    assert said.startswith("2 of 5:\n") and [f"[{n}]" in said for n in range(5)] == [False, False, False, True, True]
    assert "3 is more" in said and "4 is more" in said and "AssertionError" in said
    small(most=4)


def test_whatever_is_raised_is_a_failure_of_that_thing():
    @every(("one", "other"), [(1, 1), (1, 0), (2, 0)])
    def divided(one, other):
        if one == 2:
            pytest.fail("two is not divided")
        assert one / other

    with pytest.raises(pytest.fail.Exception, match=r"(?s)^2 of 3:.*\[1-0\].*ZeroDivisionError.*\[2-0\].*two is not divided"):
        divided()


seen = []


@pytest.fixture
def whole():
    """When the test is over every pair came once, with the fixture that pytest gave."""
    seen.clear()
    yield
    assert seen == [(one, other, 2) for one in "abc" for other in range(2)]


@every("one", "abc")
@every("other", range(2))
def test_two_of_them_are_every_pair(one, other, most, whole):
    seen.append((one, other, most))


def test_values_that_a_function_makes_are_made_when_the_test_is_done():
    made = []

    @every("one", lambda: made or made.append(1) or made)
    def positive(one):
        assert one < 1

    assert made == []
    with pytest.raises(pytest.fail.Exception, match=r"^1 of 1:"):
        positive()


def test_nothing_to_test_is_refused_and_so_is_a_fixture_that_is_made_for_one():
    with pytest.raises(ValueError, match="every name: there is nothing to test"):
        every("name", [])
    with pytest.raises(ValueError, match="there is nothing to test, or not one value for each name"):
        every(("a", "b"), [(1, 2), (1,)])
    with pytest.raises(ValueError, match="there is nothing to test"):
        every("name", lambda: [])(lambda name: None)()
    with pytest.raises(ValueError, match="cannot be shared"):
        every("name", "ab")(lambda name, tmp_path: None)
    with pytest.raises(ValueError, match=r"it asks for \['nome'\]"):
        every("name", "ab")(lambda nome: None)


def test_by_turns_every_thing_has_its_turn_and_every_way_some_and_nothing_is_lost():
    for n_things, n_ways, each in ((42, 6, 1), (42, 6, 2), (7, 3, 2), (6, 6, 1)):
        found = by_turns(range(n_things), range(n_ways), each)
        soon = [one.values for one in found if not one.marks]
        assert {one.values for one in found} == {(thing, way) for thing in range(n_things) for way in range(n_ways)}
        assert {soon.count((thing, way)) for thing, way in soon} == {1} and {way for _, way in soon} == set(range(n_ways))
        assert all(sum(thing == one for one, _ in soon) == each for thing in range(n_things))
        assert all(mark.name == "long" for one in found for mark in one.marks)
    with pytest.raises(ValueError, match="without a turn"):
        by_turns(range(2), range(5), 2)
