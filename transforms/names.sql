-- One asset or kind of the odd events with a number, by which columns of whole numbers name it.
SELECT name, row_number() OVER (ORDER BY name) - 1 AS number FROM (SELECT asset AS name FROM flows UNION SELECT kind FROM odd)
