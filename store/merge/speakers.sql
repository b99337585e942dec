-- One resolution at which a speaker has contested rows, finest first; rows with ids speak before rows without.
SELECT DISTINCT step, 18 - decimals, NOT fee_told, speaker FROM contest
ORDER BY step, 18 - decimals, NOT fee_told, speaker = '', speaker;
