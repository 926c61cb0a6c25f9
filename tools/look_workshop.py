"""Pictures of every screen of a workshop that is running: `python tools/look_workshop.py ADDRESS OUT`, `make pictures ADDRESS=… OUT=…`.

It sits down at a table of its own, lays cards and guesses as a user does, and goes from screen to screen by their keys: on a laptop, a
beamer and a telephone, in Dutch (`--language en`: English). Each picture is the whole screen from top to bottom.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.browser import chromium, launched
from tools.browser import main as where

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {"laptop": (1280, 720), "beamer": (1024, 768), "phone": (390, 844)}
KEYS = {"zonder": "1", "wat-al": "2", "kaarten": "3", "raad": "4", "uitkomst": "5", "keten": "6", "senior": "7", "naast": "8", "wie": "9",
        "afspraken": "a", "start": "0"}  # fmt: skip
APART = {"zaal": "/zaal", "aannames": "/aannames"}
DONE, LAID = ("campagne",), ("wooncoach_sociaal", "informatiepunt", "voorrang")
THERE = {
    "uitkomst": ".gains li",
    "keten": "#end",
    "senior": "#part",
    "naast": ".beside .gains",
    "zaal": "svg.hall",
    "aannames": "#desk-table",
}
OTHER = "button[id^='beside-']:not(#beside-add)"  # a package that may be laid beside
PATIENCE = 120_000  # milliseconds: a package is played meanwhile


def lay(page: Page, card: str) -> None:
    """Turn a card over, choose its ordinary dose, and turn it back."""
    page.press(f"#card-{card}", "Enter")
    page.check(f"#dose-{card}-gewoon")
    page.wait_for_selector(f".chip >> nth={page.locator('.chip').count() - 1}")
    page.press(f"#card-{card}", "Enter")


def to(page: Page, screen: str) -> None:
    """A screen by its key, with its answers where they come by themselves."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(KEYS[screen])
    page.wait_for_selector(f"body[data-screen='{screen}'] #heading")
    if screen in THERE:
        page.wait_for_selector(THERE[screen], state="attached")


def sit(page: Page, address: str) -> str:
    """A table with what is done already, cards, a bookmark, a second package and a guess; its address."""
    page.goto(address)
    page.fill("#table-name", "Kijktafel")
    page.press("#table-name", "Enter")
    page.wait_for_selector("#letters")
    to(page, "wat-al")
    for card in DONE:
        lay(page, card)
    to(page, "kaarten")
    for card in LAID[:-1]:
        lay(page, card)
    to(page, "raad")
    page.press("#guess-moves", "ArrowRight")
    page.check("#gains-families")
    page.press("#place-dot", "Enter")
    page.wait_for_selector(THERE["uitkomst"])
    to(page, "start")
    page.fill("#bookmark-name", "eerste")
    page.press("#bookmark-name", "Enter")
    page.wait_for_selector("#bookmark-0")
    to(page, "kaarten")
    lay(page, LAID[-1])
    return page.url


def pictures(page: Page, begin: Path, address: str) -> Iterator[Path]:
    """Every screen of the table that a page sits at, and those without a table; yields where they are."""
    for screen in KEYS:
        to(page, screen)
        if screen in ("kaarten", "wat-al"):
            page.press(f"#card-{LAID[0]}", "Enter")
        if screen == "naast" and page.locator(OTHER).count():
            page.press(f"{OTHER} >> nth=0", "Enter")
        yield _taken(page, begin, screen)
    for screen, path in APART.items():
        page.goto(f"{address}{path}")
        page.wait_for_selector(THERE[screen])
        yield _taken(page, begin, screen)


def _taken(page: Page, begin: Path, screen: str) -> Path:
    page.wait_for_load_state("networkidle") if screen in APART else page.wait_for_timeout(600)  # a drawing is drawn to its end
    page.evaluate("scrollTo(0, 0)")  # what sticks to the edge of a window is where it belongs
    path = begin.with_name(f"{begin.name}_{screen}.png")
    page.screenshot(path=path, full_page=True)
    return path


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and print where they are; 2 without a browser."""
    parser = argparse.ArgumentParser(prog="python tools/look_workshop.py", description="Pictures of the screens of a running workshop.")
    parser.add_argument("address", help="of the workshop, as its terminal says it")
    parser.add_argument("out", type=Path, help="where the pictures go")
    parser.add_argument("--language", choices=("nl", "en"), default="nl")
    given = parser.parse_args(arguments)
    if chromium() is None:
        return where()
    given.out.mkdir(parents=True, exist_ok=True)
    address, table = given.address.rstrip("/"), None
    with launched() as browser:
        for size, (width, height) in SIZES.items():
            with browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce") as context:
                context.add_init_script(f"localStorage.setItem('workshop-language', '{given.language}')")
                page = context.new_page()
                page.set_default_timeout(PATIENCE)
                if table is None:
                    table = sit(page, address)
                page.goto(table)
                page.wait_for_selector("#letters")
                for path in pictures(page, given.out / f"{size}_{given.language}", address):
                    print(path, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
