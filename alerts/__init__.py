"""An incident as words for a person, and its delivery."""
