"""Runs: from a command line to tables on disk. Reaches sim through experiments/runs/world.py."""
