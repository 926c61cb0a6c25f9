"""What serves the tables: routes, streams, doors, and the CSV behind every number."""
