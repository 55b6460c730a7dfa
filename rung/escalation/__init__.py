"""The only place where time passes: ticker, apply, audit."""
