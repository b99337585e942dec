"""Binance: its streams, its layouts, its habits."""
