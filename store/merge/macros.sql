-- The merge law's arithmetic. Time is compared in steps of a clock, amounts at a number of decimals.

CREATE OR REPLACE TEMP MACRO day_of(moment) AS epoch_us(moment) // 86400000000;

CREATE OR REPLACE TEMP MACRO clock(moment, step) AS epoch_us(moment) // step;

CREATE OR REPLACE TEMP MACRO last_digit(decimals) AS list_extract(
    '[1, .1, .01, .001, .0001, .00001, .000001,
      .0000001, .00000001, .000000001, .0000000001, .00000000001, .000000000001, .0000000000001,
      .00000000000001, .000000000000001, .0000000000000001, .00000000000000001, .000000000000000001]'::DECIMAL(38, 18)[],
    decimals + 1);

-- cut off towards zero; DuckDB's own round() wants constant decimals, here they differ by row
CREATE OR REPLACE TEMP MACRO cut(amount, decimals) AS
    CASE WHEN decimals >= 18 THEN amount ELSE amount - amount % last_digit(decimals) END;

CREATE OR REPLACE TEMP MACRO half_digit(decimals) AS list_extract(
    '[.5, .05, .005, .0005, .00005, .000005, .0000005,
      .00000005, .000000005, .0000000005, .00000000005, .000000000005, .0000000000005, .00000000000005,
      .000000000000005, .0000000000000005, .00000000000000005, .000000000000000005]'::DECIMAL(38, 18)[],
    decimals + 1);

-- to the nearest, halves away from zero, as exports and spreadsheets do
CREATE OR REPLACE TEMP MACRO rounded(amount, decimals) AS
    CASE WHEN decimals >= 18 THEN amount
         WHEN amount < 0 THEN cut(amount - half_digit(decimals), decimals)
         ELSE cut(amount + half_digit(decimals), decimals) END;

-- an asset, where its amount is one: a zero amount moves nothing
CREATE OR REPLACE TEMP MACRO moving(asset, amount) AS CASE WHEN amount <> 0 THEN asset END;

CREATE OR REPLACE TEMP MACRO uuid_of(words) AS md5(words)::UUID;

-- amount::VARCHAR in an eighth of the time. DuckDB divides 128 bits by 10^18 bit by bit, for text as for any narrower type. Only an
-- average is a DOUBLE without that; whether it holds all of the amount shows when it is compared, which again divides nothing
CREATE OR REPLACE TEMP MACRO amount_text(amount) AS
    CASE WHEN try_cast(list_avg([amount]) AS DECIMAL(18, 10))::DECIMAL(38, 18) = amount
         THEN try_cast(list_avg([amount]) AS DECIMAL(18, 10))::VARCHAR || '00000000' ELSE amount::VARCHAR END;

-- the name of the transaction of rows of one event, of a row with an id of its own, and of one that is the nth to say so
CREATE OR REPLACE TEMP MACRO named_by_event(connection, event_id) AS uuid_of(concat_ws('|', connection, 'event', event_id));
CREATE OR REPLACE TEMP MACRO named_by_id(connection, grain, namespace, row_id) AS
    uuid_of(concat_ws('|', connection, 'row', grain, namespace, row_id));

CREATE OR REPLACE TEMP MACRO named_by_words(connection, r, nth) AS uuid_of(concat_ws(
    '|', connection, 'words', epoch_us(r.occurred_at), coalesce(r.wallet, 'spot'),
    moving(r.out_asset, r.out_amount), amount_text(-nullif(r.out_amount, 0)),
    moving(r.in_asset, r.in_amount), amount_text(nullif(r.in_amount, 0)), nth));

-- what a row says, as a number: the same words, the same number. It also decides ties, so that they go by content and never
-- by arrival. Whoever orders many rows by it makes it a column first: a window drags along all that its order is reckoned from.
CREATE OR REPLACE TEMP MACRO words(r) AS hash(
    r.occurred_at, r.status, r.wallet, r.out_asset, r.out_amount, r.in_asset, r.in_amount, r.fee_asset, r.fee_amount, r.kind,
    r.namespace, r.row_id, r.event_id, r.order_id, r.tx_hash, r.market, r.side, r.price, r.source_type, r.note);

-- what a row says of its movement, fee apart, to a source of this resolution
CREATE OR REPLACE TEMP MACRO movement_at(r, step, decimals) AS hash(
    clock(r.occurred_at, step), r.wallet, r.out_asset, rounded(r.out_amount, decimals), r.in_asset, rounded(r.in_amount, decimals));

CREATE OR REPLACE TEMP MACRO fee_at(r, decimals) AS
    CASE WHEN r.fee_amount IS NOT NULL THEN hash(r.fee_asset, rounded(r.fee_amount, decimals)) END;

