"""What every view stands on: access, limits, uploads, forms over changed rows."""
