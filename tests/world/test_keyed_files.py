"""The strict reader: whatever bytes a file holds, a plain value or one line with file, line and column."""

from __future__ import annotations

import math
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.approach import scenarios
from sim.world import keyed_files
from sim.world.errors import Refusal

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((CONFIGS / "scenario").glob("*.yaml"))]
LINE = re.compile(r"x\.yaml, line (\d+), column (\d+): \S.{3,500}")
BITS = [
    "&a ",
    "*a",
    "!!python/name:os.system ",
    "<<: ",
    "---\n",
    "\t",
    "250.000",
    "2,5",
    "065",
    ".inf",
    "yes",
    "null",
    "{",
    "]",
    "'",
    '"',
    ": ",
]
BITS += [
    "- ",
    "\n",
    "  ",
    "#",
    "%YAML 1.1\n",
    "\\",
    '"\\UFFFFFFFF"',
    '"\\uD800"',
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ud7ff",
    "é",
    "9" * 50,
    "? ",
]


def plain(value: object) -> bool:
    """Whether a value is made of texts, finite numbers, truths, None, lists and keys with values."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in (str, bool, int) or (type(value) is float and math.isfinite(value))


def outcome(raw: bytes) -> str:
    """Reads bytes as a scenario; ``read``, or the one line of the refusal, whose place lies in the file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "x.yaml").write_bytes(raw)
        try:
            assert plain(keyed_files.read(Path(folder) / "x.yaml", "scenario").content)
            scenarios.load("x", Path(folder))
        except Refusal as error:
            found = LINE.fullmatch(str(error))
            assert found, str(error)
            lines = re.split("\r\n|\r|\n|\x85|\u2028|\u2029", raw.decode("utf-8", "replace"))
            assert int(found[1]) <= len(lines) and int(found[2]) <= len(lines[int(found[1]) - 1]) + 1
            return str(error)
    return "read"


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A shipped scenario with pieces taken out, put in and doubled."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(0, 3))):
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        b = min(b, a + draw(st.sampled_from([0, 0, 1, 8, 80])))
        text = text[:a] + draw(st.sampled_from([*BITS, "", text[a:b] * 2])) + text[b:]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(mutilated(), st.binary(max_size=40), st.lists(st.sampled_from(BITS), max_size=12).map(lambda bits: "".join(bits).encode()))
)
def test_any_bytes_are_a_scenario_or_one_line_with_file_line_and_column(raw):
    outcome(raw)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e14, 1e14)
    | st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z0-9_. -]{1,9}", fullmatch=True), inner, max_size=3),
    max_leaves=12,
)


class Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data):
        return True


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z0-9_.-]{1,9}", fullmatch=True), VALUES, max_size=4))
def test_what_is_written_in_plain_yaml_is_read_as_it_was(content):
    raw = yaml.dump(content, Dumper=Dumper, allow_unicode=False).encode()
    assert keyed_files.parse(raw, "x.yaml", "scenario").content == content


HOSTILE = {
    "a: &a 1\nb: *a": "line 1, column 4: anchors",
    "a: 1\nb: *a": "line 2, column 4: anchors",
    "a: !!python/object/apply:os.system ['true']": "line 1, column 4: tags",
    "a: !mine 1": "line 1, column 4: tags",
    "!!map {a: 1}": "line 1, column 1: tags",
    "&a a: 1": "line 1, column 1: a key is a word",
    "? [a]\n: 1": "line 1, column 3: a key is a word",
    "a: {<<: {b: 1}}": "line 1, column 5: keys are not merged",
    "a: 1\nb: 2\na: 3": "line 3, column 1: a stands there twice (also in line 1)",
    "a: {no: 1, 'no': 2}": "column 12: no stands there twice",
    "a: 1\n---\nb: 2": "line 2, column 1: a second document",
    "%YAML 1.1\n---\na: 1": "line 1, column 1: a directive",
    "%TAG ! tag:mine,2026:\n---\na: 1": "a directive",
    "a:\n\tb: 1": "line 2, column 1: there is a tab",
    "a:\t1": "line 1, column 3: there is a tab",
    "a: {fte: 2,5}": "line 1, column 12: between { and } a comma ends a value, and 2,5 stands there: that is Dutch notation; write 2.5",
    "a: {b: 250,000}": "that is 250 or 250000: write 250000",
    "a: Voorrang: en meer": "a text with a colon stands in quotes",
    'a: "\\UFFFFFFFF"': "line 1, column 7: this is no YAML: no such sign",
    'a: "\\uD800"': "no text (U+D800)",
    'a: "\\0"': "no text (U+0000)",
    '"a\\nb": 1': "is no key",
    "a\u200bb: 1": "is no key",
    ": 1": "this is no YAML",
    "a: 1\x85b: 2": "line 1, column 5: there is a sign that editors do not show",
    "a: 1\nb: \x07": "line 2, column 4: there is a sign that is no text (U+0007)",
    "a: " + "[" * 3000: "more than 20 levels",
    "a: " + "{b: " * 3000: "more than 20 levels",
    "k" * 300 + ": 1": "is no key",
    "a: " + "x" * 6000: "a text of 6,000 signs",
    "a: 1\n" + "#" * 100_000: "larger than 100,000 bytes",
    "hallo": "line 1, column 1: this is no scenario; keys are a",
    "# mine\n- a": "line 2, column 1: this is no scenario; keys are a",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:24]))
