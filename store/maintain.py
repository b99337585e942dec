"""Housekeeping of DuckLake's own files. Expiry ends time travel to older snapshots; nothing that is in force is touched."""

from __future__ import annotations

from store.lake import Lake
from store.locks import commit_lock

KEEP_SNAPSHOTS = "7 days"


def maintain_lake(lake: Lake) -> None:
    """Join small files, expire snapshots older than a week, delete what no snapshot needs and what killed writers left.

    Files younger than a day are left alone: they may belong to a transaction that is still running.
    """
    with commit_lock(lake.settings):
        lake.con.execute("CALL ducklake_merge_adjacent_files('lake')")
        lake.con.execute(f"CALL ducklake_expire_snapshots('lake', older_than => now() - INTERVAL '{KEEP_SNAPSHOTS}')")
        lake.con.execute("CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL '1 day')")
        lake.con.execute("CALL ducklake_delete_orphaned_files('lake', older_than => now() - INTERVAL '1 day')")
