"""A YAML document as places, and the edits that leave every other character alone."""
