"""Runs of many seeds: what has to be run, in which folder, with what on disk."""
