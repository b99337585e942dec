-- One stretch that rests on the owner's word, in which nothing is known to have happened for more than ten times the usual.
SELECT connection, strftime(from_at, 'from %Y-%m-%d') AS source, from_at,
    strftime(from_at, '%Y-%m-%d') || ' to ' || strftime(to_at, '%Y-%m-%d') AS what, json_object('to_at', to_at) AS detail
FROM vouched_silences WHERE times_the_usual > 10
