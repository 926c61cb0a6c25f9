"""The section on what would have happened anyway."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from analysis.estimates.effects import AANBOD, DOORWERKING, FIRST_MOVES, VERDRONGEN
from analysis.estimates.users import DEADWEIGHT, SHOWN, WINDOWS
from analysis.page import bars, words
from analysis.page.cells import NOT_STUDIED, NOTHING, ONE_RUN, chance, effect_cell, ends, part, size
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Chart, Fold, Grid, Page, Section, Words
from analysis.page.sections.cards import leading
from analysis.page.words import Text, capitals, span
from sim.world.codes import HouseholdClass, Verdict
from sim.world.names import ALL, ALLE

NAMES = {key: capitals(text) for key, text in words.coded(SHOWN).items()}
UNKEPT = Text("niet te bepalen: losse verhuizingen zijn niet bewaard", "cannot be told: single moves were not kept")
MOVES = "senior_moves"
ANYWAY, ADDED, MISSED, AFTER, HOMES = "anyway", "added", "missed", "after", "homes"
ESTIMANDS = {ADDED: "direct", MISSED: VERDRONGEN, AFTER: DOORWERKING, HOMES: AANBOD}
BARS = {
    ANYWAY: Text("Gebruikers die ook zonder waren verhuisd", "Users who would have moved anyway"),
    ADDED: Text("Erbij door de maatregel zelf", "Added by the measure itself"),
    MISSED: Text("Eraf: anderen die een woning misliepen", "Off: others who lost a home to them"),
    AFTER: Text("Daarna erbij of eraf bij anderen", "Added or lost among others after that"),
    HOMES: Text("Erbij of eraf door de woningen zelf", "Added or lost through the homes themselves"),
}
CLASSES = (ALL, *(one.key for one in (HouseholdClass.SENIOR, HouseholdClass.FAMILY, HouseholdClass.STARTER, HouseholdClass.HOUSEHOLD)))


EXPLAINED = Words(
    (
        Text(
            "Van elk huishouden waarvoor een maatregel iets veranderde, volgt het model ook wat het zonder had gedaan. Dat doet het ook "
            "van wie een woning misliep die zonder de maatregel naar hem was gegaan. De rest is het verschil in totaal min deze twee.",
            "Of each household for which a measure changed something, the model also follows what it would have done without. So it does "
            "of who lost a home that would have gone to it without the measure. The rest is the total less these two.",
        ),
        Text(
            "Een zetje: zonder de maatregel verhuist het huishouden ook, maar later, binnen het genoemde aantal maanden. Noodzakelijk: "
            "dan nog niet. Onbekend: niet lang genoeg gevolgd.",
            "A nudge (zetje): without the measure the household moves too, but later, within the number of months named. Necessary: "
            "not by then. Unknown: not followed for long enough.",
        ),
    )
)


def section(page: Page) -> Section | None:
    """See the module."""
    shown = [name for name in page.order if any(_bar(page, name, kind) for kind in BARS)]
    naive = _naive(page)
    if not shown and naive is None:
        return None
    lead = leading(page)
    name = lead if lead in shown or not shown else shown[0]
    sentences = (_said_anyway(page, name), _said_others(page, name), _said_naive(page, name))
    blocks = (_chart(page, shown) if shown else None, _table(page, shown) if shown else None, naive)
    researchers = (EXPLAINED if shown else None, _by_class(page, shown), _verdicts(page))
    files = [file for file, there in (("effects.csv", shown), ("users.csv", len(page.tables["users"])), ("naive.csv", naive)) if there]
    return Section(
        "zonder",
        Text("Ook zonder", "Anyway"),
        _finding(page, name),
        rich(
            "Huishoudens die in {time} minstens één keer verhuizen. De zinnen gaan over {title}; de marges staan in de tabel.",
            "Households that move at least once in {time}. The sentences are about {title}; the margins stand in the table.",
            time=span(page.results.months),
            title=page.results.titles[name],
        ),
        tuple(line for line in sentences if line is not None),
        tuple(block for block in blocks if block is not None),
        tuple(files),
        tuple(block for block in researchers if block is not None),
    )


def _bar(page: Page, name: str, kind: str, group: str = ALL) -> Quote | None:
    """One of the numbers of a measure; None where it was not counted."""
    if kind == ANYWAY:
        row: dict[str, object] = {"scenario": name, "instrument": ALLE, "window": page.results.window}
        row["verdict"] = Verdict.OOK_ZONDER.key
        return page.book.quote("users", "mean", row) if page.book.has("users", row) else None
    row = _at(page, name, ESTIMANDS[kind], group)
    of_homes = page.book.has("effects", row | {"estimand": AANBOD})  # without users nothing is direct, and nobody lost to one
    if not page.book.has("effects", row) or (of_homes and kind != HOMES):
        return None
    found = page.book.quote("effects", "0 - difference" if kind == MISSED else "difference", row, sign=True)
    return found if found.known else None


def _at(page: Page, name: str, estimand: str, group: str) -> dict[str, object]:
    row: dict[str, object] = {"scenario": name, "indicator": FIRST_MOVES, "group_by": ALL if group == ALL else "class", "group": group}
    return row | {"months_from": 0, "months_to": page.results.months, "estimand": estimand}


def _ends(page: Page, quote: Quote) -> tuple[float, float]:
    """The interval for chance of one of them."""
    low, high = (float(page.book.cell(quote.table, name, quote.row)) for name in ("lower", "upper"))
    return (-high, -low) if quote.column.startswith("0 -") else (low, high)


def _plainly(quote: Quote) -> Quote:
    """A number for a sentence that says in words whether it is more or less."""
    return size(quote)._replace(sign=False)


def _told(page: Page, quote: Quote) -> bool:
    return quote.table == "users" or bool(page.book.cell(quote.table, "claimed", quote.row))


def _share(page: Page, name: str) -> Quote | None:
    """Per cent of the users who moved and are known that would have moved just as soon."""
    row = {"scenario": name, "instrument": ALLE, "window": page.results.window, "verdict": DEADWEIGHT}
    found = page.book.quote("users", "mean", row, scale=100.0) if page.book.has("users", row) else None
    return found if found is not None and found.known else None


def _finding(page: Page, name: str) -> Text:
    share = _share(page, name)
    if share is None:
        if _bar(page, name, ADDED) is None:
            return Text("Een eigen telling zegt niet wat een maatregel deed", "Counting users does not say what a measure did")
        return Text("Niet elke verhuizing komt door de maatregel", "Not every move is due to the measure")
    if share.value < 5:
        return Text("Bijna niemand van de gebruikers was ook zonder verhuisd", "Hardly any user would have moved anyway")
    if share.value > 95:
        return Text("Bijna alle gebruikers waren ook zonder verhuisd", "Nearly all users would have moved anyway")
    if share.value > 50:
        return Text("De meeste gebruikers waren ook zonder verhuisd", "Most users would have moved anyway")
    return Text("Een deel van de gebruikers was ook zonder verhuisd", "Some of the users would have moved anyway")


def _said_anyway(page: Page, name: str) -> Text | None:
    share, count = _share(page, name), _bar(page, name, ANYWAY)
    if share is None or count is None:
        return Text("Wie ook zonder was verhuisd, is deze keer niet gevolgd.", "Who would have moved anyway was not followed this time.")
    return rich(
        "Van de verhuisde gebruikers was {share} procent ook zonder de maatregel even snel verhuisd. Dat zijn er {n}.",
        "Of the users who moved, {share} per cent would have moved just as soon without the measure. Those are {n}.",
        n=count,
        share=share,
    )


def _said_others(page: Page, name: str) -> Text | None:
    """What others lose or gain, as a positive number with its direction in words."""
    homes, added = _bar(page, name, HOMES), _bar(page, name, ADDED)
    if homes is not None:
        return _said_homes(page, homes)
    if added is None:
        return None
    missed, after = _bar(page, name, MISSED), _bar(page, name, AFTER)
    if not any(one is not None and one.value for one in (added, missed, after)):
        return Text(
            "In deze doorrekening maakte de maatregel voor niemand verschil, dus alles is precies gelijk.",
            "In this run the measure made no difference to anybody, so all is exactly equal.",
        )
    lines = [
        rich(
            f"Door de maatregel zelf verhuizen {{n}} huishoudens {_more(added).nl}.",
            f"The measure itself makes {{n}} {_more(added).en} households move.",
            n=_plainly(added),
        )
    ]
    if missed is not None and missed.value == 0:
        lines.append(Text("Niemand anders liep daardoor een verhuizing mis.", "Nobody else missed a move because of it."))
    elif missed is not None and _told(page, missed):
        lines.append(
            rich(
                "Daardoor liepen {n} andere huishoudens een woning mis, en zij verhuizen in die tijd niet.",
                "Because of it {n} other households lost a home, and do not move in that time.",
                n=_plainly(missed),
            )
        )
    if after is not None and not _told(page, after):
        lines.append(Text("Daarna zien we bij anderen geen verschil.", "After that no difference is seen among others."))
    elif after is not None:
        lines.append(
            rich(
                f"Daarna verhuizen nog {{n}} anderen {_more(after).nl}, bijvoorbeeld in de keten.",
                f"After that {{n}} {_more(after).en} others move, for instance in the chain.",
                n=_plainly(after),
            )
        )
    return Text(*(Markup(" ").join(one.of(language) for one in lines) for language in ("nl", "en")))


def _said_homes(page: Page, homes: Quote) -> Text:
    nobody = Text("Deze maatregel heeft geen gebruikers: hij verandert woningen.", "This measure has no users: it changes homes.")
    if not _told(page, homes):
        rest = Text("Een verschil in verhuizingen is niet te zien.", "No difference in moves is to be seen.")
    else:
        word = _more(homes)
        rest = rich(f"Daardoor verhuizen {{n}} huishoudens {word.nl}.", f"So {{n}} {word.en} households move.", n=_plainly(homes))
    return Text(nobody.nl + " " + rest.nl, nobody.en + " " + rest.en)


def _more(quote: Quote) -> Text:
    return Text("meer", "more") if quote.value >= 0 else Text("minder", "fewer")


def _naive_row(page: Page, name: str, instrument: str = ALLE) -> dict[str, object] | None:
    row: dict[str, object] = {"scenario": name, "instrument": instrument, "indicator": MOVES}
    return row if page.book.has("naive", row) else None


def _said_naive(page: Page, name: str) -> Text | None:
    row = _naive_row(page, name)
    if row is None:
        return None
    users, effect = page.book.quote("naive", "users", row), page.book.quote("naive", "effect", row, sign=True)
    if not users.known:
        return Text(
            "Wat uw eigen telling zou zeggen, is niet te bepalen: losse verhuizingen zijn niet bewaard.",
            "What your own count would say cannot be told: single moves were not kept.",
        )
    return rich(
        "Uw eigen telling zou zeggen: {n} verhuizingen van gebruikers. In dit model is het verschil {effect}.",
        "Your own count would say: {n} moves of users. In this model the difference is {effect}.",
        n=users,
        effect=effect,
    )


def _chart(page: Page, shown: list[str]) -> Chart:
    panels = []
    for name in shown:
        rows = []
        for kind, said in BARS.items():
            if quote := _bar(page, name, kind):
                rows.append(bars.Bar(said, quote, _ends(page, quote), claimed=_told(page, quote), colour=bars.colour(page, quote)))
        panels.append(bars.Panel(page.results.titles[name], tuple(rows)))
    subtitle = rich(
        "Huishoudens in {time}, per maatregel. {legend}",
        "Households in {time}, by measure. {legend}",
        time=span(page.results.months),
        legend=bars.legend(page, panels),
    )
    draw = partial(bars.draw, panels, Text("huishoudens", "households"), filled=True)
    return Chart(
        "wie_verloor", _chart_finding(page, leading(page) if leading(page) in shown else shown[0]), subtitle, draw, None, "effects.csv"
    )


def _chart_finding(page: Page, name: str) -> Text:
    """What others notice of a measure, never as a loss where it is a gain."""
    title, missed, after = page.results.titles[name], _bar(page, name, MISSED), _bar(page, name, AFTER) or _bar(page, name, HOMES)
    if missed is None and after is None:
        return Text(f"{title.nl}: wie ook zonder was verhuisd", f"{title.en}: who would have moved anyway")
    lose = missed is not None and missed.value < 0 and _told(page, missed)
    gain = after is not None and after.value > 0 and _told(page, after)
    fewer = after is not None and after.value < 0 and _told(page, after)
    if lose and gain:
        return Text(f"{title.nl}: anderen lopen een woning mis, anderen winnen", f"{title.en}: some others lose a home, some gain")
    if lose:
        return Text(f"{title.nl}: anderen lopen een woning mis", f"{title.en}: others lose a home")
    if gain:
        return Text(f"{title.nl}: ook anderen verhuizen vaker", f"{title.en}: others move more, too")
    if fewer:
        return Text(f"{title.nl}: anderen verhuizen minder", f"{title.en}: others move less")
    return Text(f"{title.nl}: bij anderen geen verschil", f"{title.en}: no difference among others")


def _cell(page: Page, quote: Quote | None) -> Cell:
    if quote is None:
        return NOTHING
    return Cell(quote, chance(page, quote), NOT_STUDIED, "claim" if _told(page, quote) else "noise")


def _table(page: Page, shown: list[str]) -> Grid:
    """The numbers of each measure, what they come to, and the share that would have moved anyway."""
    kinds = [kind for kind in BARS if any(_bar(page, name, kind) for name in shown)]
    rows = []
    for name in shown:
        share = _share(page, name)
        unknown = _verdict(page, name, Verdict.ONBEKEND.key)
        cells = (*(_cell(page, _bar(page, name, kind)) for kind in kinds), _net(page, name))
        rows.append((Cell(page.results.titles[name], kind="words"), *cells, Cell(share) if share else NOTHING, unknown))
    header = (
        Text("Maatregel", "Measure"),
        *(BARS[kind] for kind in kinds),
        Text("Samen erbij of eraf", "Added or lost in all"),
        Text("Procent van de bekende gebruikers dat ook zonder was verhuisd", "Per cent of known users who would have moved anyway"),
        Text("Gebruikers van wie het niet bekend is", "Users of whom it is not known"),
    )
    caption = rich("Huishoudens die in {time} verhuizen", "Households that move in {time}", time=span(page.results.months))
    return Grid(caption, header, tuple(rows))


def _by_class(page: Page, shown: list[str]) -> Block | None:
    """Who wins and who loses, by kind of household: what adds up to the whole."""
    kinds = [kind for kind in ESTIMANDS if any(_bar(page, name, kind) for name in shown)]
    rows = []
    for name in shown:
        for group in CLASSES:
            found = [_bar(page, name, kind, group) for kind in kinds]
            if any(found):
                head = rich("{name}: {group}", "{name}: {group}", name=page.results.titles[name], group=words.GROUPS[group])
                rows.append((Cell(head, kind="words"), *(_cell(page, one) for one in found), _net(page, name, group)))
    if not rows:
        return None
    header = (Text("Maatregel", "Measure"), *(BARS[kind] for kind in kinds), Text("Samen erbij of eraf", "Added or lost in all"))
    caption = rich(
        "Wie erbij wint en wie een woning misloopt, per soort huishouden, in {time}",
        "Who gains and who loses a home, by kind of household, in {time}",
        time=span(page.results.months),
    )
    return Grid(caption, header, tuple(rows))


def _net(page: Page, name: str, group: str = ALL) -> Cell:
    row = _at(page, name, "net", group)
    if not page.book.has("effects", row):
        return NOTHING
    quote = page.book.quote("effects", "difference", row, sign=True)
    wide = ends(page, quote, "lower_full", "upper_full") or NOT_STUDIED
    return Cell(quote, chance(page, quote), wide, "claim" if _told(page, quote) else "noise") if quote.known else NOTHING


def _verdict(page: Page, name: str, verdict: str, instrument: str = ALLE, window: int | None = None) -> Cell:
    row = {"scenario": name, "instrument": instrument, "window": window or page.results.window, "verdict": verdict}
    if not page.book.has("users", row):
        return NOTHING
    quote = page.book.quote("users", "mean", row)
    return Cell(quote, chance(page, quote), NOT_STUDIED)


def _naive(page: Page) -> Block | None:
    """What two monitors without a model credit each measure with, what it did, and by how much they are off."""
    table, rows = page.tables["naive"], []
    for name in page.order:
        mine = table[(table["scenario"] == name) & (table["indicator"] == MOVES)]
        shown = mine[(mine["instrument"] == ALLE) | (mine["effect"].notna() & (len(mine) > 2))]
        for key in shown["instrument"]:
            at = {"scenario": name, "instrument": key, "indicator": MOVES}
            title = page.results.titles[name]
            if key != ALLE:
                title = rich("{name} (in {title})", "{name} (in {title})", name=page.results.instrument(key), title=title)
            users, change = page.book.quote("naive", "users", at), page.book.quote("naive", "before_after", at, sign=True)
            cells = (
                Cell(users) if users.known else Cell(UNKEPT),
                Cell(change) if change.known else NOTHING,
                effect_cell(page, name, MOVES) if key == ALLE else _of_one(page, at),
                _too_many(page, at, "users"),
                _too_many(page, at, "before_after"),
            )
            rows.append((Cell(title, kind="words"), *cells))
    if not rows:
        return None
    header = (
        Text("Maatregel", "Measure"),
        Text("Uw telling: verhuizingen van gebruikers", "Your count: moves of users"),
        Text("Uw telling: jaren erna min het jaar ervoor", "Your count: years after less the year before"),
        Text("Verschil in dit model", "Difference in this model"),
        Text("Gebruikers tellen: zoveel te veel", "Counting users: so many too many"),
        Text("Voor en na vergelijken: zoveel te veel", "Before and after: so many too many"),
    )
    explained = Text(
        "Een gemeente telt meestal de gebruikers, of vergelijkt de jaren met de maatregel met het jaar ervoor. Beide zeggen iets anders "
        "dan wat de maatregel deed. Een verhuizing met meer maatregelen telt hier één keer.",
        "A municipality mostly counts users, or compares the years with the measure with the year before. Both say something else than "
        "what the measure did. A move with several measures counts once here.",
    )
    caption = rich(
        "Verhuizingen van senioren in {time}; marges zijn die van het toeval",
        "Moves by seniors in {time}; margins are of chance",
        time=span(page.results.months),
    )
    title = Text("Wat uw eigen telling zou zeggen", "What your own count would say")
    return Fold(title, (Words((explained,)), Grid(caption, header, tuple(rows))))


def _of_one(page: Page, at: dict[str, object]) -> Cell:
    """What one instrument of a package did."""
    effect = page.book.quote("naive", "effect", at, sign=True)
    return Cell(effect, chance(page, effect), NOT_STUDIED) if effect.known else NOTHING


def _too_many(page: Page, at: dict[str, object], key: str) -> Cell:
    value = page.book.quote("naive", f"{key}_too_many", at, sign=True)
    return Cell(value, ends(page, value, f"{key}_lower", f"{key}_upper") or ONE_RUN) if value.known else NOTHING


def _verdicts(page: Page) -> Block | None:
    """Users by verdict for each instrument and each window, a row for each: as columns they would not go on paper."""
    table, rows = page.tables["users"], []
    windows = [page.results.window, *(window for window in WINDOWS if window != page.results.window)]
    for name in page.order:
        keys = list(dict.fromkeys(table.loc[table["scenario"] == name, "instrument"]))
        for key in (one for one in keys if one != ALLE or len(keys) > 2):
            whose = page.results.titles[name] if key == ALLE else part(page, name, key)
            for window in windows:
                time = Text(f"{window} maanden", f"{window} months")
                head = rich("{name}, bij {time}", "{name}, at {time}", name=whose, time=time)
                cells = [_verdict(page, name, verdict, key, window) for verdict in NAMES]
                if any(cell != NOTHING for cell in cells):
                    rows.append((Cell(head, kind="words"), *cells))
    if not rows:
        return None
    return Grid(Text("Gebruikers: wat het werd", "Users: what it came to"), (Text("Maatregel", "Measure"), *NAMES.values()), tuple(rows))
