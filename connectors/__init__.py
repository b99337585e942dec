"""Everything gapless knows of exchanges: no database, no Prefect. Start at contract.py."""
