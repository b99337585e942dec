-- One asset of one odd event, in whole numbers and amounts alone; day: since 1970.
SELECT f.event, date_diff('day', DATE '1970-01-01', o.day)::BIGINT AS day, k.number AS kind, o.fee_told::BIGINT AS fee_told,
    a.number AS asset, f.moved, f.fee
FROM flows f JOIN odd o USING (event) JOIN names k ON k.name = o.kind JOIN names a ON a.name = f.asset
