"""One module per HTTP library; each hands its requests to the guard."""
