"""Exchanges on loopback that speak the real wire formats, with switchable failures and scalable time.

    with Sandbox(time_scale=100) as sandbox:
        account = sandbox.add_account("kraken", "kraken-main", seed=1, size=500)
        ...                                                # read it with account.credentials at sandbox.url
        sandbox.switch("kraken-main", "revoked", after_calls=20)
        sandbox.grow("kraken-main", 30)
        account.history.balances()                         # what any reading must come to

`history` holds what truly happened, `generate` makes it up, `flavours` and `habits` say what people do where. A room
(`kraken.py`, ...) renders it as its exchange would and is listed in `register.py`; what all rooms share is in `room.py`.
Rooms are written from the exchanges' documentation, never from `connectors/`: a misunderstanding must not sit in both.
"""
