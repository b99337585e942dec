-- Coinbase's own codes, and the two sums its rows leave to the reader. All exact: DECIMAL in, DECIMAL out.

-- codes that name an asset otherwise than the field does; ETH2 is staked ETH (see coinbase_wallet)
CREATE OR REPLACE TEMP MACRO coinbase_asset(code) AS
    CASE upper(code) WHEN 'CGLD' THEN 'CELO' WHEN 'ETH2' THEN 'ETH' ELSE upper(code) END;

CREATE OR REPLACE TEMP MACRO coinbase_wallet(code) AS CASE upper(code) WHEN 'ETH2' THEN 'staking' ELSE 'spot' END;

CREATE OR REPLACE TEMP MACRO coinbase_market(product) AS
    coinbase_asset(split_part(product, '-', 1)) || '/' || coinbase_asset(split_part(product, '-', 2));

-- an amount without the zeros at its end
CREATE OR REPLACE TEMP MACRO coinbase_shown(amount) AS rtrim(rtrim(amount::VARCHAR, '0'), '.');

-- whether what paid was in the account: 'EUR Wallet', 'Cash (USD)', not 'Visa debit ***4242'; NULL where nobody tells
CREATE OR REPLACE TEMP MACRO coinbase_is_wallet(payment) AS regexp_matches(nullif(payment, ''), '(?i)\b(wallet|cash|balance)\b');

-- a number as Notes tell it; where commas are not known to be decimal ones, '153,61' is no number otherwise
CREATE OR REPLACE TEMP MACRO coinbase_comma_number(v) AS number_of(replace(replace(v, '.', ''), ',', '.'));
CREATE OR REPLACE TEMP MACRO coinbase_noted(v, has_commas) AS
    if(has_commas, coinbase_comma_number(v), coalesce(grouped_number_of(v), coinbase_comma_number(v)));

-- one id for both halves of a fill: they and the v3 fill share order, second and price, and nothing finer
CREATE OR REPLACE TEMP MACRO coinbase_fill(order_id, occurred_at, price) AS
    'fill:' || order_id || '/' || epoch_ms(date_trunc('second', occurred_at)) // 1000 || '/' || coinbase_shown(price);

-- a * b to 18 digits: two (38,18) cannot be multiplied, their whole and broken parts can
CREATE OR REPLACE TEMP MACRO coinbase_product(a, b) AS (
    (trunc(a)::DECIMAL(18,0) * trunc(b)::DECIMAL(18,0))::DECIMAL(38,18)
    + (trunc(a)::DECIMAL(18,0) * (b - trunc(b))::DECIMAL(18,18))::DECIMAL(38,18)
    + ((a - trunc(a))::DECIMAL(18,18) * trunc(b)::DECIMAL(18,0))::DECIMAL(38,18)
    + ((a - trunc(a))::DECIMAL(18,18) * (b - trunc(b))::DECIMAL(18,18))::DECIMAL(38,18)
);
