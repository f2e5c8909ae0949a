"""What counts as a secret: one file per family of issuers, each a tuple of recognizers."""
