"""Kraken's spot account."""
