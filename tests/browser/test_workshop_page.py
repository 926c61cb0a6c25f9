"""The page of a workshop of a really prepared place: numbers are read back from tables, and those are of the simulation; axe-core, sizes.

Chains that end in every way are on the screens of test_workshop_invented.py.
"""

from __future__ import annotations

import csv
import io
import re
import urllib.parse

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.states import none
from tests.browser.workshop_hall import wait
from tests.browser.workshop_place import CARDS, MONTHS, PLACE, WORLDS, copied, opened
from verhuisketens import compare
from workshop.engine.package import Package
from workshop.prepared.folder import Prepared

SCREENS = ("start", "zonder", "wat-al", "kaarten", "raad", "uitkomst", "keten", "senior", "naast", "wie", "afspraken")
PAPER = ("papier-kaarten", "papier-poster")
ALONE = ("zaal", "aannames")  # pages without a table
ALL = (*SCREENS, *PAPER, *ALONE)
SIZES = {"desk": (1280, 900), "phone": (390, 844), "projector": (1280, 720), "doubled": (640, 450)}  # the last: 200 per cent of a desk
BANNED = r"\b(scenario|indicator|interval|placebo|ruis|werelden|netto|verdringing|instrument|seed|looptijd|basis)\b"
THERE = {  # what shows that the answers of a screen are there
    "zonder": "table data", "kaarten": ".alone data", "wat-al": ".back data", "uitkomst": ".gains li", "keten": "#end",
    "senior": "#part", "naast": ".beside .gains", "zaal": "svg.hall .dot", "aannames": "#main data",
}  # fmt: skip
LOOSE = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    if (/\\d/.test(text) && !walk.currentNode.parentElement.closest('[data-at], [data-fixed], script')) found.push(text);
  }
  return found;
}"""
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return one === document.body ? null : {id: one.id || one.outerHTML.slice(0, 80), seen};
}"""
SHOWN = "() => [...document.querySelectorAll('[data-at]')].map(one => [one.dataset.at, one.textContent, one.value])"


@pytest.fixture(scope="module")
def folder(place, tmp_path_factory):
    return copied(place, tmp_path_factory.mktemp("workshop") / "folder")


@pytest.fixture(scope="module")
def address(folder):
    with opened(folder) as one:
        yield one


def played(context, address, name):
    """The letters of a table's package, when all its worlds are there: what nobody looks at is not played."""
    page, ask = context.new_page(), context.request
    page.goto(f"{address}/#/{name}/uitkomst")
    letters = ask.get(f"{address}/api/table/{name}").json()["package"]["letters"]
    wait(lambda: (found := ask.get(f"{address}/api/outcome/{letters}")).ok and found.json()["worlds"] == WORLDS, 60)
    page.close()
    return letters


@pytest.fixture(scope="module")
def sat(browser, address):
    """A function that makes a table, tells it what somebody does, and has its package played; the table's id and the package's letters."""
    with browser.new_context() as context:
        ask = context.request

        def sit(name, *told):
            made = ask.post(f"{address}/api/tables", data={"name": name}).json()["id"]
            for event in told:
                assert ask.post(f"{address}/api/table/{made}/event", data=event).ok, event
            return made, played(context, address, made)

        yield sit


def card(one, kind="card"):
    return {"kind": kind, "key": one[0], "dose": one[1]}


@pytest.fixture(scope="module")
def plain(sat):
    """The letters of all cards but the last one, on top of nothing: a package that was not worked out beforehand."""
    return sat("Tafel 1", *map(card, CARDS[:-1]))[1]


@pytest.fixture(scope="module")
def table(browser, address, sat):
    """The id of a table with a package, a guess, a bookmark and a budget, all worked out; the first table has one card, for the desk."""
    sat("Tafel 6", card(CARDS[1]))
    name, _ = sat(
        "Tafel 7", card(("campagne", "gewoon"), "done"), *map(card, CARDS[:-1]), {"kind": "bookmark", "name": "eerste"}, card(CARDS[-1]),
        {"kind": "guess", "moves": 70, "chains": 90, "gains": "families"}, {"kind": "budget", "eur": 100_000},
    )  # fmt: skip
    sat("Tafel 8", card(CARDS[0]))  # in the hall stands one whose card moves nobody, too
    return name


