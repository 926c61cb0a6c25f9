"""The documentation says what the code does: tables in step, citations that exist, links that lead on, running code."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest
import yaml

from analysis.worksheets import fill as worksheets
from experiments import check, entry, goal_file
from sim import interventions
from sim.approach import scenarios
from sim.counts.indicators import REGISTRY as INDICATORS
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.levers import LEVERS
from sim.parameters import REGISTRY as PARAMETERS
from sim.parameters.evidence import rows_of
from tests.every import every
from tools import make_docs, rules_page
from tools.shown import shown_by

ROOT = make_docs.ROOT
DOCUMENTS = make_docs.documents()
ODD = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
CODE = [path for folder in ("sim", "experiments", "analysis", "workshop") for path in sorted((ROOT / folder).rglob("*.py"))]
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")

MOST_WORDS = 25
# sentences that are longer, by page: their number may only shrink
LONG_SENTENCES = {
    "benchmarks.md": 12,
    "evidence.md": 1,
    "howto-bundle.md": 3,
    "howto-chain.md": 4,
    "howto-goals.md": 1,
    "howto-instrument.md": 3,
    "howto-municipality.md": 1,
    "howto-repeat.md": 3,
    "howto-scenario.md": 10,
    "howto-worksheets.md": 5,
    "interface.md": 8,
    "odd.md": 47,
    "sources.md": 12,
    "validation.md": 1,
}


def blocks(language: str) -> list[tuple[str, str, str]]:
    """(file and number, words after the language, code) of each fenced block of a language."""
    found = []
    for path in DOCUMENTS:
        for n, match in enumerate(BLOCK.finditer(path.read_text(encoding="utf-8"))):
            words = match["info"].split()
            if words and words[0] == language:
                found.append((f"{path.name}-{n}", " ".join(words[1:]), match["code"]))
    return found


def anchors(path: Path) -> set[str]:
    """What can stand after # in a link to a document: headings in the manner of GitHub, and named anchors."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


def test_generated_parts_are_in_step_with_the_code() -> None:
    assert [path.name for path in make_docs.stale()] == [], "run: python tools/make_docs.py"


def test_every_part_that_is_made_stands_in_a_document() -> None:
    found = [match["name"] for path in DOCUMENTS for match in make_docs.MARK.finditer(path.read_text(encoding="utf-8"))]
    assert set(found) == set(make_docs.BLOCKS)


def test_check_names_the_stale_file_and_leaves_it_alone(tmp_path, monkeypatch, capsys) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- made: assumptions -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(make_docs, "ROOT", tmp_path)
    monkeypatch.setattr(make_docs, "documents", lambda: [page])
    assert make_docs.main(["--check"]) == 1
    assert "page.md is stale" in capsys.readouterr().out
    assert "old" in page.read_text(encoding="utf-8")
    assert make_docs.main([]) == 0
    renewed = page.read_text(encoding="utf-8")
    assert f"{len(PARAMETERS)} parameters" in renewed
    assert renewed.startswith("before\n") and renewed.endswith("after\n")
    assert make_docs.main(["--check"]) == 0


def test_a_part_that_nothing_makes_is_named_with_the_nearest(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- made: parameter -->\n<!-- end -->\n", encoding="utf-8")
    with pytest.raises(make_docs.Refusal, match=r"page\.md: .*'parameter'; did you mean parameters\?"):
        make_docs.rendered(page)


@pytest.mark.parametrize(
    "row, message",
    [
        ("A01,t,q,,p,s,read", "row 2: value is empty"),
        ("A01,t,q,v,p,s,heard", "row 2: status 'heard'"),
        ("A01,t,q,v,p,s,read\nA01,t,q,v,p,s,read", "row 3: A01 stands twice"),
    ],
)
def test_damaged_evidence_is_named_by_row_and_column(tmp_path, monkeypatch, row, message) -> None:
    file = tmp_path / "evidence.csv"
    file.write_text(",".join(make_docs.EVIDENCE_COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    monkeypatch.setattr(make_docs, "EVIDENCE", file)
    with pytest.raises(make_docs.Refusal, match=re.escape(message)):
        make_docs.evidence()


@pytest.mark.parametrize("rule", rules_page.RULES, ids=lambda rule: rule.twin)
def test_a_rule_on_the_page_is_the_readable_version_that_tests_use(rule) -> None:
    name = rule.twin.partition(":")[2]
    assert f"def {name}(" in rules_page.function(rule.twin) and rules_page.function(rule.kernel)
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("*.py")))
    assert len(re.findall(rf"(?<!def ){name}\(", texts)) > 0, f"{rule.twin} is called nowhere"


def test_a_rule_that_is_written_nowhere_is_refused_by_name() -> None:
    with pytest.raises(make_docs.Refusal, match=r"there is no function elligible in sim/market/allocation\.py"):
        rules_page.function("sim/market/allocation.py:elligible")


def long_sentences(text: str) -> list[str]:
    """Sentences of more than MOST_WORDS words; code and what is made from the code are left out, each cell of a table stands alone."""
    text = re.sub(r"<!-- .*?-->", "", make_docs.MARK.sub("", BLOCK.sub("", text)), flags=re.DOTALL)
    found = []
    for part in re.split(r"\n\s*\n|\n(?=[-*#>] |\d+\. )|\|", text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", part)
        found += re.split(r"(?<=[.!?])[\"”*)`]*\s+|(?<=[:;])\s+(?=[A-Z])", plain)
    return [" ".join(one.split()) for one in found if sum(bool(re.search(r"\w", word)) for word in one.split()) > MOST_WORDS]


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.name != "CHANGELOG.md"], ids=lambda path: path.name)
def test_a_page_has_no_more_long_sentences_than_it_had(path) -> None:
    found, known = long_sentences(path.read_text(encoding="utf-8")), LONG_SENTENCES.get(path.name, 0)
    assert len(found) <= known, f"at most {MOST_WORDS} words: " + "\n".join(found)
    assert len(found) == known, f"{path.name} has {len(found)} long sentences left: lower its number in LONG_SENTENCES"


