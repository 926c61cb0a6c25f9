"""The simplified month as plain Mesa objects: what a modeller would write who follows Mesa's own examples."""
