"""A page of the workshop as somebody without a pointer uses it, and waiting for what it shows."""

from __future__ import annotations

from tests.browser.test_access import MOST_STOPS
from tests.browser.workshop_hall import wait

NO_POINTER = "addEventListener('click', (event) => { if (event.detail > 0) throw new Error('a pointer was used'); }, true)"


def page_of(context, address):
    """A page that fails on an error of its own, and on a pointer."""
    one = context.new_page()
    one.set_default_timeout(30_000)
    one.add_init_script(NO_POINTER)
    one.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(str(error))))
    one.goto(address)
    return one


def until(page, question, argument=None):
    """As soon as the page answers yes; its policy forbids what Playwright's own waiting does with an expression."""
    return wait(lambda: page.evaluate(question, argument), 60)


def tab_to(page, selector):
    """Go by Tab to an element, from where the focus is; back to the top of the page once."""
    page.wait_for_selector(selector, state="visible")
    for _ in range(3 * MOST_STOPS):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never comes to {selector}")


def press(page, selector, key="Enter"):
    tab_to(page, selector)
    page.keyboard.press(key)


def screen(page, key, heading):
    """A screen by its key: its heading has the focus."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    until(page, "text => document.getElementById('heading')?.textContent.includes(text)", heading)
    until(page, "document.activeElement.id === 'heading'")


def choose(page, selector):
    """A choice of a group: Tab comes to the group, the arrows go through it."""
    name = page.get_attribute(selector, "name")
    tab_to(page, f"input[name='{name}']")
    for _ in range(8):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            if not page.is_checked(selector):
                page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows never come to {selector}")


def letters(page):
    return page.inner_text("#letters")
