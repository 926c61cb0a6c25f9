"""From tables to conclusions: reads what a run wrote, never a live model."""
