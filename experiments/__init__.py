"""Commands: from a command line to tables on disk, and what is made of them."""
