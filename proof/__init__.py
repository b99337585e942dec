"""What takes hours: every test marked `proof`, one by one, resumable, its figures kept in docs/proof.md."""
