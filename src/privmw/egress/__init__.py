"""The last gate before bytes leave the process: decide, rewrite, record, send, restore."""
