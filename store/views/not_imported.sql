-- One word by which an exchange books what went to another part of it, or came from there. own: the exchange under which that part
-- is connected by its files; NULL where its exports are not read.
CREATE OR REPLACE VIEW lake.core.elsewhere AS
SELECT * FROM (VALUES
    ('coinbase', 'exchange_deposit', 'Coinbase Exchange', 'coinbaseexchange'),
    ('coinbase', 'exchange_withdrawal', 'Coinbase Exchange', 'coinbaseexchange'),
    ('coinbase', 'intx_deposit', 'Coinbase International', NULL),
    ('coinbase', 'intx_withdrawal', 'Coinbase International', NULL),
    ('coinbase', 'prime_deposit', 'Coinbase Prime', 'coinbaseprime'),
    ('coinbase', 'prime_withdrawal', 'Coinbase Prime', 'coinbaseprime'),
    ('coinbase', 'pro_deposit', 'Coinbase Pro', 'coinbaseexchange'),
    ('coinbase', 'pro_withdrawal', 'Coinbase Pro', 'coinbaseexchange'),
    ('kraken', 'transfer/spotfromfutures', 'Kraken Futures', 'krakenfutures'),
    ('kraken', 'transfer/spottofutures', 'Kraken Futures', 'krakenfutures')
) AS e(exchange, word, part, own);

-- One movement to or from a part of an exchange of which its owner has no connection.
CREATE OR REPLACE VIEW lake.core.gone_elsewhere AS
SELECT t.connection, e.part, t.occurred_at
FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
JOIN lake.core.elsewhere e ON e.exchange = c.exchange AND e.word = t.source_type
WHERE t.kind = 'transfer' AND NOT EXISTS (FROM lake.ops.connections o WHERE o.owner = c.owner AND o.exchange = e.own);

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
