"""How a household decides, without instruments: its klantreis, how a home fits, what it likes and can pay."""
