"""Write the generated parts of the documentation: `python tools/make_docs.py` (`--check` only names what is stale).

A generated part stands between ``<!-- made: NAME -->`` and ``<!-- end -->`` in a Markdown file; NAME is a key of
``BLOCKS``. All of it comes from the code, from configs/ or from docs/evidence.csv, so a number stands in one place.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

if TYPE_CHECKING:
    from sim.world.codes import Code

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

from sim.parameters.evidence import IN_ENGLISH, STRONGEST_FIRST, rows_of  # noqa: E402
from sim.world.errors import Refusal, hint  # noqa: E402
from tools import calibration_page, commands_page, knowledge_page, menukaart_page, own_places_page, rules_page  # noqa: E402
from tools.markdown import table  # noqa: E402

EVIDENCE = ROOT / "docs" / "evidence.csv"
EVIDENCE_COLUMNS = ("id", "topic", "quantity", "value", "population", "source", "status")
STATUSES = ("read", "read-2nd", "recalled")
MARK = re.compile(r"(<!-- made: (?P<name>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
CITING = ("sim", "experiments", "analysis", "workshop", "configs", "benchmarks")  # folders whose files cite evidence
CITING_SUFFIXES = (".py", ".yaml")
CITING_FILES = ("sim/data/targets/targets.csv",)


def documents() -> list[Path]:
    """The Markdown files of the project, README first."""
    return [
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    ]


def rendered(path: Path) -> str:
    """The text of a file with its generated parts as they should be. Raises Refusal on a part that has no maker."""
    text = path.read_text(encoding="utf-8")

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in BLOCKS:
            raise Refusal(f"{path.name}: no generated part is called {name!r}{hint(name, BLOCKS)}")
        return match[1] + BLOCKS[name]().rstrip() + "\n" + match[3]

    return MARK.sub(fill, text)


def stale() -> list[Path]:
    """Files whose generated parts differ from the code."""
    return [path for path in documents() if rendered(path) != path.read_text(encoding="utf-8")]


def number(value: float) -> str:
    """A number as a reader writes it: 8,000 and 0.25."""
    value = float(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.6g}"


def linked(text: str) -> str:
    """A text with its evidence ids as links into docs/evidence.md."""
    return re.sub(r"\b([A-G]\d\d)\b", lambda m: f"[{m[1]}](evidence.md#{m[1].lower()})", text)


def citations() -> dict[str, list[str]]:
    """Evidence id to the files (from the root, with slashes) that cite it, both sorted."""
    where: dict[str, list[str]] = {}
    files = [p for folder in CITING for p in (ROOT / folder).rglob("*") if p.suffix in CITING_SUFFIXES]
    files += [ROOT / name for name in CITING_FILES]
    for path in sorted(files):
        for ident in sorted(rows_of(path.read_text(encoding="utf-8"))):
            where.setdefault(ident, []).append(path.relative_to(ROOT).as_posix())
    return dict(sorted(where.items()))


def evidence() -> dict[str, dict[str, str]]:
    """docs/evidence.csv by id. Raises Refusal naming row and column of what is wrong."""
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != EVIDENCE_COLUMNS:
            raise Refusal(f"{EVIDENCE.name}: columns are {reader.fieldnames}, and must be {list(EVIDENCE_COLUMNS)}")
        found: dict[str, dict[str, str]] = {}
        for n, row in enumerate(reader, start=2):
            for column in EVIDENCE_COLUMNS:
                if not row[column]:
                    raise Refusal(f"{EVIDENCE.name}, row {n}: {column} is empty")
            if row["status"] not in STATUSES:
                raise Refusal(f"{EVIDENCE.name}, row {n}: status {row['status']!r} is none of {', '.join(STATUSES)}")
            if row["id"] in found:
                raise Refusal(f"{EVIDENCE.name}, row {n}: {row['id']} stands twice")
            found[row["id"]] = row
    return found


def made_evidence() -> str:
    """The evidence table, with the files that cite each row."""
    where = citations()
    rows = []
    for ident, row in evidence().items():
        files = ", ".join(f"`{name}`" for name in where.get(ident, []))
        anchor = f'<a id="{ident.lower()}"></a>{ident}'
        rows.append([anchor, *(row[column] for column in EVIDENCE_COLUMNS[1:]), files or "validation, context"])
    return table(["id", "topic", "quantity", "value", "population, year", "source", "status", "cited in"], rows)


def schedule() -> list[tuple[str, list[str]]]:
    """The lines of ``month.step``: each comment with the code below it (read, not run)."""
    source = (ROOT / "sim" / "month.py").read_text(encoding="utf-8")
    step = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "step")
    lines: list[tuple[str, list[str]]] = []
    for line in source.splitlines()[step.lineno : step.end_lineno]:
        text = line.strip()
        if text.startswith("#"):
            lines.append((text.lstrip("# "), []))
        elif lines and text:
            lines[-1][1].append(text)
    return lines


def made_schedule() -> str:
    """The month, line by line."""
    rows = [(n, text, ", ".join(f"`{call.rstrip(':')}`" for call in code)) for n, (text, code) in enumerate(schedule(), 1)]
    return table(["", "what happens", "in `sim/month.py`"], rows)


def made_parameters() -> str:
    """Every behavioural parameter, by subject."""
    from sim.parameters import REGISTRY

    parts, head = [], ["name", "default", "range", "prior", "unit", "what it is", "mark", "evidence"]
    for subject in dict.fromkeys(entry.subject for entry in REGISTRY.values()):
        rows = [
            (
                f"`{p.name}`",
                number(p.default),
                span(p.low, p.high),
                p.prior.shape + (f", {span(*p.given)}" if p.given else ""),
                p.unit,
                p.text,
                IN_ENGLISH[p.mark],
                linked(p.evidence),
            )
            for p in REGISTRY.values()
            if p.subject == subject
        ]
        parts.append(f"**{subject}** ({len(rows)})\n\n" + table(head, rows))
    return "\n".join(parts)


def made_assumptions() -> str:
    """How much of the model rests on sources."""
    from sim.parameters import REGISTRY

    entries = REGISTRY.values()
    marks = Counter(p.mark for p in entries)
    fitted = sum("fitted" in p.evidence or "calibrated" in p.evidence for p in entries)
    counted = ", ".join(f"{marks[mark]} *{IN_ENGLISH[mark]}*" for mark in STRONGEST_FIRST)
    return (
        f"{len(REGISTRY)} parameters: {counted}. An assumption may be one in part: the source names the thing and not its size. "
        f"{fitted} of them are fitted or calibrated to a figure.\n"
    )


def span(low: float | None, high: float | None) -> str:
    """A range in words; empty without bounds."""
    words = {"from": low, "to": high} if high is None else {"": low, "to": high}
    return " ".join(f"{word} {number(value)}".strip() for word, value in words.items() if value is not None)


def limits(field: Any) -> str:
    """The range of a pydantic field, or the words that it takes."""
    if (words := get_args(field.annotation)) and all(isinstance(word, str) for word in words):
        return ", ".join(words)
    bounds = [next((getattr(m, name) for m in field.metadata if hasattr(m, name)), None) for name in ("ge", "le")]
    return span(*bounds)


def plain(value: Any) -> str:
    """A default as a reader writes it in YAML."""
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return number(value) if isinstance(value, int | float) else str(value)


def _fields(cls: type, shared: Iterable[str] = ()) -> list[tuple[str, str, str, str]]:
    rows = []
    for name, field in cls.model_fields.items():  # type: ignore[attr-defined]
        if name in shared:
            continue
        default = field.default
        if hasattr(default, "model_dump"):
            own = default.model_dump(exclude_defaults=True)
            default = ", ".join(f"{key} {value}" for key, value in own.items()) or "anybody in the defaults of `who`"
        rows.append((f"`{field.alias or name}`", plain(default), limits(field), linked(field.description or "")))
    return rows


def made_instruments() -> str:
    """The registry of instruments."""
    from sim.interventions import REGISTRY
    from tools.shown import shown_by

    rows = [
        (
            f"`{key}`",
            card.category,
            card.sector,
            plain(card.stages),
            plain(card.levers_used),
            plain(card.payers),
            plain(card.may_deliver),
            f"`{card.indicator}`",
            card.law,
            linked(card.source),
            shown_by(key),
        )
        for key, card in sorted((key, cls.card) for key, cls in REGISTRY.items())
    ]
    head = ["key", "category", "sector", "stages", "levers", "payers", "deliverers", "monitor indicator", "law", "source"]
    head.append("shown by (tests)")
    return table(head, rows)


def made_organisations() -> str:
    """Organisations and their powers."""
    from sim.interventions.organisations import ORGANISATIONS, POWERS

    rows = [(f"`{key}`", one.nl, one.en, one.area, plain(one.powers), plain(one.stages), one.pays) for key, one in ORGANISATIONS.items()]
    powers = [(f"`{key}`", one.nl, one.en, one.rule, one.source) for key, one in POWERS.items()]
    head = ["key", "Nederlands", "English", "acts in", "powers", "meets households in", "pays"]
    return table(head, rows) + "\n" + table(["power", "Nederlands", "English", "rule", "source"], powers)


def made_settings() -> str:
    """Settings of each instrument: those that all share, then its own."""
    from sim.interventions import REGISTRY
    from sim.interventions.instrument import Instrument
    from sim.interventions.who import Who

    head = ["setting", "default", "range", "meaning"]
    parts = ["**all instruments**\n\n" + table(head, _fields(Instrument)), "**`who`**\n\n" + table(head, _fields(Who))]
    for key, cls in sorted(REGISTRY.items()):
        same = [name for name, f in Instrument.model_fields.items() if cls.model_fields[name].default == f.default]
        doc = " ".join((cls.__doc__ or "").split())
        parts.append(f"**`{key}`**: {doc}\n\n" + table(head, _fields(cls, same)))
    return "\n".join(parts)


def made_levers() -> str:
    """The levers, with the comment that stands beside each in the code."""
    from sim.levers import LEVERS

    source = (ROOT / "sim" / "levers.py").read_text(encoding="utf-8")
    notes = dict(re.findall(r'\("(\w+)", np\.\w+\),\s*# (.+)', source))
    return table(["lever", "meaning"], [(f"`{name}`", notes.get(name, "")) for name in LEVERS.names or ()])


def made_indicators() -> str:
    """The registry of indicators."""
    from sim.counts.indicators import REGISTRY

    want = {1: "more", 0: "", -1: "less"}
    rows = [(f"`{i.key}`", *i[1:4], want[i.better], linked(i.definition), i.toolkit) for i in REGISTRY.values()]
    return table(["key", "Nederlands", "English", "unit", "better", "definition", "toolkit"], rows)


def made_principles() -> str:
    """The principles of behaviour."""
    from sim.behaviour.principles import PRINCIPLES

    rows = [(f"`zonder_{p.key}`", p.nl, p.en, f"`{p.parameter}`", number(p.neutral), p.does, linked(p.source)) for p in PRINCIPLES.values()]
    return table(["behaviour=", "Nederlands", "English", "parameter", "removed at", "what it does", "source"], rows)


def made_monitor() -> str:
    """Opgave and monitor of the toolkit, row by row."""
    from sim.counts.worksheet_rows import REGISTRY

    rows = []
    for row in REGISTRY.values():
        classes = ", ".join(f"`{v.key}`" + (f" ({v.vera})" if v.vera else "") for v in row.values)
        code = row.vera or ("VERA: see classes" if any(v.vera for v in row.values) else "own")
        said = "; ".join(part for part in (row.definition, row.open[1]) if part)
        rows.append((row.sheet, row.row, f"`{row.key}`", row.nl, row.en, row.unit, linked(said), classes, row.source, code))
    head = ["sheet", "row of the toolkit", "key", "Nederlands", "English", "unit", "definition", "classes", "table", "code"]
    return table(head, rows)


def enumerations() -> dict[str, type[Code]]:
    """The enumerations of sim/world/codes.py, in their order."""
    from sim.world import codes

    own = (v for v in vars(codes).values() if isinstance(v, type) and issubclass(v, codes.Code) and v is not codes.Code)
    return {cls.__name__: cls for cls in own}


def made_state() -> str:
    """The columns of the world, table by table."""
    from sim.world.columns import ABSENT, NEVER, NOWHERE, TABLES

    said = {int(value): f"{name} ({value})" for name, value in (("ABSENT", ABSENT), ("NEVER", NEVER), ("NOWHERE", NOWHERE))}
    parts = []
    for cls, columns in TABLES.items():
        rows = [
            (f"`{name}`", _dtype(one), unit(one.unit), said.get(int(one.neutral), one.neutral), linked(one.meaning))
            for name, one in columns.items()
        ]
        doc = " ".join((cls.__doc__ or "").split())
        parts.append(f"**{cls.__name__}**: {doc}\n\n" + table(["column", "type", "unit or codes", "neutral", "meaning"], rows))
    return "\n".join(parts)


def _dtype(column: Any) -> str:
    return np.dtype(column.dtype).name + (f" [{column.width}]" if column.width else "")


def unit(given: Any) -> str:
    """The unit of a column, or what its values come from: enumerations, words, or enumerations by what another column says."""
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return "; ".join(f"{key}: {unit(one)}" for key, one in given.items())
    names = given if isinstance(given, tuple) else (given,)
    return ", ".join("or empty" if one == "" else f"`{one}`" if isinstance(one, str) else f"`{one.__name__}`" for one in names)


def made_codes() -> str:
    """Every coded value."""
    rows = []
    for name, cls in enumerations().items():
        values = ", ".join(f"{int(member)} `{member.key}`" for member in cls)
        rows.append((f"`{name}`", " ".join((cls.__doc__ or "").split()), values))
    return table(["codes", "what they say", "values"], rows)


def made_amounts() -> str:
    """Dated amounts of law."""
    from sim.world.law import AMOUNTS

    rows = []
    for one in AMOUNTS.values():
        found = [f"{number(value)} from {since} ({linked(source)}{recalled(source)})" for since, value, source in one.values]
        rows.append((f"`{one.key}`", one.unit, "; ".join(found)))
    return table(["amount", "unit", "in force, and where it was read"], rows)


def recalled(source: str) -> str:
    """A mark where an amount rests on a row of evidence that was not read."""
    return ", recalled" if evidence().get(source, {}).get("status") == "recalled" else ""


def made_draws() -> str:
    """The purposes of draws, under the comments that group them."""
    source = (ROOT / "sim" / "world" / "chance.py").read_text(encoding="utf-8")
    purpose = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == "Purpose")
    groups: list[tuple[str, list[str]]] = []
    for line in source.splitlines()[purpose.lineno : purpose.end_lineno]:
        text = line.strip()
        if text.startswith("#"):
            groups.append((text.lstrip("# "), []))
        elif groups and (match := re.match(r"([A-Z_]+) = (\d+)", text)):
            groups[-1][1].append(f"{match[1].lower()} ({match[2]})")
    return table(["group", "purposes (number in the key)"], [(group, ", ".join(names)) for group, names in groups])


def made_profiles() -> str:
    """The ten woonprofielen."""
    from sim.behaviour.woonprofielen import profielen
    from sim.parameters import resolve

    there = profielen(resolve())
    total = sum(p.share for p in there)
    rows = [(f"`{p.key}`", p.community, p.town, p.comfort, p.care, f"{100 * p.share / total:.0f} %", p.old_factor) for p in there]
    return table(["profile", "community", "town", "comfort", "care", "share of seniors", "factor at 75+"], rows)


def made_keys() -> str:
    """The keys of compare, with the defaults of configs/config.yaml."""
    import yaml

    from experiments.schema import Compare

    defaults = yaml.safe_load((ROOT / "configs" / "config.yaml").read_text(encoding="utf-8"))
    rows, places = [], list(defaults)
    for name in sorted(Compare.model_fields, key=lambda name: places.index(name) if name in places else len(places)):
        field = Compare.model_fields[name]
        value = defaults.get(name, field.default)
        shown = "configs/behaviour/default.yaml" if name == "behaviour" else plain("none" if value == {} else value)
        words = get_args(field.annotation) and "Literal" in str(field.annotation)
        rows.append((f"`{name}`", shown, limits(field) if words else f"{limits(field)} {field.description or ''}"))
    return table(["key", "default", "what it takes"], rows)


def made_files() -> str:
    """The tables that a command leaves, one row each."""
    from analysis.tables.schema import EVERY, SENSITIVITY

    return table(["file", "one row per", "notes"], [(f"`{one.file}`", one.rows, linked(one.notes)) for one in (*EVERY, SENSITIVITY)])


def kind(column: Any) -> str:
    """Type on disk, and how none is written where it is."""
    none = "" if column.none is None else f"; {column.none} is none".replace("-", "−")
    return column.stored + none + ("; may be empty" if column.empty else "")


def made_columns() -> str:
    """The columns of every table, as the schema declares them."""
    from analysis.tables.schema import EVERY, SENSITIVITY

    parts = []
    for one in (*EVERY, SENSITIVITY):
        keys = ", ".join(f"`{column.name}`" for column in one.keys)
        rows = [(f"`{c.name}`", kind(c), unit(c.unit), c.meaning, "" if c.promised else "yes") for c in one.columns]
        head = ["column" if not keys else f"after {keys}", "type", "unit or values", "meaning", "may change"]
        parts.append(f"**`{one.file}`**\n\n" + table(head, rows))
    return "\n".join(parts)


def made_scenarios() -> str:
    """Scenarios that come with the project."""
    from sim.approach import scenarios

    rows = []
    for name in scenarios.names():
        one = scenarios.load(name)
        later = sorted({key for rule in one.rules for key in rule.do.add})
        held = ", ".join(f"`{key}`" for key in one.instruments)
        held += f"; rules can add {', '.join(f'`{key}`' for key in later)}" if later else ""
        rows.append((f"`{name}`", one.title.nl, one.title.en, held))
    return table(["scenario", "titel", "title", "instruments"], rows)


def made_rooms() -> str:
    """The rooms from the bottom up, each with its files and their first sentences."""
    from tools import rooms

    rows = []
    for room in rooms.ROOMS:
        for module, (place, text) in sorted(rooms.TEXTS.items()):
            if rooms.room_of(module) != room or place.endswith("__main__.py"):
                continue
            if said := (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]:
                rows.append((room, f"[{place}](../{place})", rooms.first_sentence(said)))
    return table(["room", "file", "what it is for"], rows)


PAGES = (sys.modules[__name__], calibration_page, commands_page, knowledge_page, menukaart_page, own_places_page, rules_page)
BLOCKS: dict[str, Callable[[], str]] = {name[5:]: made for one in PAGES for name, made in vars(one).items() if name.startswith("made_")}


def main(arguments: Sequence[str]) -> int:
    """0 when all is in step (or was put in step), 1 with ``--check`` when a file is stale, 2 when it cannot be made."""
    if set(arguments) - {"--check"}:
        print("usage: python tools/make_docs.py [--check]", file=sys.stderr)
        return 2
    try:
        old = stale()
        for path in old:
            if "--check" not in arguments:
                path.write_bytes(rendered(path).encode())
            what = "stale: run python tools/make_docs.py" if arguments else "renewed"
            print(f"{path.relative_to(ROOT).as_posix()} is {what}")
    except Refusal as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
