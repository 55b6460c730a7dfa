"""The policy a new desk starts with."""

from pathlib import Path

STARTER = Path(__file__).with_name("starter.yaml")
