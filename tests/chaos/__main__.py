"""`bin/chaos --minutes N --seed S`: faults at random moments on a working desk, then a count of what was lost."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.run import Chaos


def main() -> None:
    """One run; exits 1 when something was lost, said twice, out of order, or did not work again by itself."""
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long faults are made")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()), help="the same faults again")
    parser.add_argument("--file", type=Path, default=Path("chaos.jsonl"), help="each run is one more line of it")
    asked = parser.parse_args()
    result = Chaos(asked.seed).run(asked.minutes * 60)
    with asked.file.open("a") as kept:
        kept.write(json.dumps(result) + "\n")
    print(json.dumps(result, indent=2))
    sys.exit(1 if result["failures"] else 0)


if __name__ == "__main__":
    main()