def test_what_plain_yaml_does_not_need_is_refused_where_it_stands(text):
    with pytest.raises(Refusal) as caught:
        keyed_files.parse(text.encode("utf-8", "surrogatepass"), "x.yaml", "scenario", ("a",))
    assert LINE.fullmatch(str(caught.value)) and HOSTILE[text] in str(caught.value), str(caught.value)


def test_only_utf8_is_read_with_or_without_its_mark_and_the_way_out_is_said():
    text = "title: {nl: Één, en: One}\n"
    for encoding in ("utf-8", "utf-8-sig"):
        assert keyed_files.parse(text.encode(encoding), "x.yaml", "scenario").content["title"]["nl"] == "Één"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"):
        with pytest.raises(Refusal, match=r"^x\.yaml, line 1, column \d+: .*UTF-.*save it as UTF-8"):
            keyed_files.parse(text.encode(encoding), "x.yaml", "scenario")
    for ends in ("\r\n", "\r"):
        assert keyed_files.parse(f"a: 1{ends}b: 2{ends}".encode(), "x.yaml", "scenario").content == {"a": 1, "b": 2}


def test_words_of_older_yaml_are_text_and_keys_are_always_text():
    words = [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "N",
        "True",
        "NULL",
        "065",
        "1:30",
        "0x1F",
        "0o17",
        "2026-01",
        "2026-01-01",
        "0363",
        ".inf",
        "1_00",
    ]
    assert keyed_files.parse(f"a: [{', '.join(words)}]".encode(), "x.yaml", "scenario").content["a"] == words
    assert list(keyed_files.parse(b"no: 1\n5: 2\n2026-01-01: 3\ntrue: 4\nnull: 5", "x.yaml", "x").content) == [
        "no",
        "5",
        "2026-01-01",
        "true",
        "null",
    ]


def bomb(levels: int) -> str:
    """Each level nine times the one before."""
    names = [f"a{number}" for number in range(levels)]
    rows = [
        f"{name}: &{name} [{','.join(f'*{names[number - 1]}' if number else 'x' for _ in range(9))}]" for number, name in enumerate(names)
    ]
    return "\n".join(rows)


@pytest.mark.parametrize("text", [bomb(3), bomb(9), bomb(30), "a: " + "[" * 90_000, "x" * 10**7, "- " * 49_000, "a: {" + "b:" * 49_000])
def test_a_bomb_is_refused_at_its_first_signs(text, monkeypatch):
    events = []
    ask = yaml.SafeLoader.get_event
    monkeypatch.setattr(yaml.SafeLoader, "get_event", lambda loader: events.append(ask(loader)) or events[-1])
    assert outcome(text.encode()) != "read"
    assert len(events) <= 100  # read twice, and twenty levels are plain


def test_what_a_refusal_quotes_is_cut_short_and_it_is_one_line():
    long = "Dit is 'n naam\nvan " + "x" * 4000
    for message in (f"there is no scenario {long!r}; look", f'there is no "{"y" * 400}"', f"a\nb {'z' * 41!r}"):
        said = str(Refusal(message))
        assert "\n" not in said and len(said) < 120 and "…" in said
    plain_words = "a corporatie's rule isn't one that a gemeente's own law, that isn't written by the rijk's ministry, allows"
    assert str(Refusal(plain_words)) == plain_words


def test_the_settings_of_a_file_are_refused_by_line_whatever_is_wrong_with_them():
    head = "title: {nl: A, en: B}\ninstruments:\n"
    rule = "  voorrang: {}\nrules:\n  - "
    for line, words in {
        "  voorrang: {rnk: 2}": "line 3, column 19: voorrang.rnk does not exist; did you mean rank?",
        "  voorrang:\n    rank: 200": "line 4, column 11: voorrang.rank=200",
        f"  voorrang: {{who: {['x' * 9] * 99}}}": "line 3, column 14: voorrang.who=['xxxxxxxxx', 'xxxxxxxxx', 'xxxxxxxxx',…: input",
        "  voorang: {}": "line 3, column 3: there is no instrument 'voorang'",
        "  voorrang: {who: {age: 065}}": "line 3, column 25: instruments.voorrang.who.age=065: a number has no zeros before it",
        f"{rule}{{when: {{after: 2.400}}, do: {{stop: voorrang}}}}": "line 5, column 20: rule 1: when.after=2.400: that is 2.4 or 2400",
        f"{rule}when: {{after: 24}}\n    do: {{add: {{brieven: {{eur_fixed: 1.000}}}}}}": "line 6, column 37: rule 1: do.add.brieven.eur",
        f"{rule}when: {{after: 24}}\n    do: {{add: {{brieven: no}}}}": "line 6, column 25: rule 1: do.add: brieven: settings are",
        f"{rule}{{when: {{talks: {{wish: woonwens, share_above: 0.2}}}}, do: {{stop: voorrang}}}}": "line 5, column 5: rule 1: when.talks",
    }.items():
        assert words in outcome((head + line).encode()), line
