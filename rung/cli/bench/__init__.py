"""Benchmarks, one module each, with a `run()` that returns its figures."""
