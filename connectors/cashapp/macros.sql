-- Cash App's ways to write: '-$48.88', '($370)', '$1,000.00', and zones by their American abbreviation.
CREATE OR REPLACE TEMP MACRO cashapp_amount(v) AS
    grouped_number_of(CASE WHEN regexp_matches(v, '^ *(-|\(|\$ *-)') THEN '-' ELSE '' END || regexp_extract(v, '[0-9][0-9.,]*'));

-- hours that a clock is behind New York's
CREATE OR REPLACE TEMP MACRO cashapp_hours(v) AS
    CASE right(v, 3) WHEN 'EST' THEN 0 WHEN 'EDT' THEN 0 WHEN 'CST' THEN 1 WHEN 'CDT' THEN 1 WHEN 'MST' THEN 2 WHEN 'MDT' THEN 2
                     WHEN 'PST' THEN 3 WHEN 'PDT' THEN 3 END;
