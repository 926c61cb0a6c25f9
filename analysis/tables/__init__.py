"""Reading the tables that a run left in a folder."""
