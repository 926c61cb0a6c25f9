"""What would have happened without an instrument: ghosts, clearings taken again, verdicts."""
