-- one line of a file that its owner corrected: what should stand in which cells
SELECT connection, correction, split_part(target, ' ', 3)::BIGINT AS line, made_at, array_to_string(list_transform(
    map_entries(from_json(says, '"MAP(VARCHAR, VARCHAR)"')), lambda cell: cell.key || ': ' || cell.value), '; ') AS cells
FROM lake.main.corrections WHERE in_force AND starts_with(target, 'cells ' || $upload || ' ') ORDER BY line, made_at
