"""The reference policy, docs/policy.example.yaml: everything the policy language can say."""

from pathlib import Path

FILE = Path(__file__).parents[1] / "docs" / "policy.example.yaml"
REFERENCE = FILE.read_text(encoding="utf-8")
