"""The calendar benchmark measures what it says, and checks its answers against its reference."""

from bench import calendar as benchmark


def test_it_reports_rates_for_near_and_far_and_that_both_ways_agree(monkeypatch):
    monkeypatch.setattr(benchmark, "SAMPLES", 300)
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    figures = benchmark.run()
    assert figures["agrees_with_reference"] is True
    assert {kind: set(rates) for kind, rates in figures["per_second"].items()} == {
        "add": {"hour", "week", "year"},
        "between": {"hour", "week", "year"},
    }
    assert figures["slowest_per_second"] == min(
        rate for rates in figures["per_second"].values() for rate in rates.values()
    )


def test_a_wrong_calendar_would_be_found_out(monkeypatch):
    monkeypatch.setattr(benchmark, "SAMPLES", 300)
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    right = benchmark.PrefixSums.worked
    monkeypatch.setattr(benchmark.PrefixSums, "worked", lambda self, at: right(self, at) + at % 2)
    figures = benchmark.run()
    assert figures["agrees_with_reference"] is False
    assert figures["reached"] is False
