"""The simplified month as a Mesa model: the same rules, events and numbers as the engine under ``benchmarks.simplified``."""

from __future__ import annotations

from math import exp, sqrt
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from mesa import DataCollector, Model

from benchmarks.plain_mesa.agents import (
    CORPORATIE,
    GESCHIKT,
    HUIDIGE,
    KOOP,
    NIEUW,
    VERHUIZEN,
    WENS,
    ZOEKEN,
    Dwelling,
    Household,
    Response,
    Vacancy,
)
from benchmarks.plain_mesa.events import Diary
from sim.chains import MONTH_OFFSET
from sim.codes import EventKind, Trigger
from benchmarks.plain_mesa.chance import ODD_ID, ODD_SECOND, TO_UNIT, mix, MASK
