"""The replay benchmark counts what it says, also where no recorded year lies beside the repository."""

from pathlib import Path

from bench import replay as benchmark


def test_it_reports_both_policies_over_a_year_that_is_made_up(monkeypatch):
    monkeypatch.setattr(benchmark, "LOG", Path("nowhere.csv.gz"))
    monkeypatch.setattr(benchmark, "REFERENCE", Path("nowhere.yaml"))
    monkeypatch.setattr(benchmark, "MADE_UP", 60)
    figures = benchmark.run()
    assert (figures["log"], figures["tickets"]) == ("made up", 60)
    assert set(figures["policies"]) == {"reference", "one_target"}
    whole = figures["policies"]["one_target"]
    assert whole["events"] == figures["events"]
    assert 0 < whole["ratio"] < 1
    assert whole["looks_per_event"] > 0
