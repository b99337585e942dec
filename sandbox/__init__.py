"""Exchanges on loopback that speak the real wire formats, with switchable failures and scalable time."""
