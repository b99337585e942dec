"""Every exchange that ccxt knows and gapless has no room for."""
