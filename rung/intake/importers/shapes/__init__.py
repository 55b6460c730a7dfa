"""Exports whose records hold lists: each record unfolded into rows of one update each, in words of the export's own."""
