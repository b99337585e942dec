"""The lake: the only room that writes data. Start at tables/core.sql, then lake.py."""
