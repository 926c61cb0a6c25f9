"""Readable twins of the kernels: the same rules in plain Python and NumPy, slow and clear, the oracles of the tests."""
