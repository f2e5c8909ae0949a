"""Log surfaces: one module per logging library, named after it."""
