"""Pages of a small run in a browser: the report, one that is provisional, one with hostile titles, and the worksheets."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.page import words
from analysis.pipeline import early_page
from analysis.report import rebuild
from analysis.results import gather
from analysis.worksheets import fill
from tests.browser.workshop_place import prepared
from tools import browser as tool
from verhuisketens import compare

HERE = Path(__file__).parent
RULES = (HERE / "rules.js").read_text(encoding="utf-8")
WORD = "Langzaamverkeersvoorzieningenonderhoudsmaatregelenpakketbeheerdersoverleg"
HOSTILE = (f"{WORD} <b>vet</b> & \"zo\" <img src='http://leak.example/x'>", "مرحبا 🏠 " + "een lange titel die niet ophoudt " * 5, "×")
SCENARIOS = ["basis", "voorrang", "wooncoach", "verhuiskostenvergoeding", "huurgewenning", "van_groot_naar_beter"]
RESULTS = os.environ.get("RESULTS")  # a folder of results whose pages are tested, in place of a small run


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Every test of this folder needs a browser, also one that comes later."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A finished run of a small place."""
    out = tmp_path_factory.mktemp("pages") / "run"
    if RESULTS:
        shutil.copytree(RESULTS, out, ignore=shutil.ignore_patterns("werkbladen_*"))
    else:
        compare("terschelling", scenarios=SCENARIOS, months=12, burn_in=12, follow_up=6, seeds=3, out=out)
    return out


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A workshop's prepared folder, made once whatever the number of processes; copy it before it is served."""
    ours = tmp_path_factory.getbasetemp()
    return prepared((ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "workshop-place")


@pytest.fixture(scope="session")
def files(folder):
    """Path of each kind of page, by its name in the tests."""
    early, hostile = (shutil.copytree(folder, folder.with_name(name)) for name in ("early", "hostile"))
    content = json.loads((hostile / "manifest.json").read_text(encoding="utf-8"))
    for number, one in enumerate([*content["scenarios"].values(), *content.get("instrument_titles", {}).values()]):
        said = one.get("title", one)
        said |= {language: f"{HOSTILE[number % len(HOSTILE)]} {number}" for language in words.LANGUAGES}
    (hostile / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    rebuild(hostile)
    sheets, _ = fill.write(folder, scenario=max(content["scenarios"], key=lambda name: len(content["scenarios"][name]["instruments"])))
    return {
        "report": folder / "report.html",
        "provisional": early_page(replace(gather(early), awaited=20)),
        "hostile": hostile / "report.html",
        "worksheets": sheets,
    }


def patient(context):
    """The same context, which closes when whoever answers in the place of a server is done: what is cut off there fails another test."""
    close = context.close

    def after(**more):
        for one in (*context.pages, context):
            one.unroute_all(behavior="wait")
        close(**more)

    context.close = after
    return context


@pytest.fixture(scope="session")
def browser():
    """One browser for all; each page has a context of its own."""
    if tool.chromium() is None:
        pytest.exit(tool.HOW, returncode=2)
    with tool.launched() as one:
        opened = one.new_context
        one.new_context = lambda **more: patient(opened(**more))  # here, so that no test can forget it
        yield one


@pytest.fixture
def context(browser):
    with browser.new_context() as one:
        yield one


@pytest.fixture
def shown(context, files):
    """A function that shows a page in a language, at a width, with all folds open or as it comes."""

    def show(name, language, width=1280, unfold=False):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(files[name].as_uri())
        tool.speak(page, language)
        if unfold:
            tool.unfold(page)
        page.evaluate(RULES)
        return page

    return show
