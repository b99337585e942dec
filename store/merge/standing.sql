-- One resolution at which contested rows stand already, finest first.
SELECT DISTINCT step, 18 - decimals, NOT fee_told FROM contest WHERE u IN (SELECT u FROM held WHERE u = stands_u) ORDER BY ALL;
