-- One kind of rows with ids that arrive: from the API, or from files of one resolution.
SELECT DISTINCT origin = 'api', CASE WHEN origin = 'file' THEN step END, CASE WHEN origin = 'file' THEN decimals END
FROM mapped WHERE row_id IS NOT NULL;
