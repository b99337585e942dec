-- One word by which an exchange books what went to a part of it that is not imported, or came from there.
CREATE OR REPLACE VIEW lake.core.elsewhere AS
SELECT * FROM (VALUES
    ('coinbase', 'exchange_deposit', 'Coinbase Exchange'),
    ('coinbase', 'exchange_withdrawal', 'Coinbase Exchange'),
    ('coinbase', 'intx_deposit', 'Coinbase International'),
    ('coinbase', 'intx_withdrawal', 'Coinbase International'),
    ('coinbase', 'prime_deposit', 'Coinbase Prime'),
    ('coinbase', 'prime_withdrawal', 'Coinbase Prime'),
    ('coinbase', 'pro_deposit', 'Coinbase Pro'),
    ('coinbase', 'pro_withdrawal', 'Coinbase Pro'),
    ('kraken', 'transfer/spotfromfutures', 'Kraken Futures'),
    ('kraken', 'transfer/spottofutures', 'Kraken Futures')
) AS e(exchange, word, part);

-- One part of an exchange that is not imported, and may hold something of this connection's owner. by_right: the exchange says that
-- the key may use it; else nothing there is ever read, because the exchange has no room of its own and is read through ccxt.
-- Rights are in the exchanges' words, compared by how they begin (Bybit's: 'ContractTrade: Order (read and write)').
CREATE OR REPLACE VIEW lake.core.not_imported AS
WITH rights AS (
    SELECT connection, exchange, unnest(from_json(rights, '["VARCHAR"]')) AS name FROM lake.ops.connections
)
SELECT DISTINCT r.connection, n.part, true AS by_right
FROM rights r JOIN (VALUES
    ('binance', 'enableFutures', 'futures'),
    ('binance', 'enableMargin', 'margin'),
    ('binance', 'enablePortfolioMarginTrading', 'portfolio margin'),
    ('binance', 'enableVanillaOptions', 'options'),
    ('bitfinex', 'funding', 'lending'),
    ('bitfinex', 'positions', 'margin and derivatives'),
    ('bybit', 'ContractTrade', 'futures'),
    ('bybit', 'CopyTrading', 'copy trading'),
    ('bybit', 'Derivatives', 'futures'),
    ('bybit', 'Earn', 'earn'),
    ('bybit', 'Options', 'options'),
    ('kucoin', 'Earn', 'earn'),
    ('kucoin', 'Futures', 'futures'),
    ('kucoin', 'Margin', 'margin')
) AS n(exchange, word, part) ON n.exchange = r.exchange AND starts_with(r.name, n.word)
UNION ALL
SELECT c.connection, n.part, false
FROM lake.ops.connections c, (VALUES
    ('rewards, conversions, interest and rebates'), ('margin and derivatives'), ('sub-accounts')
) AS n(part)
WHERE c.exchange NOT IN ('binance', 'coinbase', 'kraken') AND coalesce(c.rights, '[]') <> '[]';
