"""The page with the figures of every instrument: made of the tables, whole, and nothing by hand is lost."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from analysis.estimates.knowledge import deciding
from analysis.results import gather
from experiments.runs.plan import make_plan, of_its_own
from experiments.schema import Compare, check
from tests import synthetic_tables
from tests.fake_world import DEFAULTS
from tools import menukaart_page
from tools.menukaart_page import BLOCK, PAGE, Alone, listed

HELD = ("voorrang", "huurgewenning")


def attribution():
    """Per seed ten users of voorrang: four would have moved as soon, four not, of two nobody can tell."""
    # verdict, month of the ghost, months that it was followed, whether a decision differed; all moved in month 5
    users = [("ook_zonder", 5, 20, False)] * 4 + [("noodzakelijk", -1, 40, True)] * 4 + [("onbekend", -1, 20, True)] * 2
    rows = [
        ("voorrang", seed, instrument, 3, 5, False, *user) for seed in range(6) for instrument in ("voorrang", "alle") for user in users
    ]
    columns = ["scenario", "seed", "instrument", "month", "month_moved", "ghost_final", "verdict", "month_ghost", "months_followed"]
    return pd.DataFrame(rows, columns=[*columns, "decisive"])


def first_moves(summary):
    """The summary with first moves: voorrang has 9 directly, of which 4 are taken from others, and 6 net."""
    rows = [
        (name, seed, key, "all", "all", 0, synthetic_tables.MONTHS, value + seed)
        for name in ("basis", "placebo", *HELD)
        for seed in range(6)
        for key, value in (
            ("first_moves", 100.0 + 6 * (name == "voorrang")),
            ("first_moves_direct", -seed + 9.0 * (name == "voorrang")),
            ("first_moves_lost", -seed + 4.0 * (name == "voorrang")),
        )
    ]
    return pd.concat([summary, pd.DataFrame(rows, columns=summary.columns)], ignore_index=True)


@pytest.fixture
def folder(tmp_path):
    """A folder of two instruments alone, as a comparison leaves it."""
    names = ("basis", *HELD, "placebo")
    tables = {"attribution": attribution(), "summary": first_moves(synthetic_tables.summary(names, range(6)))}
    out = synthetic_tables.write(tmp_path / "run", names, tables=tables)
    change(out, lambda m: [m["scenarios"][name].update(instruments={name: {}} if name in HELD else {}) for name in names])
    change(
        out,
        lambda m: m.update(
            command="python -m experiments.compare municipality=zwolle scenarios=[elk_instrument] workers=2 out=/some/where",
            reached={"voorrang": {"voorrang": 12.5}, "huurgewenning": {"huurgewenning": 0.0}},
            failed_runs=[],
            version={"verhuisketens": "0.0.0", "commit": "0123456789abcdef+", "sim": "c0de", "data": "da7a"},
        ),
    )
    return out


def change(out, how):
    """Change what the manifest says."""
    file = out / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    how(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def found(out):
    results = gather(out)
    return Alone(results.folder, results.config, results.manifest)


def cells(text, key, n):
    """The cells of an instrument's row in the n-th table."""
    rows = [line for line in text.splitlines() if line.startswith("|") and f"[`{key}`]" in line]
    return [cell.strip() for cell in rows[n].strip("|").split("|")]


def test_the_comparison_that_the_page_names_runs_every_instrument_alone():
    plan = make_plan(check(Compare, DEFAULTS | {"scenarios": ["elk_instrument"]}))
    assert set(plan.scenarios) == {"basis", "placebo", *listed()}
    assert [key for key in listed() if set(of_its_own(plan.contents[key])) != {key}] == []


def test_the_page_says_what_was_put_in(folder):
    text = menukaart_page.part(found(folder))
    row = cells(text, "voorrang", 0)
    assert row[:2] == ["voorrang", "[`voorrang`](odd.md#instruments)"]
    assert re.match(r"\+40 \(3\d to 4\d\)$", row[2]), "forty extra moves, told apart"
    assert row[9].startswith("1,000 ("), "a thousand euro for each of them"
    assert row[10:] == ["50 %", "10"], "half of the users that moved and are known would have moved anyway"
    idle = cells(text, "huurgewenning", 0)
    assert idle[2].startswith("~ 0") and idle[9:] == ["nothing paid", "cannot be told", "0"]
    assert cells(text, "voorrang", 2)[1:] == ["+9 (9 to 9)", "+4 (4 to 4)", "+6 (6 to 6)", "2"]
    row = cells(text, "voorrang", 3)
    assert row[1] == "10" and row[3].startswith("+40 (") and row[4].startswith("−30 ("), "thirty fewer than it set off"


@pytest.mark.parametrize(
    ("family", "claimed", "ends", "marked"),
    [
        ("headline", True, (1, 3), False),
        ("others", False, (1, 3), True),  # by the rule of what may be claimed
        ("description", False, (1, 3), False),
        ("description", False, (-1, 3), True),
    ],
)
def test_a_mark_stands_before_what_is_not_told_apart(family, claimed, ends, marked):
    row = {"difference": 1.5, "lower": ends[0], "upper": ends[1], "claimed": claimed, "family": family}
    assert menukaart_page.difference(row).startswith("~") == marked