@pytest.fixture(scope="module")
def show(browser, address, table):
    """A function that shows a screen at a size, with what is on it and all folds open; a screen is loaded once in each language."""
    pages, asked = {}, []

    def loaded(name, language):
        page = browser.new_context().new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        page.on("console", lambda told: asked.append(told.text) if "Content Security Policy" in told.text else None)  # not asked, but tried
        page.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
        page.goto(f"{address}/{name}" if name in ALONE else f"{address}/#/{table}/{name}")
        page.wait_for_selector("#heading")
        if name in ("kaarten", "wat-al"):
            page.press(f"#card-{CARDS[0][0]}", "Enter")
        page.wait_for_selector(THERE.get(name, "#heading"), state="attached", timeout=60_000)
        if name == "uitkomst":
            wait(lambda: page.evaluate("() => document.querySelector('.mine').getAttribute('d').split('L').length") > MONTHS)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        return page

    def shown(name, size="desk", language="nl"):
        if (name, language) not in pages:
            pages[name, language] = loaded(name, language)
        page = pages[name, language]
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
        return page

    shown.asked = asked
    yield shown
    for page in pages.values():
        page.context.close()


def table_of(request, address, name, package):
    """A table, as the server gives it: row to column to text."""
    answer = request.get(f"{address}/tables/{name}/{package}.csv")
    assert answer.ok, f"{name}/{package}: {answer.status}"
    return {one["row"]: one for one in csv.DictReader(io.StringIO(answer.text()))}


def number(text, language):
    """A number as it is written in a language."""
    plain = text.replace("€", "").replace("\u00a0", "").replace(" ", "").replace("−", "-").replace("+", "")
    plain = plain.replace(".", "").replace(",", ".") if language == "nl" else plain.replace(",", "")
    return float(plain)


COLUMNS = ("difference", "lower", "upper", "lower_full", "upper_full", "p_sign", "seeds")


def test_numbers_of_a_package_are_those_of_a_comparison_of_its_own(plain, folder, address, context, tmp_path):
    """Prepared worlds, workers and the server's tables, against a run that knows none of them (tests/workshop/test_outcome.py: why so)."""
    written = f"title: {{nl: P, en: P}}\ninstruments: {{{', '.join(f'{key}: {{}}' for key, _ in CARDS[:-1])}}}\n"  # the ordinary dose
    (tmp_path / "pakket.yaml").write_text(written, encoding="utf-8")
    burn_in = Prepared.open(folder).setting.burn_in
    found = compare(
        PLACE, ["basis", "pakket"], scenario_dir=tmp_path, seeds=WORLDS, months=MONTHS, burn_in=burn_in, follow_up=6,
    ).effects  # fmt: skip
    net = found[(found["scenario"] == "pakket") & (found["months_to"] == MONTHS) & (found["estimand"] == "net")]
    theirs = {_row(one): one for one in net.to_dict("records") if one["indicator"] != "moves_set_off"}  # chains go on in the follow-up
    mine = table_of(context.request, address, "effects", plain)
    assert len(theirs) > 20 and float(mine["senior_moves"]["difference"]) != 0
    wrong = [
        (row, column, mine[row][column], one[column])
        for row, one in theirs.items()
        if row in mine
        for column in COLUMNS
        if float(mine[row][column] or "nan") != pytest.approx(one[column], rel=1e-9, abs=1e-12, nan_ok=True)
    ]
    none(wrong)
    assert set(mine) - set(theirs) <= {row for row in mine if row.startswith("moves_set_off")}


def _row(one):
    """The name of a row of effects in the server's table."""
    return one["indicator"] if one["group_by"] == "all" else f"{one['indicator']}.{one['group_by']}.{one['group']}"


def test_months_of_a_package_are_beside_the_same_world_and_add_up_to_its_effect(plain, folder, address, context):
    """The line that draws itself tells of each world what the sentence beside it tells of all."""
    months, effects = (table_of(context.request, address, name, plain) for name in ("track", "effects"))
    answers, extra = Prepared.open(folder).answers, []
    for world in range(WORLDS):
        with_cards, without = (answers.get(Package(cards=cards), world).track["senior_moves"] for cards in (tuple(sorted(CARDS[:-1])), ()))
        found = [float(months[f"{world}.{month}"]["extra"]) for month in range(MONTHS)]
        assert found == list(with_cards - without)
        extra.append(sum(found))
    assert len(months) == WORLDS * MONTHS
    assert sum(extra) / WORLDS == float(effects["senior_moves"]["difference"])


