"""The pictures at the head of the README are of one run, which the caption names, and can be shown where nothing else is at hand."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as Xml

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Circle, PathPatch

from analysis.page.chain_drawing import SHAPES
from analysis.page.section import Page
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.for_page import CHAIN_EXAMPLES
from tests import synthetic_tables as made
from tools import overview_picture as tool

PHONE = 358  # pixels for a picture on a screen of 390
INCH, POINT = 96, 96 / 72  # pixels
ALLOWED = {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect", "title", "metadata"}


def holds(readme: str, pictures: dict[str, bytes]) -> str:
    """What the block must say of the pictures; gives the words on the source."""
    [block] = [found[0] for found in tool.BLOCK.finditer(readme)]
    assert re.findall(r'src="docs/pictures/(\w+)\.svg"', block) == list(pictures) == list(tool.NAMES)
    assert all(len(alt) > 40 for alt in re.findall(r'alt="([^"]*)"', block))
    said = " ".join(block.split())
    for words in ("The order holds for these doses", "The thin bar is provisional"):
        assert words in said
    [source] = re.findall(r"\*(\S.* \d{4}(?:–\d{4})?, run of \d{4}-\d\d-\d\d, \d+ seeds, commit [0-9a-f]{7}|.*commit unknown)\.\*", block)
    for picture in pictures.values():
        root = Xml.fromstring(picture)
        tags = {one.tag.rpartition("}")[2] for one in root.iter() if "svg" in one.tag}
        assert tags <= ALLOWED, "letters are shapes, and nothing is fetched or run"
        assert source in picture.decode()
        assert not re.search(
            r'href="(?!#)|url\((?!#)|@import|\bon\w+=', re.sub(r"<metadata>.*?</metadata>", "", picture.decode(), flags=re.DOTALL)
        )
        assert float(root.attrib["width"].removesuffix("pt")) * POINT <= PHONE
    return source


def test_the_head_of_the_readme_is_what_the_command_writes_of_one_run() -> None:
    pictures = {name: (tool.PICTURES / f"{name}.svg").read_bytes() for name in tool.NAMES}
    assert sorted(path.name for path in tool.PICTURES.iterdir()) == sorted(f"{name}.svg" for name in pictures)
    readme = tool.README.read_text(encoding="utf-8")
    assert "commit unknown" not in holds(readme, pictures)
    assert "Evidence: ■■ measured, ■□ one source, □□ assumption" in " ".join(readme.split())


def one_chain(sizes: list[int]) -> pd.DataFrame:
    """A chain into whose homes households of these sizes move."""
    fixed = {"scenario": "voorrang", "seed": 0, "chain": 1, "drawn": True, "in_hundred": False, "origin": "death", "start_month": 0}
    fixed |= {"moves": len(sizes), "end": "starter", "area": "WK1", "tenure": "koop", "rooms": 3.0, "household_class": "family"}
    kinds = [*SHAPES]
    rows = [
        fixed
        | {"link": k + 1, "month": float(k), "age": 40.0, "household_size": float(size), "type": kinds[k % len(kinds)], "trigger": "wish"}
        for k, size in enumerate(sizes)
    ]
    return pd.DataFrame(rows).assign(instruments="").reindex(columns=list(CHAIN_EXAMPLES.names))


@pytest.mark.parametrize("sizes", [[1], [2, 5, 1], [9, 1, 3, 4, 2, 1]])
def test_a_chain_has_a_house_for_each_home_and_a_head_for_each_person(tmp_path, sizes) -> None:
    results = gather(made.write(tmp_path / "out"))
    figure = tool.chain(Page(results, {"chain_examples": one_chain(sizes)}), "A chain")
    [ax] = figure.axes
    circles = [one for one in ax.patches if isinstance(one, Circle)]
    assert len(circles) == sum(min(size, tool.MOST_HEADS) for size in sizes)
    assert len([one for one in ax.patches if isinstance(one, PathPatch)]) == len(sizes)
    figure.draw_without_rendering()
    frame = figure.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1, text.get_text()


def test_the_command_draws_a_chain_beside_the_ranked_measures_the_same_each_time(tmp_path, monkeypatch, capsys) -> None:
    out = made.write(tmp_path / "out")
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(tool, "finished", gather)
    whole = tables_of(gather(out))
    monkeypatch.setattr(tool, "tables_of", lambda _: whole | {"chain_examples": one_chain([1, 2, 3])})
    assert tool.main([str(out)]) == 2 and "default run" in capsys.readouterr().err
    (out / "manifest.json").write_text(
        json.dumps(content | {"command": tool.DEFAULT, "date": "2026-11-29", "version": {"commit": "0123456789"}}), encoding="utf-8"
    )
    monkeypatch.setattr(tool, "README", tmp_path / "README.md")
    monkeypatch.setattr(tool, "PICTURES", tmp_path)
    (tmp_path / "README.md").write_text("# Head\n\n<!-- made: pictures zwolle -->\n<!-- end -->\n\nTail\n", encoding="utf-8")
    texts = []
    for _ in range(2):
        assert tool.main([str(out)]) == 0
        texts.append([(tmp_path / name).read_bytes() for name in ("README.md", "chain.svg", "ranked.svg")])
    assert texts[0] == texts[1]
    readme, *pictures = texts[0]
    source = holds(readme.decode(), dict(zip(tool.NAMES, pictures, strict=True)))
    assert source.startswith(gather(out).place) and source.endswith("0123456")
    assert readme.startswith(b"# Head\n") and readme.endswith(b"\nTail\n")
    assert tool.main([]) == 2 and tool.main([str(tmp_path / "none")]) == 2


@pytest.mark.parametrize("kind", SHAPES)
def test_a_house_is_drawn_as_the_page_draws_it(kind) -> None:
    path, drawn = tool.outline(SHAPES[kind]), SHAPES[kind]
    assert (path.codes == path.MOVETO).sum() == drawn.count("M") and (path.codes == path.CLOSEPOLY).sum() == drawn.count("z")
    (left, low), (right, high) = path.vertices.min(axis=0), path.vertices.max(axis=0)
    assert 0 <= left < right <= 48 and -40 <= low < high <= 0
    starts = path.vertices[path.codes == path.MOVETO]
    assert np.abs(starts * (1, -1) - [[float(x) for x in pair] for pair in re.findall(r"M(\d+) (\d+)", drawn)]).max() == 0
