"""Which test shows an instrument at work where the right answer is known: found by its key in the tests themselves."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
FILES = (
    "interventions/test_menukaart.py",
    "interventions/test_menukaart_ruil.py",
    "interventions/test_menukaart_herstructurering.py",
    "interventions/test_menukaart_filters.py",
    "interventions/test_menukaart_delen.py",
    "interventions/test_interventions.py",
    "chains/test_chains.py",
    "market/test_market.py",
    "world/test_law.py",
)
TEST = re.compile(r"^((?:@[^\n]*\n|[ \])][^\n]*\n)*)def (test_\w+)\(.*?(?=^(?:@|def |class |# |[A-Z])|\Z)", re.M | re.S)

MESSAGES = re.compile("target_group|unknown|out_of_range|refused")  # tests of what is said, not of what is done


def shown_by(key: str) -> str:
    """File and name of the first test that names the instrument; an empty text if there is none."""
    for name in FILES:
        for found in TEST.finditer((TESTS / name).read_text(encoding="utf-8")):
            if f'"{key}"' in found.group(0) and not MESSAGES.search(found.group(2)):
                return f"{name.removesuffix('.py')}: {found.group(2)}"
    return ""
