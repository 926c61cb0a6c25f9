"""What happens to persons: the event list of a seed, and its replay."""
