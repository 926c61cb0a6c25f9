"""In which unit an assumption is, in words: of people by the unit of the parameter, of a card by the name of its setting."""

from __future__ import annotations

from analysis.page.words import Text
from experiments.assumptions import Assumption

_UNITS = """
share | deel, van 0 tot 1 | share, from 0 to 1
per month | per maand | a month
share per month | deel per maand, van 0 tot 1 | share a month, from 0 to 1
factor | keer zo veel | times as much
months | maanden | months
fit points | punten van 0 tot 1 voor hoe een woning past | points from 0 to 1 for how well a home fits
share of fit | deel van die punten, van 0 tot 1 | share of the fit, from 0 to 1
0-1 | van 0 tot 1 | from 0 to 1
share of disposable income | deel van het inkomen, van 0 tot 1 | share of disposable income, from 0 to 1
per event | kans per keer, van 0 tot 1 | chance each time, from 0 to 1
share of new build | deel van de nieuwbouw, van 0 tot 1 | share of new build, from 0 to 1
share of the highest rent | deel van de hoogste huur, van 0 tot 1 | share of the highest rent, from 0 to 1
of rel_streefhuur | keer zo veel als nu | times as much as today
fit points per 100 euro per month | punten per 100 euro per maand | points per 100 euro a month
log rent | spreiding van de huur (logaritme) | spread of rents (logarithm)
per spare room | punten per kamer over | points per spare room
euro per year, disposable | euro per jaar | euro a year
logit | sterkte (logit) | strength (logit)
times disposable income | keer het inkomen | times disposable income
gross per disposable euro | bruto euro per euro besteedbaar | gross euro per disposable euro
share of couples | deel van de paren, van 0 tot 1 | share of couples, from 0 to 1
share of the limited | deel van wie slecht loopt, van 0 tot 1 | share of the limited, from 0 to 1
euro per m2 per month | euro per vierkante meter per maand | euro per square metre a month
log | spreiding (logaritme) | spread (logarithm)
share of rel_attachment_years | deel van de hechting, van 0 tot 1 | share of the attachment, from 0 to 1
share of arrivals | deel van de nieuwkomers, van 0 tot 1 | share of arrivals, from 0 to 1
per missing room | punten per kamer te weinig | points per missing room
per year | per jaar | a year
of WOZ value per year | deel van de WOZ-waarde per jaar | share of the WOZ value a year
km | kilometer | kilometres
share at full attachment | deel, bij volle hechting | share at full attachment
logit per fit point | sterkte per punt passen (logit) | strength per fit point (logit)
logit at full attachment | sterkte bij volle hechting (logit) | strength at full attachment (logit)
logit per share of neighbours that moved in the last year | sterkte per deel verhuisde buren | strength per share of moved neighbours
logit per doubling of the homes in view | sterkte per verdubbeling van het aanbod | strength per doubling of the homes in view
per home in the search area | kans per woning in het zoekgebied | chance per home in the search area
dwellings | woningen | homes
fit points per year | punten per jaar ouder | points per year of age
euro | euro | euro
fit points per year's income | punten per jaarinkomen | points per year's income
per offer | kans per aanbod, van 0 tot 1 | chance per offer, from 0 to 1
per household without a home | per huishouden zonder woning | per household without a home
of WOZ value | deel van de WOZ-waarde | share of the WOZ value
of price | deel van de prijs | share of the price
gross income per rent | bruto inkomen per euro huur | gross income per euro of rent
share of corporatie homes | deel van de corporatiewoningen, van 0 tot 1 | share of corporatie homes, from 0 to 1
rooms | kamers | rooms
years | jaar | years
error units | keer de spreiding van het toeval | times the spread of chance
error units per person | keer de spreiding, per persoon | times the spread, per person
log floor area per room | logaritme van de oppervlakte per kamer | log of the floor area per room
rooms per room needed | kamers per kamer die nodig is | rooms per room needed
rooms per log income | kamers per verdubbeling of zo van het inkomen | rooms per log of income
rooms per ten years | kamers per tien jaar | rooms per ten years
share of owners | deel van de eigenaren, van 0 tot 1 | share of owners, from 0 to 1
log per year | groei per jaar (logaritme) | growth a year (logarithm)
log per place among incomes | groei per stap in inkomen (logaritme) | growth per step in income (logarithm)
of the death rate of everybody | deel van de sterfte van iedereen | share of the death rate of everybody
share of empty homes | deel van de lege woningen, van 0 tot 1 | share of empty homes, from 0 to 1
"""
_SETTINGS = """
rel_fits | punten van 0 tot 1 | points from 0 to 1
rel_rebuilt | keer zo veel woningen | times as many homes
rel_ | deel, van 0 tot 1 | share, from 0 to 1
p_apply | kans per jaar, van 0 tot 1 | chance a year, from 0 to 1
p_no_consent | kans per keer, van 0 tot 1 | chance each time, from 0 to 1
p_ | kans per maand, van 0 tot 1 | chance a month, from 0 to 1
eur_ | euro | euro
dur_ | maanden | months
n_months | maanden | months
n_most | aantal | number
age_ | jaar | years
floor_area | vierkante meter | square metres
awareness | sterkte (logit) | strength (logit)
search | sterkte (logit) | strength (logit)
sight | deel van het aanbod, van 0 tot 1 | share of the homes on offer, from 0 to 1
trouble | punten moeite, van 0 tot 1 | points of trouble, from 0 to 1
loan | keer het inkomen | times disposable income
"""


def _read(lines: str) -> dict[str, Text]:
    return {key: Text(nl, en) for key, nl, en in (line.split(" | ") for line in lines.strip().splitlines())}


UNITS, SETTINGS = _read(_UNITS), _read(_SETTINGS)


def unit(one: Assumption) -> Text:
    """Of the value of an assumption. Raises KeyError for one that has no words yet."""
    if not one.instrument:
        return UNITS[one.unit]
    name = one.key.partition(".")[2]
    return next((text for start, text in SETTINGS.items() if name.startswith(start)), None) or UNITS[name]
