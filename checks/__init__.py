"""Checks over the lake."""
