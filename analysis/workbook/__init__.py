"""resultaten.xlsx: the tables that a policymaker reads, in Dutch, with names for keys."""
