"""What there is: columns, codes, chance, places, law. Everything else reads it; of the model it reads nothing when it runs."""
