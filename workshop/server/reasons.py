"""Why something cannot be, in Dutch beside the English of the model: in words of its own where it is known, else that it is not."""

from __future__ import annotations

import re

from analysis.page.words import Text
from sim.world.errors import Refusal
from workshop.table import files
from workshop.table.wrong import Wrong

CANNOT = "Dit kan niet worden nagespeeld."
KNOWN: dict[str, str] = {  # what stands in the English line, and what it means; the first that is found
    r"out of memory|MemoryError|Cannot allocate memory": "Het programma dat rekent, is gestopt. Misschien is het geheugen vol.",
    r"process sent cannot be read": "Wat het programma stuurde dat rekent, is niet te lezen. Vraag het nog eens.",
    r"ended by itself": "Het programma dat rekent, is zelf gestopt. Vraag het nog eens.",
    r"cannot be started|could not begin": "Het programma dat rekent, kan niet beginnen. Sluit andere programma’s en begin opnieuw.",
    r"the engine stopped": "De simulatie is gestopt. Start de werktafel opnieuw.",
    r"No space left|no room is left": "De schijf is vol. Maak ruimte en probeer het nog eens.",
    r"cannot be written": "Er kan hier niets worden geschreven. Kijk na of de map open staat voor schrijven.",
    r"there is no card": "Een van de kaarten bestaat hier niet. Haal die kaart weg.",
}
ELSE = "Het model noemt een reden, maar alleen in het Engels."


def dutch(message: str) -> str:
    """The reason in Dutch; that there is none, where nobody wrote it."""
    return next((nl for pattern, nl in KNOWN.items() if re.search(pattern, message, re.IGNORECASE)), ELSE)


def of(message: str) -> Text:
    """Why a package cannot be counted: in Dutch in words of its own, in English as the model says it."""
    return Text(f"{CANNOT} {dutch(message)}", message)


def in_words(error: Refusal) -> Wrong:
    """A refusal of the model, which speaks English, as one that a table can show."""
    return error if isinstance(error, Wrong) else Wrong(f"Dit kan niet. {dutch(str(error))}", str(error), original=str(error))


def of_file(error: Refusal) -> Wrong:
    """Why a file is not opened as a package."""
    found = re.search(rf"{re.escape(files.NAME)}.*?line (\d+)", str(error))
    where = f"Kijk naar regel {found[1]}." if found else "Kijk of het een pakket van een werktafel is."
    return Wrong(f"Dit bestand is niet te lezen als pakket. {where}", str(error), original=str(error))
