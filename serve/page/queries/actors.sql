-- who or what ever did something
SELECT DISTINCT actor FROM lake.main.activity ORDER BY actor
