"""The page people use: which connection needs them, why, and the two ways out. Rendered here, works without scripts."""
