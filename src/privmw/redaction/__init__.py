"""Finding personal data and secrets in values, and replacing them; knows no HTTP, logging or vendor."""
