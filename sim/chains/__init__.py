"""Homes that come free, moves, and the chains that they form."""
