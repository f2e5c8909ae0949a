"""What counts as personal data or a secret: one file per domain or country, each a tuple of recognizers."""
