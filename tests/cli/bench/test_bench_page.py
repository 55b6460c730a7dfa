"""The page of all benchmarks."""

from rung.cli.bench.page import page


def test_a_figure_stands_beside_its_bar_and_says_whether_it_reaches_it():
    drawn = page(
        {"catch-up": {"ratio": 0.2, "bar": 0.4}, "lateness": {"p99_seconds": 0.03, "bar_p99_seconds": 1.0}}, "x86"
    )
    assert "share of bare SQL: 0.2 (misses the bar of 0.4)" in drawn
    assert "seconds late, 99th of 100: 0.03 (reaches the bar of 1)" in drawn


def test_a_benchmark_that_failed_says_why():
    assert "no database" in page({"idle": {"error": "no database <here>"}}, "x86")
    assert "<here>" not in page({"idle": {"error": "no database <here>"}}, "x86")
