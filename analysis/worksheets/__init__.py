"""The toolkit's worksheets, filled in: ``python -m analysis.worksheets DIR``."""
