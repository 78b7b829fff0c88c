"""Draws what it is handed, and knows nothing else of the library: grids, networks, photographs, plots, runs."""
