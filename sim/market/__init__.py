"""Homes on offer, who responds, who ranks first, and who gets what."""
