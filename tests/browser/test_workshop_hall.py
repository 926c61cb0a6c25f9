"""The screen for the hall with as many tables as a hall has: all are read from the last row, and nothing is cut."""

from __future__ import annotations

import pytest

from tests.browser.states import none
from tests.browser.workshop_hall import CARDS, served

PROJECTOR = {"width": 1280, "height": 720}
LETTERS = 28  # pixels
SMALL = """least => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const one = walk.currentNode.parentElement; const box = one.getBoundingClientRect();
    if (!walk.currentNode.data.trim() || box.width < 2 || one.closest('.unseen, .skip, script')) continue;
    const scale = one.closest('svg') ? one.getScreenCTM().a : 1;
    if (parseFloat(getComputedStyle(one).fontSize) * scale < least) found.push(walk.currentNode.data); } return found; }"""
CUT = """() => [...document.querySelectorAll('#top *, main *')].filter(one => { const box = one.getBoundingClientRect();
  if (!box.width || !one.textContent.trim() || one.closest('.unseen, .skip, [hidden]')) return false;
  return box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1
    || (!(one instanceof SVGElement) && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible');
}).map(one => `${one.tagName} ${one.textContent.slice(0, 40)}`)"""
NAMES = "() => [...document.querySelectorAll('.hallnames li b')].map(one => one.textContent)"
PACKAGES = [(card, dose) for card in CARDS for dose in ("klein", "gewoon", "groot")]


def named(number: int) -> str:
    """Short names, and some as long as a table may have."""
    return f"Tafel {number}" if number % 5 else f"Woonstichting Welgelegen aan de Vecht, wijkteam {number}"


@pytest.fixture(scope="module", params=[20, 24])
def hall(request, browser, tmp_path_factory):
    """The address of a hall with so many tables, each with a package that was worked out; and their names."""
    with served(tmp_path_factory.mktemp("hall") / "folder", pause=0.0) as address, browser.new_context() as context:
        names = [named(number) for number in range(1, request.param + 1)]
        for number, name in enumerate(names):
            table = context.request.post(f"{address}/api/tables", data={"name": name}).json()["id"]
            card, dose = PACKAGES[number % len(PACKAGES)]
            assert context.request.post(f"{address}/api/table/{table}/event", data={"kind": "card", "key": card[0], "dose": dose}).ok
        yield address, names


@pytest.fixture
def shown(browser, hall):
    """A function that shows the hall at a size, with motion or less of it."""
    contexts = []

    def show(size=PROJECTOR, **more):
        contexts.append(browser.new_context(viewport=size, **more))
        page = contexts[-1].new_page()
        page.clock.install()
        page.goto(f"{hall[0]}/zaal")
        page.wait_for_selector("svg.hall .dot")
        return page

    yield show
    for one in contexts:
        one.close()


def pages(page):
    """Turn through all pages: the names on each."""
    found = []
    while not found or page.evaluate(NAMES) != found[0]:
        found.append(page.evaluate(NAMES))
        none(page.evaluate(CUT))
        none(page.evaluate(SMALL, LETTERS))
        page.click("#page-after")
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_on_a_projector_every_table_is_read_and_nothing_is_cut(language, shown, hall):
    page = shown()
    if language == "en":
        page.click("#switch")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    found = pages(page)
    assert [name for names in found for name in names] == hall[1]
    assert len(found) > 1 and page.locator("svg.hall .dot").count() == len(hall[1])
    signs = page.eval_on_selector_all("svg.hall .dot", "all => all.map(one => one.textContent)")
    assert len(set(signs)) == len(signs), "each table has a sign of its own"


def test_however_high_the_screen_is_nothing_stands_below_its_edge(shown):
    page = shown()
    for height in range(700, 760, 4):
        page.set_viewport_size({**PROJECTOR, "height": height})
        page.wait_for_function(
            "height => innerHeight === height && document.documentElement.scrollHeight <= innerHeight", arg=height, timeout=5_000
        )


def test_pages_turn_by_themselves_until_somebody_stops_or_turns_them(shown):
    page = shown()
    before = page.evaluate(NAMES)
    page.clock.run_for(9_000)
    after = page.evaluate(NAMES)
    assert after != before
    page.focus("#page-rest")
    page.keyboard.press("Enter")
    page.clock.run_for(30_000)
    assert page.evaluate(NAMES) == after and page.evaluate("document.activeElement.id") == "page-rest"
    page.keyboard.press("Enter")
    page.clock.run_for(8_000)  # whenever it begins, one turn
    assert page.evaluate(NAMES) != after
    page.click("#page-before")
    page.clock.run_for(30_000)
    assert page.evaluate(NAMES) == after


def test_with_less_motion_they_stand_still_until_they_are_turned(shown):
    page = shown(reduced_motion="reduce")
    before = page.evaluate(NAMES)
    page.clock.run_for(60_000)
    assert page.evaluate(NAMES) == before
    page.click("#page-after")
    assert page.evaluate(NAMES) != before


def test_on_a_phone_all_are_on_one_page_that_is_scrolled(shown, hall):
    page = shown({"width": 390, "height": 844})
    assert page.evaluate(NAMES) == hall[1] and page.locator("#page-after").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def certain(route):
    """An outcome with a difference larger than chance."""
    answer = route.fetch()
    made = answer.json()
    moves = made["effects"]["senior_moves"]
    moves["sure"], moves["difference"] = True, moves["difference"] | {"v": 12.0}
    route.fulfill(response=answer, json=made)


@pytest.mark.parametrize("language, shared", [("nl", "en wie hetzelfde koos"), ("en", "and who chose the same")])
def test_tables_with_one_package_share_the_sentence(language, shared, browser, tmp_path_factory):
    with served(tmp_path_factory.mktemp("shared") / "folder", pause=0.0) as address, browser.new_context(viewport=PROJECTOR) as context:
        context.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
        card, dose = CARDS[0]
        said = []
        for name in ("Noord", "Zuid"):
            table = context.request.post(f"{address}/api/tables", data={"name": name}).json()["id"]
            assert context.request.post(f"{address}/api/table/{table}/event", data={"kind": "card", "key": card, "dose": dose}).ok
            page = context.new_page()
            page.route("**/api/outcome/**", certain)
            page.goto(f"{address}/zaal")
            page.wait_for_selector(f"svg.hall .dot >> nth={len(said)}")
            page.wait_for_selector("#heading span")
            said.append(page.inner_text("#heading"))
            page.unroute_all(behavior="wait")
            page.close()
        assert "Noord" in said[0] and shared not in said[0]
        assert f"Noord {shared}," in said[1]
