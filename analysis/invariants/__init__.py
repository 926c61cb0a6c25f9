"""What must hold in every folder of results: invariants over its tables, one small function each."""
