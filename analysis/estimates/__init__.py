"""From tables to figures with an interval."""
