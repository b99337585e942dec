"""Derived tables: pure, no clock, no network."""
