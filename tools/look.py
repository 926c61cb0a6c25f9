"""Pictures of the pages of a folder of results, to look at: `python tools/look.py FOLDER OUT`, or `make pictures FOLDER=… OUT=…`.

Each page comes at two widths and in each of its languages, in twelve pictures at the most (those of a telephone hold four screens, left to
right), and as it is printed: a PDF, and a picture of each sheet. What a reader has to open is shut, but with `--open`.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.browser import chromium, launched, paper, speak, unfold
from tools.browser import main as where

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENS = {1280: (1, 1400), 390: (4, 840)}  # by width in pixels: how many screens stand side by side in a picture, how high at the least
MOST = 12  # pictures of a page at a width: in those of a longer page the screens are higher
OVERLAP, GAP = 40, 2  # pixels: a line that one screen cuts is whole in the next; between two screens
SHEETS = 110 / 72  # dots of a picture of a sheet per point: 110 to the inch


def languages(page: Page) -> list[str]:
    """The languages that a page can be read in, the one that it opens in first."""
    own = str(page.evaluate("document.documentElement.lang"))
    if not page.locator("#switch").count():
        return [own]
    page.click("#switch")
    other = str(page.evaluate("document.documentElement.lang"))
    page.click("#switch")
    return [own, other]


def tiles(page: Page, begin: Path) -> list[Path]:
    """Write a page as pictures of consecutive screens, side by side; returns their paths, ``begin`` with a number."""
    from PIL import Image

    width, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    beside, least = SCREENS[width]
    high = max(least, math.ceil((whole - OVERLAP) / (MOST * beside)) + OVERLAP)
    tops = range(0, max(1, whole - OVERLAP), high - OVERLAP)
    made: list[Path] = []
    for first in range(0, len(tops), beside):
        sheet = Image.new("RGB", (beside * (width + GAP) - GAP, high), "#888")
        for k, top in enumerate(tops[first : first + beside]):
            clip = {"x": 0, "y": top, "width": width, "height": min(high, whole - top)}
            screen = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip)))  # type: ignore[arg-type]
            sheet.paste(screen, (k * (width + GAP), 0))
        made.append(begin.with_name(f"{begin.name}_{len(made) + 1:02}.png"))
        sheet.save(made[-1])
    return made


def sheets(pdf: Path) -> list[Path]:
    """Write a picture of each sheet of a PDF; returns their paths."""
    import pypdfium2

    made = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, sheet in enumerate(document, 1):
            made.append(pdf.with_name(f"{pdf.stem}_{number:02}.png"))
            sheet.render(scale=SHEETS).to_pil().save(made[-1])
    return made


def pictures(browser: Browser, file: Path, out: Path, open_all: bool = False) -> list[Path]:
    """Write all pictures of one page; returns their paths."""
    made: list[Path] = []
    for width, (_, height) in SCREENS.items():
        with browser.new_context(viewport={"width": width, "height": height}) as context:
            page = context.new_page()
            page.goto(file.resolve().as_uri())
            for language in languages(page):
                speak(page, language)
                if open_all:
                    unfold(page)
                made += tiles(page, out / f"{file.stem}_{language}_{width}")
                if width == max(SCREENS):
                    made.append(out / f"{file.stem}_{language}_paper.pdf")
                    paper(page, made[-1])
                    made += sheets(made[-1])
    return made


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and print where they are; 2 without a browser or a page."""
    parser = argparse.ArgumentParser(prog="python tools/look.py", description="Pictures of the pages of a folder, to look at.")
    parser.add_argument("folder", type=Path, help="a folder of results, with report.html or worksheets")
    parser.add_argument("out", type=Path, help="where the pictures go")
    parser.add_argument("--open", action="store_true", help="open what a reader has to open")
    given = parser.parse_args(arguments)
    if chromium() is None:
        return where()
    files = sorted(given.folder.glob("*.html"))
    if not files:
        print(f"{given.folder} holds no page: name a folder that experiments.compare wrote.", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for file in files:
            print(*pictures(browser, file, given.out, given.open), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
