"""Figures as pictures, words and a page."""
