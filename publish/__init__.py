"""From transactions to prices, lots and gains: reads the lake, asks for prices, lets `transforms/` reckon, has `store/` write."""
