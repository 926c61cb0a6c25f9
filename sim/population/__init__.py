"""From the figures of wijk and gemeente to households in dwellings."""
