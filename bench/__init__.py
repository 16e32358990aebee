"""Benchmarks: ratios of our work to a bare script's, in one run. Never asserted in tests."""
