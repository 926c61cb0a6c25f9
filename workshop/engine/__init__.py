"""Packages, doses, answers, and how they are worked out while people wait."""
