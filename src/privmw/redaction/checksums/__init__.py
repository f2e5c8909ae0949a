"""Check digits and validity rules: pure functions from a matched text, as written, to whether it is valid."""