-- which details a row tells, one bit each
CREATE OR REPLACE TEMP MACRO details(r) AS
    1 * (r.event_id IS NOT NULL)::INTEGER + 2 * (r.order_id IS NOT NULL)::INTEGER + 4 * (r.tx_hash IS NOT NULL)::INTEGER
    + 8 * (r.market IS NOT NULL)::INTEGER + 16 * (r.side IS NOT NULL)::INTEGER + 32 * (r.price IS NOT NULL)::INTEGER
    + 64 * (r.source_type IS NOT NULL)::INTEGER + 128 * (r.note IS NOT NULL)::INTEGER;

-- whose word a row is: rows with ids of one namespace are one voice, other rows are the word of their file or page
CREATE OR REPLACE TEMP MACRO voice(r) AS
    CASE WHEN r.row_id IS NULL THEN 'source ' || r.source ELSE 'ids ' || r.namespace END;

-- a chain transaction, however a source spells it: 0xAA, AA, and aa:0 with the place of its output
CREATE OR REPLACE TEMP MACRO chained(tx_hash) AS regexp_replace(lower(tx_hash), '^0x|:[0-9]+$', '', 'g');

-- deposits and withdrawals: which way, of what, and how much the balance changed by it
CREATE OR REPLACE TEMP MACRO way(r) AS CASE WHEN coalesce(r.out_amount, 0) <> 0 THEN 'out' ELSE 'in' END;

CREATE OR REPLACE TEMP MACRO moved_asset(r) AS CASE WHEN coalesce(r.out_amount, 0) <> 0 THEN r.out_asset ELSE r.in_asset END;

CREATE OR REPLACE TEMP MACRO gross(r) AS CASE WHEN coalesce(r.out_amount, 0) <> 0 THEN r.out_amount ELSE r.in_amount END;

CREATE OR REPLACE TEMP MACRO total(r) AS
    CASE WHEN r.fee_amount IS NULL OR r.fee_asset IS DISTINCT FROM moved_asset(r) THEN gross(r)
         WHEN way(r) = 'out' THEN r.out_amount + r.fee_amount
         ELSE r.in_amount - r.fee_amount END;

-- equal totals; a source that does not tell the fee may mean the amount with it or without it
CREATE OR REPLACE TEMP MACRO same_total(a, b) AS
    rounded(a.total, least(a.decimals, b.decimals)) = rounded(b.total, least(a.decimals, b.decimals))
    OR (a.fee_missing OR b.fee_missing)
        AND rounded(a.gross, least(a.decimals, b.decimals)) = rounded(b.gross, least(a.decimals, b.decimals));

CREATE OR REPLACE TEMP MACRO nearly_same(finer, coarse, finer_decimals, decimals) AS
    finer_decimals < 18 AND abs(rounded(finer, decimals) - coarse) <= last_digit(decimals) OR cut(finer, decimals) = coarse;

-- statement rows of several kinds may share a second; only these are compared with each other
CREATE OR REPLACE TEMP MACRO kind_class(kind) AS CASE WHEN kind IN ('trade', 'fee') THEN 'trade' ELSE kind END;

-- what a row moves, as one number for a digest
CREATE OR REPLACE TEMP MACRO moves(r) AS hash(
    r.occurred_at, r.row_id, r.wallet, r.out_asset, r.out_amount, r.in_asset, r.in_amount, r.fee_asset, r.fee_amount)::HUGEINT;

-- how many legs a row has
CREATE OR REPLACE TEMP MACRO legs_of(r) AS
    (r.out_asset IS NOT NULL)::INTEGER + (r.in_asset IS NOT NULL)::INTEGER
    + (r.fee_asset IS NOT NULL AND r.fee_amount IS NOT NULL)::INTEGER;

-- the asset that one of two rows names, or both; NULL where they name two. And the sum of its amounts
CREATE OR REPLACE TEMP MACRO asset_of_two(a, b) AS CASE WHEN a <> b THEN NULL ELSE coalesce(a, b) END;
CREATE OR REPLACE TEMP MACRO amount_of_two(asset_a, asset_b, a, b) AS
    CASE WHEN asset_a <> asset_b THEN NULL ELSE coalesce(a + b, a, b) END;

-- the one asset that the rows of an event name, and its sum; NULL where they name several
CREATE OR REPLACE TEMP MACRO only_asset(asset, counts) AS
    CASE WHEN min(asset) FILTER (WHERE counts) = max(asset) FILTER (WHERE counts) THEN min(asset) FILTER (WHERE counts) END;
CREATE OR REPLACE TEMP MACRO only_amount(asset, amount, counts) AS
    CASE WHEN min(asset) FILTER (WHERE counts) IS NOT DISTINCT FROM max(asset) FILTER (WHERE counts)
         THEN sum(amount) FILTER (WHERE counts) END;
