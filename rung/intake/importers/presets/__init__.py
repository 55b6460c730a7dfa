"""Ready-made maps for the exports of other products."""
