-- Whether each mapped row stands as it was told: none is dropped, amended, booked otherwise or folded, and none repeats the id of its line.
SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM amended) + (SELECT count(*) FROM booking) + (SELECT count(*) FROM folded)
    + (SELECT count(*) FROM further_parts) = 0;
