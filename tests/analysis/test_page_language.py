"""The words of the page: what a council member reads first, how long a sentence is, what a title says, how a number is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.analysis.read_page import Element, Paper, paper, significant
from tests.analysis.test_page_numbers import EACH_VARIANT, PARTS, key_of, page_of
from tests.every import every

BANNED = (
    "scenario",
    "indicator",
    "interval",
    "placebo",
    "ruis",
    "werelden",
    "netto",
    "verdringing",
    "instrument",
    "seed",
    "looptijd",
    "basis",
)
BAN = re.compile(rf"\b({'|'.join(BANNED)})(s|en|’s|'s|len)?\b", re.IGNORECASE)
MOST_WORDS, MOST_IN_TITLE, MOST_DIGITS = 25, 10, 2
LINES = ("p", "li", "caption", "figcaption", "h1", "h2", "h3", "summary", "th", "td")
TITLES = ("h2", "h3")
UNITS = re.compile(
    r"procent|per cent|euro|€|verhuizing|move|huishoud|household|senior|gezin|famil|starter|woning|huis|home|maand|month|jaar|year|keten|"
    r"chain|aantal|number|punt|point|km|kilometer|keer|times|persoon|personen|person|mensen|people|deel|share|kamer|room",
    re.IGNORECASE,
)
EXACT = ("manifest", "chain_examples", "chain_hundred", "one_senior")  # what was set, and what is told of one chain or senior: no estimates
WORD = re.compile(r"\w")
CELLS = ("th", "td", "small")  # what stands in a table is no sentence
KEY = re.compile(r"\b\w*[a-z]_[a-z]\w*\b")
FILE = re.compile(r"\b\w+\.(csv|parquet|json|xlsx|html|py|md)\b")


def lines(one: Paper, language: str) -> Iterator[tuple[str, Element]]:
    """What each paragraph, point, title and cell says in a language, the small print of a cell apart."""
    texts: dict[int, tuple[list[str], Element]] = {}
    for text, at in one.pieces:
        if at.language in ("", language) and not at.within("pre", "code", "svg", "button"):
            holder = next((around for around in reversed(at.line) if around.tag in (*LINES, "small")), None)
            if holder is not None:
                texts.setdefault(id(holder), ([], holder))[0].append(text)
    for parts, holder in texts.values():
        yield re.sub(r"\s+", " ", " ".join(parts)).strip(), holder


def sentences(text: str) -> list[str]:
    """Sentences of a line: to a full stop, an exclamation or a question mark; the end of a file's name is none.

    A list after a colon is no sentence: each of its parts counts by itself.
    """
    ends = r"(?<=[.!?;])\s+" if ";" in text.partition(":")[2] else r"(?<=[.!?])\s+"
    return [one for one in re.split(ends, FILE.sub("bestand", text)) if one]


def words(text: str) -> int:
    """How many there are: a number is one, a dash is none."""
    return sum(bool(WORD.search(word)) for word in text.split())


def for_researchers(at: Element) -> bool:
    """Whether it stands in a fold or a section for researchers."""
    return at.section == "onderzoekers" or any("researchers" in one.attributes.get("class", "") for one in at.line)


def too_long(one: Paper) -> Iterator[tuple[str, Element]]:
    for language in ("nl", "en"):
        for text, at in lines(one, language):
            if at.tag not in CELLS:
                yield from ((said, at) for said in sentences(text) if words(said) > MOST_WORDS)


def no_findings(one: Paper) -> Iterator[tuple[str, Element]]:
    """Titles that ask, and titles that are too long."""
    for language in ("nl", "en"):
        for text, at in lines(one, language):
            if at.tag in TITLES and (text.endswith("?") or words(text) > MOST_IN_TITLE):
                yield text, at


def keys(one: Paper) -> Iterator[tuple[str, Element]]:
    for text, at in one.pieces:
        if not for_researchers(at) and not at.within("pre", "code") and KEY.search(FILE.sub("", text)):
            yield text, at


def signs(one: Paper) -> Iterator[tuple[str, Element]]:
    """``95 %`` and ``€ 0``."""
    for language in ("nl", "en"):
        for text, at in lines(one, language):
            if re.search(r"\d\s*%", text) or re.search(r"€\s?0(?![\d.,])", text):
                yield text, at


def too_precise(one: Paper) -> Iterator[tuple[str, Element]]:
    for at in one.elements:
        if at.cell and at.cell[0] not in EXACT and significant(at.text) > MOST_DIGITS:
            yield f"{at.text} of {at.cell[0]}, {at.cell[2]}", at


def without_unit(one: Paper) -> Iterator[tuple[str, Element]]:
    """Numbers in a table whose header, caption and row name no unit."""
    for table in (at for at in one.elements if at.tag == "table"):
        inside = [at for at in one.elements if table in at.parents]
        caption = " ".join(at.text for at in inside if at.tag == "caption")
        head = [at for at in inside if at.tag == "th" and at.attributes.get("scope") == "col"]
        for row in (at for at in inside if at.tag == "tr"):
            cells = [at for at in inside if at.parents[-1] is row and at.tag in ("th", "td")]
            for cell, name in zip(cells, head, strict=False):
                named = cell in head or UNITS.search(f"{name.text} {caption} {row.text}")
                if not named and any(cell in at.parents and at.cell for at in inside):
                    yield f"{caption}: {name.text}", table


RULES: dict[str, Callable[[Paper], Iterator[tuple[str, Element]]]] = {
    "sentences of at most 25 words": too_long,
    "titles are findings of at most ten words": no_findings,
    "no key of the code": keys,
    "procent is a word, and nothing costs 0 euro": signs,
    "two digits count": too_precise,
    "a column of numbers names its unit": without_unit,
}


@every("part", PARTS)
@every("rule", RULES)
@EACH_VARIANT
def test_the_page_keeps_the_rules_of_its_language(base: Path, variant: str, rule: str, part: str):
    one = page_of(base, variant)
    found = {f"{said!r} in <{at.tag}>" for said, at in broken(base, variant, rule) if at.section == key_of(one, part)}
    assert not found, "\n".join(sorted(found))


@cache
def broken(base: Path, variant: str, rule: str) -> list[tuple[str, Element]]:
    return list(RULES[rule](page_of(base, variant).paper))


@EACH_VARIANT
def test_the_first_two_screens_do_without_the_words_of_the_trade(base: Path, variant: str):
    one = page_of(base, variant)
    first = {"", "kort", next((section.key for section in one.sections.values() if section), "")}
    titles = re.compile(r"Scenario (voorrang|huurgewenning)")  # what the user called his own
    found = [text for text, at in lines(one.paper, "nl") if at.section in first and BAN.search(titles.sub("", text))]
    assert not found, "\n".join(found)


PLANTED = {
    "sentences of at most 25 words": "<p>" + "woord " * 26 + ".</p>",
    "titles are findings of at most ten words": "<h2>Hoeveel verhuizen er?</h2>",
    "no key of the code": "<p>dit is wooncoach_sociaal</p>",
    "procent is a word, and nothing costs 0 euro": "<p>dat kost € 0 per jaar</p>",
    "two digits count": '<p><data data-table="effects" data-column="mean">123</data></p>',
    "a column of numbers names its unit": '<table><tr><th scope="col">Wat</th><th scope="col">Verschil</th></tr>'
    '<tr><th>a</th><td><data data-table="effects" data-column="mean">12</data></td></tr></table>',
}


@every("rule", RULES)
def test_each_rule_sees_what_breaks_it(rule: str):
    assert list(RULES[rule](paper(f"<section id='kort'>{PLANTED[rule]}</section>")))
    harmless = "<h2>Er verhuizen 12 senioren extra</h2><p>Dat is 12 procent. Zie effects.csv.</p><pre>a_key=123</pre>"
    assert not list(RULES[rule](paper(harmless)))


def test_banned_words_are_seen_in_any_form():
    assert all(BAN.search(f"de {word.capitalize()} is") for word in (*BANNED, "scenario’s", "instrumenten", "seeds"))
    assert not BAN.search("wij baseren ons op geruisloze huizen")
