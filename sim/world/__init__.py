"""What there is: columns, codes, chance, places, law. Everything else reads it; it reads nothing but parameters."""
