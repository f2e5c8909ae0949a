"""Where ledgers are kept: in directories of SQLite files, and in PostgreSQL; how both are read, searched and erased from."""
