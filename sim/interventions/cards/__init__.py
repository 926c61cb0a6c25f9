"""The menukaart: one file per family of instruments."""
