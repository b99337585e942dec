-- Exodus writes some coins with the network they are on: BNBBSC, USDTTRX.

CREATE OR REPLACE TEMP MACRO exodus_asset(code) AS coalesce(nullif(regexp_extract(upper(trim(code)),
    '^(BNB|ETH|USDT|USDC|DAI|MATIC|POL|AVAX|WETH|WBTC)(BSC|BEP20|ETH|ERC20|TRX|TRC20|SOL|SPL|ARB|ARBITRUM|BASE|OP|OPTIMISM|MATIC|POLYGON|AVAXC|FTM)$', 1), ''),
    upper(trim(code)));
