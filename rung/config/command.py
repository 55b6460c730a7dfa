"""The entry of the rung command."""


def main() -> None:
    """Run one command line."""
    raise SystemExit("the rung command has no commands yet")
