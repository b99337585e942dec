"""Coinbase: the consumer app with Advanced Trade (api.coinbase.com)."""
