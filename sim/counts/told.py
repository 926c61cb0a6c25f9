"""A journal in sentences, Dutch and English: one for each entry, and months of searching in vain drawn together. No world is read.

A number in a sentence is a name in braces, and stands beside it, so that a page can say where it comes from; ``text`` fills it in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.interventions import REGISTRY
from sim.world.codes import DropReason, DwellingType, MoveReason, Obstacle, Origin, Stage, Tenure, Trigger
from sim.world.names import plain

Row = Mapping[str, Any]  # one entry by the columns of the journal (sim.counts.lanes.row_of), codes as words
Said = dict[str, str]  # {nl, en}
Line = dict[str, Any]  # see ``line``

MONTHS = {
    "nl": ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}
EVENTS = {
    Trigger.NONE: ("Een kind gaat het huis uit.", "A child leaves home."),
    Trigger.CHILDREN_LEFT: ("Het laatste kind gaat het huis uit.", "The last child leaves home."),
    Trigger.SIZE: ("Er wordt een kind geboren.", "A child is born."),
    Trigger.FALL: ("Een val, of de gezondheid gaat achteruit.", "A fall, or health gets worse."),
    Trigger.LOSS_OF_PARTNER: ("De partner valt weg: overleden, of naar zorg verhuisd.", "The partner is lost: died, or moved into care."),
    Trigger.SEPARATION: ("Het paar gaat uit elkaar.", "The couple separates."),
}
ABOUT = {
    Stage.WOONWENS: ("de woonwens", "the wish to move"),
    Stage.WONINGZOEKEN: ("het begin van het zoeken", "the start of the search"),
    Stage.VERHUIZEN: ("de vraag wie welke woning krijgt", "the question who gets which home"),
    Stage.NIEUW_THUIS: ("wat een organisatie zelf regelt", "what an organisation arranges itself"),
}
STAGES = {
    Stage.HUIDIGE_WONING: ("Er is geen woonwens.", "There is no wish to move."),
    Stage.WOONWENS: ("Er is een woonwens.", "There is a wish to move."),
    Stage.WONINGZOEKEN: ("Zoekt een woning.", "Is searching for a home."),
    Stage.VERHUIZEN: ("Wacht op de sleutel van een andere woning.", "Waits for the keys of another home."),
    Stage.NIEUW_THUIS: ("Is hier kort geleden komen wonen.", "Has moved in lately."),
}
PLAIN = {
    "start": ("{where} {stage}", "{where} {stage}"),
    "information": ("Krijgt informatie: {by}.", "Takes in information: {by}."),
    "talk": ("Heeft een gesprek: {by}.", "Has a talk: {by}."),
    "help": ("Kan rekenen op: {by}.", "Can count on: {by}."),
    "wish": ("Krijgt een woonwens.{why}", "Begins to think about moving.{why}"),
    "search": ("Gaat een woning zoeken.{why}", "Starts to search for a home.{why}"),
    "registered": ("Schrijft zich in bij de corporaties.", "Registers with the housing corporations."),
    "refused": (
        "Kan deze woning krijgen en weigert na de bezichtiging: {home}.",
        "Can get this home and turns it down after the viewing: {home}.",
    ),
    "obstacle": ("Vindt deze maand geen woning. Reden: {reason}.", "Finds no home this month. Reason: {reason}."),
    "accepted": ("Accepteert een woning: {home}. De sleutel komt in {keys}.", "Accepts a home: {home}. The keys come in {keys}."),
    "gave_back": ("Geeft de woning terug en zoekt verder.", "Gives the home back and searches on."),
    "settled": ("Is gewend in de nieuwe woning.", "Has settled in the new home."),
    "dropped": ("Haakt af: {reason}.", "Drops out: {reason}."),
    "parted": ("Hier gaan de twee lijnen uit elkaar, bij {about}.{by}", "Here the two lines part, at {about}.{by}"),
}
SIDES = (("Met de maatregelen:", "With the measures:"), ("Zonder:", "Without:"))
SAME = ("Tot {} is alles gelijk.", "Up to {} all is the same.")
REASONS = {"obstacle": Obstacle, "dropped": DropReason, "wish": Trigger, "search": Trigger}
LANGUAGES = ("nl", "en")
KINDS = {*PLAIN, "event", "responded", "ended", "keys"}
WORDS: dict[str, frozenset[str]] = {  # which words can stand as the reason of an entry, by kind; of other kinds any
    "event": frozenset(one.key for one in EVENTS),
    "parted": frozenset(one.key for one in ABOUT),
    "start": frozenset(one.key for one in STAGES),
    "ended": frozenset(one.key for one in Origin),
    "keys": frozenset(one.key for one in MoveReason),
    **{kind: frozenset(one.key for one in codes) for kind, codes in REASONS.items()},
}
HOMES: dict[str, frozenset[str]] = {
    name: frozenset(one.key for one in codes) for name, codes in (("type", DwellingType), ("tenure", Tenure))
}
VAIN = ("responded", "obstacle")  # kinds that stand for a month of looking
CONTACTS = ("information", "talk", "help")  # what the measures themselves do: none of it befalls who is without
NUMBERS = ("rooms", "number", "fit_before", "fit_after")  # columns that a sentence can name


def date_of(start: str, month: int) -> str:
    """A month of the run in the calendar, YYYY-MM; ``start`` is month 0."""
    year, first = (int(part) for part in start.split("-"))
    years, at = divmod(first - 1 + month, 12)
    return f"{year + years}-{at + 1:02}"


def month_said(start: str, month: int) -> Said:
    """The same in words: maart 2027."""
    year, at = date_of(start, month).split("-")
    return {language: f"{MONTHS[language][int(at) - 1]} {year}" for language in LANGUAGES}


def decimals(fit: float, language: str) -> str:
    """A fit (0-1) with two decimals."""
    return f"{fit:.2f}".replace(".", "," if language == "nl" else ".")


def title_of(key: str) -> Said:
    """What people call an instrument; that which is there already is called as the one that is added."""
    cls = REGISTRY.get(plain(key))
    return cls.card.title if cls is not None else {"nl": key, "en": key}


def home_said(row: Row) -> Said:
    """The home of an entry in a few words, with ``{rooms}``."""
    kind, tenure, more = DwellingType[row["type"].upper()], Tenure[row["tenure"].upper()], "s" * (row["rooms"] != 1)
    return {
        "nl": f"{kind.nl} ({tenure.nl}) met {{rooms}} kamer{more} in {row['area_name']}",
        "en": f"{kind.en} ({tenure.en}) of {{rooms}} room{more} in {row['area_name']}",
    }


def unknown(row: Row) -> str:
    """The first word of an entry that this version has no sentence for, as one of another version may; empty where it has them all."""
    kind, reason = str(row["kind"]), str(row["reason"])
    if kind not in KINDS:
        return kind
    if reason not in WORDS.get(kind, {reason}):
        return reason
    lacking = [str(row[name]) for name, words in HOMES.items() if row["type"] and row[name] not in words]
    return lacking[0] if lacking else ""


def said(row: Row, start: str) -> Said:
    """One entry in a sentence or two, its numbers in braces by column; ``start`` is month 0 (YYYY-MM).

    An entry with a word that is not known here says so.
    """
    kind, word = row["kind"], unknown(row)
    if word:
        word = word.replace("{", "(").replace("}", ")")  # braces stand around numbers
        return {
            "nl": f"Hier gebeurt iets dat deze versie niet kent: {word}.",
            "en": f"Here something happens that this version does not know: {word}.",
        }
    if kind == "event":
        return dict(zip(LANGUAGES, EVENTS[Trigger[row["reason"].upper()]], strict=True))
    if kind == "responded":
        more = row["number"] != 1
        return {"nl": f"Reageert op {{number}} woning{'en' * more}.", "en": f"Responds to {{number}} home{'s' * more}."}
    if kind == "ended":
        return _ended(Origin[row["reason"].upper()])
    if kind == "keys":
        return _keys(row)
    return {language: PLAIN[kind][k].format(**_parts(row, start, language)) for k, language in enumerate(LANGUAGES)}


def _parts(row: Row, start: str, language: str) -> dict[str, str]:
    """What the sentences of PLAIN are filled with."""
    kind, k = row["kind"], LANGUAGES.index(language)
    parts = {"by": ", ".join(title_of(key)[language] for key in row["instruments"])}
    if kind == "parted":
        who = parts["by"] or ("de maatregelen samen", "the measures together")[k]
        parts = {"about": ABOUT[Stage[row["reason"].upper()]][k], "by": (" Dit komt door: {}.", " This is due to: {}.")[k].format(who)}
    if kind in REASONS:
        reason = REASONS[kind][row["reason"].upper()]
        parts["reason"] = getattr(reason, language)
        parts["why"] = "" if reason == Trigger.NONE else (" Aanleiding: {}.", " Reason: {}.")[k].format(parts["reason"])
    if kind == "start":
        parts["where"] = ("Heeft geen eigen woning.", "Has no home of its own.")[k]
        parts["stage"] = STAGES[Stage[row["reason"].upper()]][k]
    if row["type"]:
        parts["where"] = ("Woont hier: {}.", "Lives here: {}.")[k].format(home_said(row)[language])
        parts["home"] = home_said(row)[language]
    if kind == "accepted":
        parts["keys"] = month_said(start, row["keys_month"])[language]
    return parts


def _ended(why: Origin) -> Said:
    if why == Origin.UNION:
        return {
            "nl": "Gaat samenwonen en leeft verder als ander huishouden.",
            "en": "Moves in with a partner and lives on as another household.",
        }
    return {"nl": f"Het huishouden is er niet meer. Reden: {why.nl}.", "en": f"The household is there no more. Reason: {why.en}."}


def _keys(row: Row) -> Said:
    """The keys, and how well the homes left and taken fit, where both are known."""
    why, home, before, after = MoveReason[row["reason"].upper()], home_said(row), row["fit_before"], row["fit_after"]
    first = {"nl": "Krijgt de sleutel", "en": "Gets the keys"}
    if why != MoveReason.FILL:
        first = {"nl": f"Verhuist ({why.nl})", "en": f"Moves ({why.en})"}
    out = {language: f"{first[language]}: {home[language]}." for language in LANGUAGES}
    if before and after:  # 0 in the ledger: no home was left, or a partner's was taken, of which no fit is worked out
        out["nl"] += " Hoe goed de woning past, van nul tot één: {fit_before} wordt {fit_after}."
        out["en"] += " Fit of the home, from nought to one: {fit_before} becomes {fit_after}."
    return out


def summed(mine: Sequence[Row], theirs: Sequence[Row], parted: Row | None, until: tuple[int, int], start: str) -> Said:
    """Both lanes in four sentences at most; ``until``: the last month that either was watched (``parted`` None: no decision differed)."""
    if parted is None:
        return {"nl": "Zonder de maatregelen was het net zo gegaan.", "en": "Without the measures it would have gone the same way."}
    when, parting, out = month_said(start, parted["month"]), said(parted, start), {}
    for k, language in enumerate(LANGUAGES):
        sides = zip(SIDES, (mine, theirs), until, strict=True)
        moves = [f"{side[k]} {_moved(rows, parted['month'], last, start, k)}" for side, rows, last in sides]
        out[language] = " ".join([SAME[k].format(when[language]), parting[language], *moves])
    return out


def _moved(rows: Sequence[Row], since: int, last: int, start: str, k: int) -> str:
    """The first move from a month on, or until when there was none."""
    moves = [row["month"] for row in rows if row["kind"] == "keys" and row["reason"] != MoveReason.UNION.key and row["month"] >= since]
    end = min([last, *(row["month"] for row in rows if row["kind"] == "ended")])  # nobody moves after the household's end
    month = month_said(start, moves[0] if moves else end)[LANGUAGES[k]]
    return (("verhuisd in {}.", "moved in {}.") if moves else ("niet verhuisd tot en met {}.", "not moved up to {}."))[k].format(month)


def searched(rows: list[Row], start: str) -> Line:
    """Months of looking that ended without a home, one after the other, drawn together: a line of the first of them."""
    why = Counter(row["reason"] for row in rows if row["kind"] == "obstacle")
    word, n = why.most_common(1)[0]
    last = month_said(start, rows[-1]["month"])
    nl, en = (Obstacle[word.upper()].nl, Obstacle[word.upper()].en) if word in WORDS["obstacle"] else (word, word)
    numbers = {"months": sum(why.values()), "number": sum(row["number"] for row in rows if row["kind"] == "responded"), "most": n}
    one = {
        "nl": f"Kijkt {{months}} maanden zonder te verhuizen, tot en met {last['nl']}. Reacties: {{number}}. "
        f"Vaakst: {nl} (maanden: {{most}}).",
        "en": f"Looks {{months}} months without a move, up to {last['en']}. Responses: {{number}}. Most often: {en} (months: {{most}}).",
    }
    return line(rows[0], start) | {"kind": "searched", "said": one, "numbers": numbers}


def drawn_together(rows: Iterable[Row], start: str) -> list[Line]:
    """A lane as people read it: several months of looking in vain are one line (``searched``), each other entry one of its own."""
    out: list[Line] = []
    vain: list[Row] = []
    for row in [*rows, None]:
        if row is not None and row["kind"] in VAIN:
            vain.append(row)
            continue
        if sum(one["kind"] == "obstacle" for one in vain) > 1:
            held = [] if vain[-1]["kind"] == "obstacle" else [vain.pop()]  # a response of the month in which something else came of it
            out.append(searched(vain, start))
            vain = held
        out += [line(one, start) for one in vain] + ([] if row is None else [line(row, start)])
        vain = []
    return out


def line(row: Row, start: str) -> Line:
    """One entry as a page shows it: month, date (YYYY-MM), ``when`` in words, kind, lane, what is said, and the numbers in it."""
    what = said(row, start)
    numbers = {name: row[name] for name in NUMBERS if f"{{{name}}}" in what["nl"]}
    when = {"month": row["month"], "date": date_of(start, row["month"]), "when": month_said(start, row["month"])}
    return {**when, "kind": row["kind"], "lane": row["lane"], "said": what, "numbers": numbers}


def text(one: Mapping[str, Any], language: str) -> str:
    """What is said, with its numbers in it."""
    numbers = {name: decimals(value, language) if isinstance(value, float) else value for name, value in one["numbers"].items()}
    return one["said"][language].format(**numbers)
