"""Draws what it is handed and knows no mathematics: grids, networks, photographs, plots, runs."""
