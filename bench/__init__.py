"""What is measured: the figures of docs/benchmarks, each against its reference in the same run."""