def test_tables_of_the_place_are_those_of_the_prepared_folder(folder, address, context):
    there = Prepared.open(folder)
    mine = {name: table_of(context.request, address, name, "place") for name in ("cards", "public")}
    wrong = []
    for key, sizes in there.record.doses.items():
        for size, one in sizes.items():
            row, years = mine["cards"][f"{key}.{size}"], MONTHS / 12
            if (float(row["people"]), float(row["eur_per_year"])) != pytest.approx((one.reached / years, one.eur / years)):
                wrong.append((key, size, row, one))
    for one in there.public.to_dict("records"):
        row = mine["public"][one["key"]]
        if any(float(row[name] or "nan") != pytest.approx(one[name], nan_ok=True) for name in ("simulated", "observed")):
            wrong.append((one, row))
    none(wrong)
    assert len(there.record.doses) == len(CARDS) and len(mine["public"]) > 10


def is_rounding(text, value):
    """Whether a number is another one, or a hundred times it (a share in per cent), rounded, and not to nothing."""
    near = any(abs(round(size * value, digits) - text) < 1e-9 for size in (1, 100) for digits in range(-6, 7))
    return near and (text != 0 or abs(value) < 1)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ALL)
def test_every_number_is_a_cell_that_is_read_back(name, language, show, address):
    page = show(name, language=language)
    none(page.evaluate(LOOSE))
    shown = page.evaluate(SHOWN)
    assert shown or name in ("start", "wie", "raad", "papier-poster")
    wrong, tables = [], {}
    for at, text, value in shown:
        sheet, package, row, column = (urllib.parse.unquote(part) for part in at.split("/"))
        if (sheet, package) not in tables:
            tables[sheet, package] = table_of(page.request, address, sheet, package)
        there = float(tables[sheet, package][row][column])
        if not is_rounding(number(text, language), float(value)) or abs(there - float(value)) > 1e-9 * max(1, abs(there)):
            wrong.append((at, text, value, there))
    none(wrong)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing(name, size, show):
    page = show(name, size)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("dialog", ["?", "t"])
def test_axe_finds_nothing_in_what_opens_over_a_screen(dialog, show):
    page = show("kaarten")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(dialog)
    page.wait_for_selector("dialog[open]")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_nothing_scrolls_sideways_and_nothing_is_asked_of_another_host(name, size, show, address):
    page = show(name, size)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    foreign = [one for one in show.asked if not one.startswith((address, "data:"))]
    none(foreign)


def test_letters_of_the_hall_are_large_on_a_projector(show):
    page = show("zaal", "projector")
    small = page.evaluate("""() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) { const one = walk.currentNode.parentElement; const box = one.getBoundingClientRect();
        if (!walk.currentNode.data.trim() || box.width < 2 || one.closest('.unseen, .skip, script')) continue;
        const scale = one.closest('svg') ? one.getScreenCTM().a : 1;
        if (parseFloat(getComputedStyle(one).fontSize) * scale < 28) found.push(walk.currentNode.data); } return found; }""")
    none(small)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "what is below the projector's edge is not seen"


@pytest.mark.parametrize("name", ALL)
def test_words_that_nobody_knows_are_not_used(name, show):
    said = show(name).inner_text("body").lower()
    none(re.findall(BANNED, said))


@pytest.mark.parametrize("name", SCREENS)
def test_every_control_has_a_name_and_shows_its_focus(name, show):
    page = show(name)
    page.focus("#skip")
    unseen, stops = [], 0
    for _ in range(160):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUS)
        if one is None:
            break
        stops += 1
        if not one["seen"]:
            unseen.append(one["id"])
    none(unseen)
    assert stops > 10


def test_with_less_motion_the_line_is_there_at_once(browser, address, table):
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{address}/#/{table}/uitkomst")
        page.wait_for_selector(".sentences li")
        page.press("#replay", "Enter")
        assert page.evaluate("() => document.querySelector('.mine').getAttribute('d').split('L').length") == MONTHS + 1


def test_cards_are_printed_eight_on_a_sheet(show):
    page = show("papier-kaarten")
    cards = page.locator("article.paper").count()
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == -(-cards // 8)
    poster = show("papier-poster").pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", poster)) == 1
