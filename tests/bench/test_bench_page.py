"""The page of all benchmarks."""

from bench.page import page


def test_a_figure_stands_beside_its_bar_and_says_whether_it_reaches_it():
    drawn = page(
        {"catch-up": {"ratio": 0.2, "bar": 0.4}, "lateness": {"p99_seconds": 0.03, "bar_p99_seconds": 1.0}}, "x86"
    )
    assert "share of bare SQL, two tickers: 0.2 (misses the bar, at least 0.4)" in drawn
    assert "seconds late, 99th of 100: 0.03 (reaches the bar, at most 1)" in drawn


def test_a_benchmark_that_failed_says_why():
    assert "no database" in page({"idle": {"error": "no database <here>"}}, "x86")
    assert "<here>" not in page({"idle": {"error": "no database <here>"}}, "x86")


def test_one_two_and_four_tickers_are_drawn_to_one_measure():
    figures = {"with_tickers": {"1": 1000, "4": 2000}, "escalations_per_second": 1500, "bare_sql_per_second": 4000}
    drawn = page({"catch-up": figures}, "x86")
    assert "escalations a second with one ticker: 1,000" in drawn
    assert [f'width="{width}"' in drawn for width in (150, 225, 300, 600)] == [True] * 4
