"""Finding personal data and secrets in values, and replacing them. Values in, values out; no HTTP, logging or vendor."""