def test_a_long_sentence_is_found_wherever_it_stands() -> None:
    long, short = " ".join(["word"] * 26), " ".join(["word"] * 25)
    assert long_sentences(f"{short}. {short}\n\n- {long}: so\n| {short} | {long} |\n") == [f"- {long}: so", long]
    assert long_sentences(f"```sh\n{long}\n```\n<!-- made: rooms -->\n{long}\n<!-- end -->\n[{short}](a b c d)") == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - {"index.md"}
    assert sorted(page for page in pages if f"]({page})" not in index) == []


def test_every_evidence_id_that_is_cited_exists() -> None:
    known = make_docs.evidence()
    cited = dict(make_docs.citations())
    for path in DOCUMENTS:
        for ident in rows_of(path.read_text(encoding="utf-8")):
            cited.setdefault(ident, []).append(path.name)
    assert {ident: files for ident, files in cited.items() if ident not in known} == {}


def test_every_evidence_row_is_used_by_code_or_named_in_a_text() -> None:
    cited = set(make_docs.citations())
    for path in DOCUMENTS:
        if path.name != "evidence.md":
            cited |= rows_of(path.read_text(encoding="utf-8"))
    told = make_docs.MARK.sub("", (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8"))
    within = {i for row in make_docs.evidence().values() for i in rows_of(row["source"] + row["value"])}
    assert sorted(set(make_docs.evidence()) - cited - within - rows_of(told)) == []


def test_ranges_of_ids_cite_all_that_lie_between() -> None:
    assert rows_of("B01-B03, F41; not GM0193, E501 or B1") == {"B01", "B02", "B03", "F41"}


@pytest.mark.parametrize(
    "kind, keys",
    [
        ("parameter", PARAMETERS),
        ("instrument", INSTRUMENTS),
        ("indicator", INDICATORS),
        ("lever", LEVERS.names),
        ("codes", make_docs.enumerations()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_odd_protocol_has_a_row_for_every(kind, keys) -> None:
    assert [key for key in keys if f"| `{key}` |" not in ODD] == []


def test_the_odd_protocol_has_every_line_of_the_schedule_in_order() -> None:
    lines = [text for text, _code in make_docs.schedule()]
    assert len(lines) >= 7
    places = [ODD.index(f"| {n} | {text} |") for n, text in enumerate(lines, 1)]
    assert places == sorted(places)


def test_sections_that_the_code_cites_can_be_found() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    wanted = set(re.findall(r"(?<!design )sources section (\d+)", text))
    assert [n for n in wanted if f"## Section {n}:" not in sources] == []
    told = re.search(r"\*design section N\* mean:(.*?)\n\n", ODD, re.DOTALL)
    assert told is not None
    explained = set(re.findall(r"(?:^|[ ,])(\d+) ", told[1].replace("\n", " ")))
    assert set(re.findall(r"design section (\d+)", text)) - explained == set()


def test_the_readme_names_the_two_commands_and_the_way_on_windows() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shell = "\n".join(code for _name, _words, code in blocks("sh"))
    assert {"compare", "test"} <= set(re.findall(r"^make ([a-z-]+)", shell, re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))}
    assert named - targets == set()
    [(_name, _words, lines)] = blocks("powershell")
    assert len(lines.strip().splitlines()) == 3
    assert r"tools\setup_env.py" in lines and (ROOT / "tools" / "setup_env.py").is_file()


def test_commands_in_the_texts_exist() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    named = set(re.findall(r"-m ((?:experiments|analysis)\.\w+)", texts))
    assert named >= {"experiments.compare", "experiments.list"}
    places = {name: ROOT / name.replace(".", "/") for name in sorted(named)}
    assert [name for name, at in places.items() if not (at.with_suffix(".py").is_file() or (at / "__main__.py").is_file())] == []


def test_every_file_that_a_text_names_is_there() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in DOCUMENTS}
    there = re.compile(r"(?<![\w/])(?:sim|experiments|analysis|tests|tools|benchmarks|configs|docs)/[\w/.-]+\.(?:py|yaml|csv|md)\b")
    named = {(name, place) for name, text in texts.items() for place in there.findall(text)}
    assert sorted((name, place) for name, place in named if not (ROOT / place).is_file()) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_what_is_there(path) -> None:
    lost = []
    for target in LINK.findall(BLOCK.sub("", path.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        to = (path.parent / file).resolve() if file else path
        if not to.exists() or (anchor and anchor not in anchors(to)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize(
    "name, code",
    [
        pytest.param(name, code, id=name, marks=[pytest.mark.long] if "long" in words.split() else [])
        for name, words, code in blocks("python")
    ],
)
def test_examples_run(name, code, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, name, "exec"), {"__name__": f"example_{name}"})


def shown_commands(path: Path) -> list[list[str]]:
    """The words of each command of this project in the shell blocks of a page."""
    texts = [match["code"] for match in BLOCK.finditer(path.read_text(encoding="utf-8")) if match["info"].strip() == "sh"]
    lines = [shlex.split(line, comments=True) for line in "\n".join(texts).splitlines()]
    return [words[words.index("-m") + 1 :] for words in lines if "-m" in words]


def write_shown_files(path: Path) -> None:
    """Each YAML block under the name that the text after it gives."""
    text = path.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if match["info"].startswith("yaml") and (named := re.search(r"`(mine/\w+\.yaml)`", text[match.end() :])):
            Path("mine").mkdir(exist_ok=True)
            Path(named[1]).write_text(match["code"], encoding="utf-8")


OWN_FIGURES = "place_dir=mine"  # figures of one's own, which no page shows: tests/experiments/test_place_dir.py
WITH_COMMANDS = [path for path in DOCUMENTS if shown_commands(path)]


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_command_that_a_page_shows_is_refused_nothing(path, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_shown_files(path)
    for module, *arguments in shown_commands(path):
        if OWN_FIGURES in arguments:
            continue
        if module == "experiments.check":
            assert check.main(arguments) == 0
        elif module.startswith("experiments."):
            entry.checked(importlib.import_module(module).COMMAND, arguments)
        else:
            assert module == "analysis.worksheets" and any(f"out={arguments[0]}" in words for words in shown_commands(path))


SMALL = ["municipality=vlieland", "seeds=2", "months=60", "burn_in=13", "follow_up=3", "workers=1"]
DUTCH = [path for path in WITH_COMMANDS if path.parent.name == "nl"]
FEW = {
    "trials": "2",
    "what": None,
    "scenario_dir": None,
    "scenarios": None,
    "scenario": None,
    "goals": None,
    "out": None,
    "probability": None,
}


@pytest.mark.long
@pytest.mark.parametrize("path", DUTCH, ids=lambda path: path.name)
def test_the_commands_of_a_dutch_page_run_in_a_small_place(path, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_shown_files(path)
    for module, *arguments in shown_commands(path):
        if module == "analysis.worksheets":
            assert worksheets.main(arguments) == 0
        elif module == "experiments.check":
            assert check.main(arguments) == 0
        else:
            pairs = [one.split("=", 1) for one in arguments if one.split("=", 1)[0] in FEW]
            given = [f"{key}={FEW[key] or value}" for key, value in pairs]
            small = [] if module == "experiments.list" else SMALL
            assert entry.main(importlib.import_module(module).COMMAND, [*given, *small]) == 0, arguments


@pytest.mark.parametrize("code", [code for _name, words, code in blocks("yaml") if words == "goals"])
def test_goals_in_the_texts_can_be_read(code, tmp_path) -> None:
    (tmp_path / "mine.yaml").write_text(code, encoding="utf-8")
    file = goal_file.load(str(tmp_path / "mine.yaml"))
    assert set(goal_file.doses_of(file, {key.partition(".")[0]: {} for key in file.doses}, "2026-01", 1.0)) == set(file.doses)


@pytest.mark.parametrize("code", [code for _name, words, code in blocks("yaml") if words != "goals"])
def test_scenarios_in_the_texts_can_be_run(code, tmp_path) -> None:
    (tmp_path / "mine.yaml").write_text(code, encoding="utf-8")
    scenario = scenarios.load("mine", tmp_path)
    assert set(scenario.instruments) == set(yaml.safe_load(code)["instruments"])
    for key, settings in scenario.instruments.items():
        assert interventions.load(key, settings).key == key


@every("key", INSTRUMENTS)
def test_every_instrument_is_shown_at_work_by_a_test_that_the_table_names(key) -> None:
    assert shown_by(key), f"no test names {key}: write one in tests/interventions/test_menukaart.py where the right answer is known"
