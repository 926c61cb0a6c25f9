"""What is made the night before and carried in one folder: burnt-in worlds, and answers that need not be waited for."""
