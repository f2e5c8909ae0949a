"""Benchmarks: how fast, how accurate, and beside whom. Run with ``python -m benchmarks``."""
