"""The browser that the tests of the pages and the pictures use: a Chromium that is installed, shut off from every network.

`python tools/browser.py` prints where it is; without one it says in a line how to get one, with status 2.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
HOW = (
    "There is no Chromium here: install it (Debian: sudo apt-get install chromium fonts-dejavu-core), "
    "or name one: CHROMIUM=/path/to/chrome make test-browser."
)
SHUT_OFF = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # numbers of hosts are mapped as names are
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str | None:
    """Path of the browser: what CHROMIUM names, or the first that is installed; None if there is none."""
    given = os.environ.get("CHROMIUM")
    return shutil.which(given) if given else next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window, from which no host but 127.0.0.1 can be reached. Raises FileNotFoundError where there is none."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise FileNotFoundError(HOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SHUT_OFF))
        try:
            yield browser
        finally:
            browser.close()


def speak(page: Page, language: str) -> None:
    """Turn a page to a language by its own switch; a page without one has the language that it is in."""
    if page.evaluate("document.documentElement.lang") != language:
        page.click("#switch")


def unfold(page: Page) -> None:
    """Open every fold of a page."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def paper(page: Page, to: Path | None = None) -> bytes:
    """A page as it is printed, on the paper that it asks for itself (A4 or not: the test tells)."""
    return page.pdf(path=to, prefer_css_page_size=True, print_background=True)


def main() -> int:
    """Print where the browser is; 2 where there is none."""
    path = chromium()
    print(path or HOW, file=sys.stdout if path else sys.stderr)
    return 0 if path else 2


if __name__ == "__main__":
    sys.exit(main())
