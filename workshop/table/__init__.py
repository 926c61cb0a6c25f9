"""What lies on a table and what was said there: an append-only file, the state that follows from it, letters, minutes."""
