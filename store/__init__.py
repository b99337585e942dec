"""The lake: the only room that writes data. Start at schema.sql, then lake.py."""
