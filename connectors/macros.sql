-- Text of a cell -> value, exactly or not at all: NULL where the text is no such value. Loaded before every layout.
-- A macro repeats its argument wherever it names it: hand it columns, never long expressions. What is needed rarely and named
-- often stands in a lambda, which names it once: of a small file, planning is what a reading costs.
-- Casts are as narrow as the text allows: text to DECIMAL(38,18) costs forty times DECIMAL(18,10), and a narrow cast that is
-- too short rounds in silence, so the length of the fraction is looked at first.

-- trimming every cell costs more than reading it; few need it
CREATE OR REPLACE TEMP MACRO without_blanks(v) AS
    CASE WHEN v < '!' OR ends_with(v, ' ') OR ends_with(v, chr(9)) OR ends_with(v, chr(160)) OR starts_with(v, chr(160))
         THEN trim(v, ' ' || chr(9) || chr(160)) ELSE v END;

-- text as it was before an apostrophe was put before it, so that no spreadsheet runs it
CREATE OR REPLACE TEMP MACRO without_mark(v) AS
    CASE WHEN v[1] = '''' AND v[2] IN ('=', '+', '-', '@', '＝', '＋', '－', '＠') THEN v[2:] ELSE v END;

CREATE OR REPLACE TEMP MACRO is_number(v) AS regexp_full_match(v, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?');

-- decimals that a number needs: digits after its point, less its trailing zeros, less its exponent
CREATE OR REPLACE TEMP MACRO decimals_of(v) AS
    CASE WHEN regexp_full_match(regexp_extract(v, '^[^eE]*'), '[-+0.]*') THEN 0
    ELSE length(regexp_extract(v, '\.([0-9]*)', 1))
        - length(regexp_extract(replace(regexp_extract(v, '^[^eE]*'), '.', ''), '0*$'))
        - coalesce(try_cast(nullif(regexp_extract(v, '[eE](.*)$', 1), '') AS INTEGER), 0)
    END;

-- the same number without its exponent; a cast of '1e-7' is exact, one of '0.00000000000000000001e5' is not
CREATE OR REPLACE TEMP MACRO shifted(digits, scale) AS
    CASE WHEN scale <= 0 THEN digits || repeat('0', -scale)
         ELSE left(lpad(digits, greatest(length(digits), scale + 1)::INTEGER, '0'), -scale) || '.'
              || right(lpad(digits, greatest(length(digits), scale + 1)::INTEGER, '0'), scale) END;
CREATE OR REPLACE TEMP MACRO without_exponent(v) AS
    CASE WHEN contains(lower(v), 'e') THEN list_transform(
        [{'digits': replace(regexp_extract(v, '^[+-]?([0-9.]+)', 1), '.', ''),
          'scale': length(regexp_extract(v, '\.([0-9]*)', 1)) - try_cast(regexp_extract(v, '[eE](.*)$', 1) AS INTEGER)}],
        lambda n: regexp_extract(v, '^[+-]') || shifted(n.digits, n.scale))[1]
    ELSE v END;

-- the slow way, right for everything: more than 18 decimals that are not zeros are refused instead of rounded. Numbers end below
-- 10^18, a hundredth of what DECIMAL(38,18) holds: what a layout adds up of a line then fits, whatever stands in it
CREATE OR REPLACE TEMP MACRO odd_number_of(v) AS
    CASE WHEN is_number(v) AND decimals_of(v) <= 18 THEN try_cast(without_exponent(v) AS DECIMAL(36,18))::DECIMAL(38,18) END;

-- the fast way: plain digits, up to 18 decimals; eleven to eighteen by whole and broken part apart, each narrow
CREATE OR REPLACE TEMP MACRO narrow_number_of(v) AS
    CASE
        WHEN contains(v, 'e') OR contains(v, 'E') OR contains(v, '_') OR length(v) - strpos(v, '.') > 18 THEN NULL
        WHEN strpos(v, '.') = 0 THEN try_cast(v AS DECIMAL(18,0))::DECIMAL(38,18)
        WHEN length(v) - strpos(v, '.') <= 4 THEN try_cast(v AS DECIMAL(18,4))::DECIMAL(38,18)
        WHEN length(v) - strpos(v, '.') <= 10 THEN try_cast(v AS DECIMAL(18,10))::DECIMAL(38,18)
        WHEN starts_with(v, '-') THEN try_cast(split_part(v, '.', 1) AS DECIMAL(18,0))::DECIMAL(38,18)
            - try_cast('.' || split_part(v, '.', 2) AS DECIMAL(18,18))::DECIMAL(38,18)
        ELSE try_cast(split_part(v, '.', 1) AS DECIMAL(18,0))::DECIMAL(38,18)
            + try_cast('.' || split_part(v, '.', 2) AS DECIMAL(18,18))::DECIMAL(38,18)
    END;

-- a number as spreadsheets and exchanges write it, exponents included; no thousands separators
CREATE OR REPLACE TEMP MACRO number_of(v) AS coalesce(narrow_number_of(v), odd_number_of(v));

-- the same number without its commas, where they can only be thousands: '1,250.00', '1,234,567'; '1,234' may be one and a bit
CREATE OR REPLACE TEMP MACRO without_thousands(v) AS CASE WHEN NOT contains(v, ',') THEN v
    WHEN regexp_full_match(v, '[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3}){2,}') THEN replace(v, ',', '') END;

-- a number with a decimal comma as one with a point; points that stood between thousands become commas
CREATE OR REPLACE TEMP MACRO pointed(v) AS translate(v, '.,', ',.');

CREATE OR REPLACE TEMP MACRO number_trouble(v) AS
    CASE WHEN regexp_full_match(v, '[+-]?[0-9]{1,3}[,.][0-9]{3}') THEN 'thousands, or a decimal comma: the file does not show which'
         WHEN NOT is_number(v) THEN 'not a number'
         WHEN decimals_of(v) > 18 THEN 'more than 18 decimals'
         ELSE 'out of range' END;

-- '1,250.00' without its thousands separators, which must stand between threes: '1,25' may be a decimal comma, no number
CREATE OR REPLACE TEMP MACRO ungrouped(v) AS
    CASE WHEN NOT contains(v, ',') THEN v
         WHEN regexp_full_match(v, '[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?') THEN replace(v, ',', '') END;

CREATE OR REPLACE TEMP MACRO grouped_number_of(v) AS number_of(ungrouped(v));

-- the number in '€3,343.11', '-$5.00', '1,250.5 Kč', '($370)': a currency on either side, its sign before or behind it, or brackets
CREATE OR REPLACE TEMP MACRO money_digits(v) AS
    CASE WHEN regexp_full_match(v, '\([^-+0-9.,]*[0-9.][0-9.,]*[^-+0-9.,]*\)') THEN '-' || regexp_extract(v, '[0-9.][0-9.,]*')
         WHEN regexp_full_match(v, '([+-]?[^-+0-9.,]*|[^-+0-9.,]+[+-])[0-9.][0-9.,]*([eE][+-]?[0-9]+)?[^-+0-9.,]*')
         THEN regexp_extract(v, '^[^0-9]*?([+-])', 1) || regexp_extract(v, '[0-9.][0-9.,]*([eE][+-]?[0-9]+)?') END;

-- the currency in '£1,234.56', '50.00 SEK', 'USD 5': a code, or a sign that only one currency has ('¥' has two)
CREATE OR REPLACE TEMP MACRO cash_sign(sign) AS CASE
    WHEN regexp_full_match(sign, '[A-Za-z]{3,6}') THEN upper(sign)
    ELSE MAP {'$': 'USD', 'US$': 'USD', '€': 'EUR', '£': 'GBP', 'Kč': 'CZK', 'zł': 'PLN', '₿': 'BTC', '₹': 'INR', '₩': 'KRW', 'C$': 'CAD',
              'CA$': 'CAD', 'A$': 'AUD', 'AU$': 'AUD', 'HK$': 'HKD', 'NZ$': 'NZD', 'S$': 'SGD', 'R$': 'BRL', 'Ft': 'HUF', '₺': 'TRY', '฿': 'THB',
              '₴': 'UAH', '₦': 'NGN', '₪': 'ILS', '₱': 'PHP', '₫': 'VND'}[sign] END;
CREATE OR REPLACE TEMP MACRO cash_asset(v) AS cash_sign(trim(regexp_replace(v, '[-+0-9., ' || chr(160) || ']', '', 'g')));

-- a cell below a column of one asset, as an accountant writes it: '(0.05 BTC)' is negative
CREATE OR REPLACE TEMP MACRO per_asset_text(v, asset) AS
    regexp_replace(regexp_replace(without_blanks(v), '^\((.*)\)$', '-\1'), '\s*' || regexp_escape(asset) || '$', '');

-- '1.23457E+17': what a spreadsheet leaves of a long number
CREATE OR REPLACE TEMP MACRO is_damaged_id(v) AS contains(upper(v), 'E+') AND regexp_full_match(upper(v), '[0-9]([.,][0-9]+)?E\+[0-9]+');

-- a * b to 18 digits, NULL where it does not fit: two (38,18) cannot be multiplied, their whole and broken parts can
CREATE OR REPLACE TEMP MACRO exact_product(a, b) AS (
    try_cast(try_cast(trunc(a) AS DECIMAL(18,0)) * try_cast(trunc(b) AS DECIMAL(18,0)) AS DECIMAL(38,18))
    + try_cast(try_cast(trunc(a) AS DECIMAL(18,0)) * (b - trunc(b))::DECIMAL(18,18) AS DECIMAL(38,18))
    + try_cast((a - trunc(a))::DECIMAL(18,18) * try_cast(trunc(b) AS DECIMAL(18,0)) AS DECIMAL(38,18))
    + ((a - trunc(a))::DECIMAL(18,18) * (b - trunc(b))::DECIMAL(18,18))::DECIMAL(38,18)
);

-- [base, quote] of a pair: by its separator, else by the first of these quotes that it ends with; NULL where neither is
CREATE OR REPLACE TEMP MACRO quote_in(pair, quotes) AS
    list_filter(quotes, lambda quote: ends_with(upper(pair), quote) AND length(pair) > length(quote))[1];
CREATE OR REPLACE TEMP MACRO split_pair(pair, quotes) AS CASE
    WHEN regexp_full_match(pair, '[^-/_]+[-/_][^-/_]+') THEN regexp_split_to_array(upper(pair), '[-/_]')
    WHEN quote_in(pair, quotes) IS NOT NULL THEN [left(upper(pair), length(pair) - length(quote_in(pair, quotes))), quote_in(pair, quotes)] END;

-- '0.05BTC', '1,250.00USDT', '600 USDT', '1.5': a number (head) with its asset behind it (tail). Assets may begin with digits:
-- then the pair that the line is about decides where the number ends; without one, codes that nothing else resembles.
CREATE OR REPLACE TEMP MACRO glued_head(v) AS regexp_extract(v, '^[+-]?[0-9,]*\.?[0-9]+([eE]-[0-9]+)?');

CREATE OR REPLACE TEMP MACRO is_end_of(code, pair) AS
    length(code) < length(pair) AND (starts_with(upper(pair), upper(code)) OR ends_with(upper(pair), upper(code)));

-- most lines tell an asset of the other end of the pair, or of none: one look tells these
CREATE OR REPLACE TEMP MACRO code_in_pair(head, tail, pair) AS
    CASE WHEN contains(upper(pair), right(head, 1) || upper(tail)) THEN list_filter(
        list_transform([7, 6, 5, 4, 3, 2, 1], lambda n: right(head, n) || tail),
        lambda code: regexp_matches(code, '^[0-9]') AND NOT contains(code, '.') AND NOT contains(code, ',') AND is_end_of(code, pair)
    )[1] END;

CREATE OR REPLACE TEMP MACRO known_code(head, tail) AS
    CASE WHEN regexp_matches(tail, '(INCH|MBABYDOGE|SATS|CHEEMS|CAT|X|Z)$')
         THEN nullif(regexp_extract(head || tail, '(1INCH|1MBABYDOGE|1000SATS|1000CHEEMS|1000CAT|1000X|2Z)$'), '') END;

-- '1' of 1INCHUSDT, '' of BTC/USDT and where there is no pair; NULL where digits stand elsewhere, or small letters
CREATE OR REPLACE TEMP MACRO leading_digits(pair) AS
    CASE WHEN pair IS NULL THEN '' WHEN regexp_full_match(pair, '[0-9]{0,7}[A-Z/_-]+') THEN regexp_extract(pair, '^[0-9]*') END;

-- the same as glued_asset in a tenth of the time for most cells: capital letters behind a number; NULL for any other. lead: the
-- pair's leading_digits
CREATE OR REPLACE TEMP MACRO sure_glued_asset(head, tail, pair, lead) AS
    CASE
        WHEN lead IS NULL OR head = '' OR NOT regexp_full_match(tail, '[A-Z]+') THEN NULL
        WHEN lead <> '' AND starts_with(pair, lead || tail) THEN
            CASE WHEN ends_with(head, lead) AND length(lead || tail) < length(pair) THEN lead || tail END
        WHEN ends_with(pair, tail) AND pair <> tail THEN tail
        WHEN regexp_matches(tail, '(INCH|MBABYDOGE|SATS|CHEEMS|CAT|X|Z)$') THEN NULL
        ELSE tail
    END;

CREATE OR REPLACE TEMP MACRO glued_asset(head, tail, pair) AS
    CASE
        WHEN head = '' OR trim(tail) = '' THEN NULL
        WHEN starts_with(tail, ' ') THEN trim(tail)
        WHEN regexp_matches(pair, '[0-9]') THEN coalesce(
            code_in_pair(head, tail, pair), CASE WHEN is_end_of(tail, pair) THEN tail END, known_code(head, tail), tail)
        WHEN pair IS NOT NULL AND is_end_of(tail, pair) THEN tail
        ELSE coalesce(known_code(head, tail), tail)
    END;

-- '10.00G' may be ten of G or 10.0 of 0G: without a pair it is neither
CREATE OR REPLACE TEMP MACRO glued_digits(v, head, tail, asset, pair) AS
    CASE WHEN head = '' OR (pair IS NULL AND tail = 'G' AND ends_with(head, '0')) THEN NULL
         WHEN starts_with(tail, ' ') THEN head
         ELSE left(v, length(v) - length(coalesce(asset, ''))) END;

-- times are believed from 2009 on (the first Bitcoin block); anything else is a misread cell
CREATE OR REPLACE TEMP MACRO believable(t) AS
    CASE WHEN t >= TIMESTAMPTZ '2009-01-01 00:00:00+00' AND t < TIMESTAMPTZ '2100-01-01 00:00:00+00' THEN t END;

-- a clock reading without a zone; a TIMESTAMP cast drops '+01:00' in silence, so nothing may follow the fraction
CREATE OR REPLACE TEMP MACRO clock_of(v) AS
    CASE WHEN length(v) = 19 AND v[14] = ':' AND v[17] = ':' AND v[3] <> '.' THEN try_cast(v AS TIMESTAMP)
         WHEN regexp_full_match(v, '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?') THEN try_cast(v AS TIMESTAMP)
         -- whoever writes points between them puts the day first
         WHEN regexp_full_match(v, '[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?') THEN coalesce(
             try_strptime(v, '%d.%m.%Y %H:%M:%S'), try_strptime(v, '%d.%m.%Y %H:%M'))
    END;

-- the commonest way to write it, told from all others in a seventh of the time; NULL for any other
CREATE OR REPLACE TEMP MACRO plain_clock(v) AS CASE WHEN v LIKE '____-__-__ __:__:__' THEN try_cast(v AS TIMESTAMP) END;

CREATE OR REPLACE TEMP MACRO clock_as_utc(t) AS make_timestamptz(epoch_us(t));

-- minutes east of UTC that a suffix says: Z, UTC, GMT, +01:00, +0100, +01, UTC+1; NULL for anything else
CREATE OR REPLACE TEMP MACRO suffix_minutes(s) AS
    CASE WHEN upper(s) IN ('Z', 'UTC', 'GMT') THEN 0
         WHEN regexp_full_match(s, '(?i)(UTC|GMT)?[+-][0-9]{1,2}(:?[0-9]{2})?')
         THEN (CASE WHEN contains(s, '-') THEN -1 ELSE 1 END) * (
             60 * try_cast(regexp_extract(s, '[+-]([0-9]{1,2})', 1) AS INTEGER)
             + coalesce(try_cast(nullif(regexp_extract(s, '[+-][0-9]{2}:?([0-9]{2})$', 1), '') AS INTEGER), 0)) END;

CREATE OR REPLACE TEMP MACRO clock_text(v) AS
    regexp_extract(v, '^[0-9/-]+[ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?');

-- the two suffixes that are most common, taken off
CREATE OR REPLACE TEMP MACRO without_utc(v) AS
    CASE WHEN ends_with(v, 'Z') THEN left(v, length(v) - 1) WHEN ends_with(v, ' UTC') THEN left(v, length(v) - 4) END;

CREATE OR REPLACE TEMP MACRO suffixed_time_of(v) AS list_transform([clock_text(v)], lambda clock:
    clock_as_utc(clock_of(clock) - to_minutes(suffix_minutes(trim(v[length(clock) + 1:])))))[1];

-- a time in UTC unless a suffix says otherwise; utc: the same text without_utc, NULL where it has another suffix or none. Not yet
-- believed, like the next two
CREATE OR REPLACE TEMP MACRO moment_of(v, utc) AS coalesce(
    clock_as_utc(plain_clock(v)), clock_as_utc(clock_of(coalesce(utc, v))), suffixed_time_of(v));

-- the same with another zone for times that have no suffix: an IANA name, or minutes east of UTC
CREATE OR REPLACE TEMP MACRO moment_in(v, utc, zone) AS
    coalesce(clock_as_utc(clock_of(utc)), timezone(zone, coalesce(plain_clock(v), clock_of(v))), suffixed_time_of(v));
CREATE OR REPLACE TEMP MACRO moment_east(v, utc, minutes) AS
    coalesce(clock_as_utc(clock_of(utc)), make_timestamptz(epoch_us(coalesce(plain_clock(v), clock_of(v))) - minutes * 60000000::BIGINT),
        suffixed_time_of(v));

-- seconds or milliseconds since 1970, exact to the microsecond; finer digits are cut off as a clock would
CREATE OR REPLACE TEMP MACRO unix_of(v, digits, unit) AS
    believable(make_timestamptz(CASE
        WHEN regexp_full_match(v, '[0-9]{9,13}(\.[0-9]*)?') THEN
            split_part(v, '.', 1)::BIGINT * unit + rpad(split_part(v, '.', 2), digits, '0')::BIGINT END));
CREATE OR REPLACE TEMP MACRO unix_s_of(v) AS unix_of(v, 6, 1000000);
CREATE OR REPLACE TEMP MACRO unix_ms_of(v) AS unix_of(v, 3, 1000);

-- What many exports share: currencies of states, words for what became of a movement, pairs, prices times quantities.

CREATE OR REPLACE TEMP MACRO is_fiat(code) AS upper(code) IN (
    'AED', 'ARS', 'AUD', 'BGN', 'BRL', 'CAD', 'CHF', 'CLP', 'CNY', 'COP', 'CZK', 'DKK', 'EUR', 'GBP', 'HKD', 'HUF', 'IDR', 'ILS', 'INR',
    'ISK', 'JPY', 'KES', 'KRW', 'KZT', 'MXN', 'MYR', 'NGN', 'NOK', 'NZD', 'PEN', 'PHP', 'PLN', 'RON', 'RUB', 'SAR', 'SEK', 'SGD', 'THB',
    'TRY', 'TWD', 'UAH', 'UGX', 'USD', 'VND', 'ZAR', 'ZMW');

-- of one asset exchanged for another at the exchange's own price
CREATE OR REPLACE TEMP MACRO swap_kind(given, taken) AS CASE WHEN is_fiat(given) OR is_fiat(taken) THEN 'trade' ELSE 'conversion' END;

-- what became of a deposit or withdrawal: 'done', 'nothing' (no balance changed), 'open' (may still end either way); NULL: unknown word
CREATE OR REPLACE TEMP MACRO fate_of(status) AS CASE
    WHEN lower(trim(status)) IN ('complete', 'completed', 'confirmed', 'credited', 'credited successfully', 'distributed', 'done', 'finished',
                                 'ok', 'processed', 'settled', 'success', 'successful', 'withdrawal successful') THEN 'done'
    WHEN lower(trim(status)) IN ('canceled', 'cancelled', 'declined', 'denied', 'error', 'expired', 'fail', 'failed', 'failure', 'invalid',
                                 'refunded', 'refused', 'rejected', 'returned', 'unsuccessful', 'withdrawal failed') THEN 'nothing'
    WHEN lower(trim(status)) IN ('awaiting approval', 'confirming', 'in progress', 'new', 'on hold', 'open', 'pending', 'processing',
                                 'reviewing', 'under review', 'unconfirmed', 'waiting', 'waiting for confirmation') THEN 'open' END;

-- one event of the two sides of a move between an owner's wallets, where the exchange tells each apart and has no id for both: one
-- second, asset and amount. A side that stands alone is an event of its own
CREATE OR REPLACE TEMP MACRO moved_event(at_time, asset, amount) AS
    'moved:' || epoch_ms(at_time) // 1000 || '/' || asset || '/' || rtrim(rtrim(abs(amount)::VARCHAR, '0'), '.');

-- [base, quote] of 'BTC/USDT', 'BTC_USDT', 'BTCUSDT' where the exchange lists no markets: the quotes that trading is done in
CREATE OR REPLACE TEMP MACRO pair_of(pair) AS split_pair(pair, ['USDT', 'USDC', 'FDUSD', 'TUSD', 'BUSD', 'USDE', 'USD1', 'BTC', 'ETH', 'EUR',
    'USD', 'GBP', 'TRY', 'BRL', 'DAI', 'BNB', 'TRX', 'JPY', 'KRW']);

-- an amount cut to so many digits after its point, as exchanges round what they charge
CREATE OR REPLACE TEMP MACRO cut_to(amount, digits) AS trunc(amount, digits)::DECIMAL(38,18);

-- a clock reading in a zone that its row names; NULL where the name is no zone
CREATE OR REPLACE TEMP MACRO in_named_zone(zone, clock) AS
    CASE WHEN zone IN (SELECT name FROM pg_timezone_names()) THEN timezone(zone, clock) END;
CREATE OR REPLACE TEMP MACRO moment_in_named(v, utc, zone) AS
    coalesce(clock_as_utc(clock_of(utc)), in_named_zone(zone, clock_of(v)), suffixed_time_of(v));

-- 'Sept. 5' as 'Sep. 5'
CREATE OR REPLACE TEMP MACRO short_months(v) AS replace(replace(v, 'Sept.', 'Sep.'), 'Sept ', 'Sep ');
