"""Speed and memory of the engine, alone and beside a plain Mesa model of the same month."""
