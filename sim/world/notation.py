"""How values are written, in a file or on the command line: a short table of scalars, and what Dutch figures mean by unit."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.world.errors import shown

Place = tuple[str | int, ...]  # keys and numbers of a value, from the top of a file or of a setting

WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,14}|[1-9]\d{0,2}(_\d{3}){1,4})")
DECIMAL = re.compile(r"[-+]?((0|[1-9]\d{0,14})(\.\d{1,30})?|\.\d{1,30})([eE][-+]?\d{1,3})?")
POINT = re.compile(r"([-+]?[1-9]\d{0,2})\.(\d{3})")  # 250.000
POINTS = re.compile(r"[-+]?[1-9]\d{0,2}((\.\d{3})+,\d+|(\.\d{3}){2,})")  # 1.250.000 and 1.250,50
COMMA = re.compile(r"([-+]?\d+),(\d+)")  # 0,5
ZEROS = re.compile(r"([-+]?)0+(\d[\d.]*)")  # 065, which YAML 1.1 takes for 53
DIGITS = re.compile(r"[-+]?[\d.,_:]+(e[-+]?\d*)?|[-+]?0[xob].*", re.IGNORECASE)
BOUNDLESS = re.compile(r"[-+]?\.?(inf|infinity|nan)", re.IGNORECASE)


Kind = Literal["truth", "whole", "count", "number"]  # what a setting asks for
Count = Annotated[float, "count"]  # of a number that counts something, where its name does not say so
OF_NAMES = ("eur_", "n_", "dur_", "capacity")  # names that begin so count euro, things, months, households


def value(text: str) -> Any:
    """The value of a scalar that stands without quotes: nothing, a truth, a figure of at most 15 digits, or text."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def fault(text: str, kind: Kind, quoted: bool = False) -> str:
    """Why what is written is no value of its kind, with the way out; an empty text where it is one."""
    if kind == "truth":
        return "" if text in ("true", "false") and not quoted else "write true or false"
    dutch = _dutch(text, kind)
    if dutch or (type(value(text)) in (int, float) and not quoted):
        return dutch
    if quoted and type(value(text)) in (int, float):
        return "a number stands without quotes"
    if BOUNDLESS.fullmatch(text):
        return "a number is finite; leave it out where there is no limit"
    needed = "a whole number" if kind == "whole" else "a number"
    if zeros := ZEROS.fullmatch(text):
        return f"a number has no zeros before it; write {''.join(zeros.groups())}"
    if DIGITS.fullmatch(text):
        return f"{needed} is needed, in digits (at most 15), as 1000, 1_000_000 or 0.5"
    return f"{needed} is needed"


def _dutch(text: str, kind: Kind) -> str:
    if (point := POINT.fullmatch(text)) and kind != "number":
        return _two_readings(point[1], point[2], kind)
    if POINTS.fullmatch(text):
        return f"that is Dutch notation; write {text.replace('.', '').replace(',', '.')}"
    if comma := COMMA.fullmatch(text):
        before, after = comma.groups()
        if len(after) == 3 and before.lstrip("+-")[0] != "0":
            return _two_readings(before, after, kind)
        return f"that is Dutch notation; write {before}.{after}"
    return ""


def _two_readings(before: str, after: str, kind: Kind) -> str:
    small = before if after == "000" else f"{before}.{after.rstrip('0')}"
    other = "" if kind == "whole" and small != before else f", or {small}0" if POINT.fullmatch(small) else f", or {small}"
    return f"that is {small} or {before}{after}: write {before}{after}{other}"


def kinds(
    annotation: Any, content: Any, at: Place = (), name: str = "", counts: bool = False, said: str = ""
) -> Iterator[tuple[Place, Kind, str]]:
    """Where in a content truths and numbers stand by the fields of a model, of what kind each is, and its range and unit.

    Args:
        annotation: a model, or the type of a field. content: plain values. at: where it stands. name: of its key.
        counts: whether its field is a ``Count``. said: range and unit of its field.
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if content is None:
        return
    if origin is Annotated:
        yield from kinds(args[0], content, at, name, counts or "count" in args[1:], said)
    elif origin in (Union, types.UnionType):
        for one in args:
            yield from kinds(one, content, at, name, counts, said)
    elif origin in (list, tuple) and args:
        for number, one in enumerate(content if isinstance(content, list) else []):
            yield from kinds(args[0], one, (*at, number), name, counts, said)
    elif origin is dict and isinstance(content, dict):
        for key, one in content.items():
            yield from kinds(args[1], one, (*at, key), str(key).rpartition(".")[2], counts, said)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(content, dict):
        for field_name, field in annotation.model_fields.items():
            unit = f"{limits(field)} {field.description or ''}".strip()
            for key in {field_name, field.alias or field_name} & content.keys():
                yield from kinds(field.annotation, content[key], (*at, key), key, "count" in field.metadata, unit)
    elif annotation in (bool, int, float) and not isinstance(content, (dict, list)):
        counts = counts or name.startswith(OF_NAMES)
        yield at, "truth" if annotation is bool else "whole" if annotation is int else "count" if counts else "number", said


def limits(field: FieldInfo) -> str:
    """``1 to 1200`` for a field with both bounds, else an empty text."""
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    return f"{low} to {high}" if low is not None and high is not None else ""


def complain(at: Place, text: str, wrong: str, said: str = "") -> str:
    """One line on a value: where it stands, what is written there, what is wrong with it, and range and unit."""
    rule = f"rule {int(at[1]) + 1}: " if at[0] == "rules" else ""
    where = ".".join(map(str, at[2:] if rule else at))
    return f"{rule}{where}={shown(text)}: {wrong}{f' ({said})' if said and said not in wrong else ''}"
