"""What is counted of a world, and the tables that are made of it."""
