"""The yearly report: figures that say what they rest on, and on page one what is missing and how to mend it."""
