-- One standing row that a row of another voice may tell again: same wallet and assets in one step of the coarsest clock.
-- Absent is '' and 0 in here, so that keys compare plainly; `place` orders rows by what they say.
CREATE OR REPLACE TEMP TABLE contest AS
WITH movements AS (
    SELECT *, voice(stands) AS voice, clock(occurred_at, $coarsest) AS coarse, words(stands) AS words
    FROM stands WHERE grain = 'movement' AND match_window IS NULL
),
contested AS (
    SELECT coarse, wallet, out_asset, in_asset FROM movements GROUP BY ALL HAVING min(voice) <> max(voice)
)
SELECT m.u, row_number() OVER (ORDER BY m.occurred_at, m.words, m.source, m.line, m.part) AS place, m.voice,
    CASE WHEN m.row_id IS NULL THEN '' ELSE m.voice END AS speaker,
    m.occurred_at, m.step, m.decimals, m.fee_amount IS NOT NULL AS fee_told, m.wallet,
    coalesce(m.out_asset, '') AS out_asset, coalesce(m.out_amount, 0) AS out_amount,
    coalesce(m.in_asset, '') AS in_asset, coalesce(m.in_amount, 0) AS in_amount,
    coalesce(m.fee_asset, '') AS fee_asset, coalesce(m.fee_amount, 0) AS fee_amount
FROM movements m
JOIN contested c ON c.coarse = m.coarse AND c.wallet = m.wallet
    AND c.out_asset IS NOT DISTINCT FROM m.out_asset AND c.in_asset IS NOT DISTINCT FROM m.in_asset;

-- one voice that a standing row has been told by, with the row that told it; a standing row tells itself. Nothing stands for
-- two rows of one voice.
CREATE OR REPLACE TEMP TABLE held (stands_u BIGINT, u BIGINT, voice VARCHAR);

-- one contested row as a source of this resolution would have told it
CREATE OR REPLACE TEMP MACRO seen_at(at_step, at_decimals, with_fee) AS TABLE
SELECT u, place, step, decimals, fee_told, clock(occurred_at, at_step) AS clock, wallet,
    out_asset, rounded(out_amount, at_decimals) AS out_amount, in_asset, rounded(in_amount, at_decimals) AS in_amount,
    CASE WHEN with_fee THEN fee_asset ELSE '' END AS fee_asset,
    CASE WHEN with_fee THEN rounded(fee_amount, at_decimals) ELSE 0 END AS fee_amount
FROM contest;

-- one file that tells a contested id and has rows without ids as well: those are other rows than the one with the id
CREATE OR REPLACE TEMP TABLE also_told AS
SELECT DISTINCT c.u, 'source ' || s.source AS voice
FROM contest c JOIN (SELECT u, u AS stands_u FROM said UNION ALL FROM folded) f ON f.stands_u = c.u JOIN said s ON s.u = f.u
WHERE c.speaker <> '' AND 'source ' || s.source IN (SELECT voice FROM contest WHERE speaker = '');

SELECT count(*) FROM also_told;