def test_the_order_is_of_the_draws_and_names_what_it_hangs_on(folder, monkeypatch):
    text = menukaart_page.part(found(folder))
    row, idle = cells(text, "voorrang", 1), cells(text, "huurgewenning", 1)
    wide = [float(one) for one in re.match(r"(\S+) to (\S+)$", row[2]).groups()]
    assert wide[0] < 40 < wide[1], "both intervals stand beside each other"
    most, least = (float(one[3].partition(" ")[0]) for one in (row, idle))
    assert most > 95 and most + least == pytest.approx(100, abs=1), "one of the two does most"
    assert [one[4] for one in (row, idle)] == ["100 %", "100 %"], "two are among the best five"
    decides = [f"`{one}`" for one in deciding().query("card == 'voorrang' and rank <= 3")["assumption"]]
    assert row[5] == ", ".join(decides) and f"What decides most about [`voorrang`](odd.md#instruments): {row[5]}." in text
    assert f"[`voorrang`](odd.md#instruments) most often has most extra moves of seniors: {row[3]}." in text
    monkeypatch.setattr(menukaart_page, "BEST", 1)
    one_best = menukaart_page.part(found(folder))
    assert "Among the best 1 in at least half of the draws: [`voorrang`](odd.md#instruments)." in one_best
    assert "[`voorrang`]" in one_best and cells(one_best, "huurgewenning", 1)[4] == f"{least:.0f} %"


def test_the_head_says_how_to_repeat_it_and_names_what_is_missing(folder):
    text = menukaart_page.part(found(folder))
    assert "6 seeds, 2 years from 2026-07" in text and "Commit 0123456789ab with changes, code of the world c0de" in text
    assert "`python -m experiments.compare municipality=zwolle scenarios=[elk_instrument]`" in text, "not where it lies"
    assert "Reached nobody: [`huurgewenning`]" in text
    absent = re.search(r"Not run: (.*)\.\n", text)[1]
    assert set(re.findall(r"\[`(\w+)`\]", absent)) == set(listed()) - set(HELD)


def test_an_instrument_that_fails_in_a_seed_is_left_out_and_the_others_keep_their_figures(folder):
    whole = menukaart_page.part(found(folder))
    summary = pd.read_parquet(folder / "summary.parquet")
    summary[(summary["scenario"] != "huurgewenning") | (summary["seed"] != 1)].to_parquet(folder / "summary.parquet", index=False)
    error = "huurgewenning: nobody was in its target group in 24 months (who: {}); widen who"
    change(folder, lambda m: m["failed_runs"].append({"scenario": "huurgewenning", "seed": 1, "error": error}))
    (folder / "effects.csv").unlink(missing_ok=True)
    text = menukaart_page.part(found(folder))
    assert "Left out: [`huurgewenning`](odd.md#instruments), nobody was in its target group (1 of 6 seeds)." in text
    assert cells(text, "voorrang", 0) == cells(whole, "voorrang", 0)
    assert "| [`huurgewenning`]" not in text


def test_what_is_done_already_is_no_instrument_of_a_scenario(folder):
    change(folder, lambda m: [one["instruments"].update(brieven={"already": True}) for one in m["scenarios"].values()])
    assert found(folder).asked == {"huurgewenning": "huurgewenning", "voorrang": "voorrang"}


def test_places_and_what_is_written_by_hand_stay_when_one_place_is_made_anew():
    page = "# Head\n\n<!-- made: effects delft -->\nold\n<!-- end -->\n\n## What stands out\n\nThis.\n"
    part = "<!-- made: effects {} -->\n{}\n<!-- end -->\n"
    made = menukaart_page.renewed(page, {"zwolle": part.format("zwolle", "1")})
    assert made == page.replace("\n## What", "\n" + part.format("zwolle", "1") + "\n## What")
    assert menukaart_page.renewed(made, {"zwolle": part.format("zwolle", "1")}) == made
    assert menukaart_page.renewed(made, {"delft": part.format("delft", "new")}) == made.replace("old", "new")
    assert menukaart_page.renewed("# Head\n", {}) == "# Head\n"


def test_the_command_writes_the_page_or_says_what_is_wrong(folder, tmp_path, monkeypatch, capsys):
    page = tmp_path / "menukaart.md"
    page.write_text("# Head\n\n## What stands out\n\nThis.\n", encoding="utf-8")
    monkeypatch.setattr(menukaart_page, "PAGE", page)
    assert menukaart_page.main([str(folder), str(folder)]) == 2 and "a second folder of zwolle" in capsys.readouterr().err
    assert menukaart_page.main([str(tmp_path)]) == 2 and menukaart_page.main([]) == 2
    assert menukaart_page.main([str(folder)]) == 0
    text = page.read_text(encoding="utf-8")
    assert [match["place"] for match in BLOCK.finditer(text)] == ["zwolle"] and text.endswith("## What stands out\n\nThis.\n")


def test_an_instrument_that_came_after_the_page_is_named_on_it_by_place(monkeypatch):
    assert "van_morgen" not in menukaart_page.made_newer()
    monkeypatch.setattr(menukaart_page, "listed", lambda: [*listed(), "van_morgen"])
    places = [block["place"] for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]
    lines = menukaart_page.made_newer().splitlines()
    assert len(lines) == len(places) > 1 and all("[`van_morgen`]" in line for line in lines)
