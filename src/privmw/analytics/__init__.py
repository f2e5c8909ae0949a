"""Analytics surfaces: direct identifiers stripped, opt-outs honoured; one module per vendor, named after it."""
