"""How a household decides: its klantreis, how a home fits, what it likes and can pay. Instruments enter by their levers only."""
