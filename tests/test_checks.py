"""Each check: a case that must trip it, and one like it that must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.any_ccxt.exchange import NOT_IMPORTED
from store.lake import Lake
from tests.checked_lakes import NOW, START, add_connection, cover, day, failed, find, findings, move, report, upload
from tests.mixtures import memory_lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """The lake's tables in memory, with one connection that is whole and well."""
    lake = memory_lake(tmp_path / "home")
    add_connection(lake, "well")
    move(lake, "well", [(1, "BTC", "2"), (2, "BTC", "-0.5")])
    report(lake, "well", 99, BTC="1.5")
    yield lake
    lake.close()


def test_a_lake_in_order_passes_every_check(lake: Lake) -> None:
    assert failed(lake) == []


def test_a_connection_that_has_not_answered_for_longer_than_its_limit_is_stale(lake: Lake) -> None:
    add_connection(lake, "late", synced=NOW - timedelta(hours=25))
    add_connection(lake, "slow", synced=NOW - timedelta(hours=25))
    lake.con.execute("""UPDATE lake.ops.connections SET settings = '{"stale_after_hours": 48}' WHERE connection = 'slow'""")
    add_connection(lake, "closed", synced=NOW - timedelta(hours=25))
    lake.con.execute("UPDATE lake.ops.connections SET frozen_at = ? WHERE connection = 'closed'", [NOW - timedelta(hours=25)])
    (late,) = failed(lake, "stale")
    assert (late.check, late.connection, late.metric, late.value, late.threshold) == (
        "stale", "late", "hours_since_success", 25, 24,
    )  # fmt: skip
    assert findings(lake) == [("late", "stale", "late")]


def test_time_that_nobody_has_read_is_a_gap(lake: Lake) -> None:
    add_connection(lake, "holed", synced=None)
    lake.con.execute("UPDATE lake.ops.connections SET last_success_at = ? WHERE connection = 'holed'", [NOW])
    cover(lake, "holed", START, day(10))
    cover(lake, "holed", day(12), NOW)
    (holed,) = failed(lake, "open_gaps")
    assert (holed.check, holed.connection, holed.value) == ("open_gaps", "holed", 1)
    cover(lake, "holed", day(10), day(12), basis="owner")
    assert failed(lake, "open_gaps") == []
    assert findings(lake) == []


def test_a_reported_balance_that_the_transactions_do_not_make_is_told_with_the_moment_they_parted(lake: Lake) -> None:
    add_connection(lake, "short")
    move(lake, "short", [(1, "BTC", "1"), (1, "ETH", "3"), (20, "BTC", "0.25")])
    report(lake, "short", 10, BTC="1", ETH="3")
    report(lake, "short", 30, BTC="1.5", ETH="3")
    report(lake, "short", 99, BTC="1.5", ETH="3")
    (short,) = failed(lake, "balances")
    assert (short.check, short.connection, short.value) == ("balances", "short", 1)
    evidence = "SELECT from_at, json_keys(evidence), evidence->>'$.BTC.reported', (evidence->>'$.BTC.parted_at')::TIMESTAMPTZ"
    told = lake.con.execute(f"{evidence} FROM lake.ops.findings WHERE resolved_at IS NULL").fetchall()
    assert [(row[0], row[1], float(row[2]), row[3]) for row in told] == [(day(10), ["BTC"], 1.5, day(30))]


def test_balances_that_differ_name_what_may_be_why(lake: Lake) -> None:
    for name, exchange in (("mine", "bitstamp"), ("whole", "kraken")):
        add_connection(lake, name, exchange=exchange)
        move(lake, name, [(1, "BTC", "1")])
        report(lake, name, 99, BTC="1.5")
    words = f"not imported {', '.join(sorted(NOT_IMPORTED))})"
    assert {one.connection: one.saw.endswith(words) for one in failed(lake, "balances")} == {"mine": True, "whole": False}


def test_a_wallet_that_gave_more_than_it_had_is_told_with_the_first_moment(lake: Lake) -> None:
    add_connection(lake, "under")
    move(lake, "under", [(1, "BTC", "1"), (2, "BTC", "-3"), (3, "BTC", "5"), (1, "ETH", "1"), (1, "ETH", "-1")])
    (under,) = failed(lake, "negative_balances")
    assert (under.check, under.value) == ("negative_balances", 1)
    assert findings(lake) == [("under", "negative_balance", "spot BTC")]
    assert lake.con.execute("SELECT from_at FROM lake.ops.findings").fetchall() == [(day(2),)]


def test_lines_that_could_not_be_read_are_counted(lake: Lake) -> None:
    add_connection(lake, "files")
    fates = [("skipped", "pending", None), ("quarantined", None, "no number"), ("quarantined", None, "no number")]
    for line, (fate, rule, why) in enumerate(fates):
        lake.con.execute(
            "INSERT INTO lake.ops.line_fates VALUES ('files', 'up-1', ?, ?, ?, 'amount', 'x', ?)", [line, fate, rule, why]
        )
    lake.con.execute(
        "INSERT INTO lake.ops.uploads BY NAME SELECT 'up-1' AS upload, 'files' AS connection, ?::TIMESTAMPTZ AS from_at",
        [day(5)],
    )
    (files,) = failed(lake, "quarantined_lines")
    assert (files.check, files.value) == ("quarantined_lines", 2)
    assert findings(lake) == [("files", "quarantined", "up-1")]


def test_a_transaction_that_stands_twice_is_counted(lake: Lake) -> None:
    lake.con.execute("INSERT INTO lake.core.transactions FROM lake.core.transactions LIMIT 1")
    assert [(one.metric, one.value) for one in failed(lake, "duplicates")] == [("doubled_transactions", 1), ("stray_legs", 1)]


def test_an_account_that_is_connected_twice_is_told_on_both(lake: Lake) -> None:
    for name in ("one", "same", "another"):
        add_connection(lake, name)
        days = [(n, "BTC", f"{n}.5") for n in range(1, 9)] if name != "another" else [(n, "BTC", "0.5") for n in range(1, 9)]
        move(lake, name, days)
    lake.con.execute("UPDATE lake.core.transactions SET native_id = 'L' || (epoch(occurred_at) // 86400)")
    found = [(one.connection, one.metric, one.value) for one in failed(lake, "duplicates")]
    assert found == [("one", "shared_transactions", 8), ("same", "shared_transactions", 8)]


def test_a_file_that_was_pasted_together_repeats_itself_and_equal_fills_do_not(lake: Lake) -> None:
    add_connection(lake, "twice", exchange="binance")
    lines = [(n, "BTC", f"{n}") for n in range(30)]
    upload(lake, "twice", [*lines, *lines[10:22]])
    add_connection(lake, "wholly", exchange="binance")
    upload(lake, "wholly", lines[:4] * 2)
    add_connection(lake, "short", exchange="binance")
    upload(lake, "short", lines[:2] * 2)
    add_connection(lake, "pairs", exchange="binance")
    upload(lake, "pairs", [line for line in lines[:2] for _ in range(2)])
    add_connection(lake, "fills", exchange="binance")
    upload(lake, "fills", [line for line in lines for _ in range(1 + (line[0] % 3 > 0))])
    assert [(one.connection, one.metric, one.value) for one in failed(lake, "duplicates")] == [
        ("short", "wholly_repeated_files", 1), ("twice", "repeated_instants", 12), ("wholly", "wholly_repeated_files", 1),
    ]  # fmt: skip
    assert findings(lake) == [(name, "duplicates", "up-1") for name in ("short", "twice", "wholly")]


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("out_of_time", "occurred_at = now() + INTERVAL 2 DAY"),
        ("out_of_time", "occurred_at = TIMESTAMPTZ '1970-01-01 00:00:00+00'"),
        ("empty", "legs = 0"),
        ("fee_above", "fee_asset = 'BTC', fee_amount = 3"),
        ("price_apart", "side = 'buy', out_asset = 'EUR', out_amount = 100, price = 500"),
        ("price_apart", "price = 0"),
    ],
)
def test_a_transaction_that_can_hardly_be_so_is_told(lake: Lake, metric: str, told: str) -> None:
    lake.con.execute(f"UPDATE lake.core.transactions SET {told} WHERE in_amount = 2")
    assert [(one.metric, one.value) for one in failed(lake, "implausible")] == [(metric, 1)]


def test_an_odd_but_possible_transaction_is_not_told(lake: Lake) -> None:
    possible = (
        "side = 'buy', out_asset = 'EUR', out_amount = 100, price = 50.1, fee_asset = 'BTC', fee_amount = 2",
        "kind = 'withdrawal', fee_asset = 'BTC', fee_amount = 3",  # a small withdrawal may cost more than it moves
    )
    for told in possible:
        lake.con.execute(f"UPDATE lake.core.transactions SET {told} WHERE in_amount = 2")
        assert failed(lake, "implausible") == []


@pytest.mark.parametrize(
    ("code", "known"), [("btc", False), ("XBTC", False), ("DOT.S", False), ("1INCH", True), ("ZETA", True)]
)
def test_a_code_that_is_no_asset_is_told(lake: Lake, code: str, known: bool) -> None:
    move(lake, "well", [(3, code, "1")])
    assert [one.metric for one in failed(lake, "implausible")] == ([] if known else ["unknown_assets"])


def test_rows_that_the_exchange_changed_or_lost_are_told_for_a_while(lake: Lake) -> None:
    find(lake, "well", "row_changed", days_ago=3)
    find(lake, "well", "row_vanished", days_ago=60)
    assert [(one.metric, one.value) for one in failed(lake, "rows_changed")] == [("changed_rows", 1), ("vanished", 1)]
    lake.con.execute("UPDATE lake.ops.findings SET found_at = found_at - INTERVAL 30 DAY")
    failed(lake, "rows_changed")
    assert [(one.metric, one.value) for one in failed(lake, "rows_changed")] == [("vanished", 1)]


def test_sources_that_contradict_each_other_are_told_and_roundings_are_not(lake: Lake) -> None:
    find(lake, "well", "rounded_twice")
    assert failed(lake, "sources_disagree") == []
    find(lake, "well", "api_did_not_return")
    assert [(one.metric, one.value) for one in failed(lake, "sources_disagree")] == [("disagreements", 1)]


def test_a_kind_that_nobody_knows_is_told_and_krakens_own_vagueness_is_not(lake: Lake) -> None:
    move(lake, "well", [(4, "BTC", "1")], kind="other", source_type="transfer")
    assert failed(lake, "understood") == []
    move(lake, "well", [(5, "BTC", "1"), (6, "BTC", "1")], kind="other", source_type="moonshot")
    assert [(one.metric, one.value) for one in failed(lake, "understood")] == [("not_understood", 2)]
    assert findings(lake) == [("well", "not_understood", "moonshot")]


def test_what_went_to_a_part_that_is_not_imported_is_told_and_named_beside_completeness(lake: Lake) -> None:
    move(lake, "well", [(4, "BTC", "-1"), (9, "BTC", "1")], kind="transfer", source_type="transfer/spottostaking")
    assert failed(lake, "not_imported") == []
    move(lake, "well", [(5, "BTC", "-1"), (6, "BTC", "1")], kind="transfer", source_type="transfer/spottofutures")
    assert [(one.metric, one.value) for one in failed(lake, "not_imported")] == [("parts_used", 1)]
    assert findings(lake) == [("well", "not_imported", "Kraken Futures")]
    (notes,) = lake.con.execute("SELECT notes FROM lake.main.completeness WHERE connection = 'well'").fetchone() or ("",)
    assert notes == f"not imported, though used since {day(5):%Y-%m-%d}: Kraken Futures"
    add_connection(lake, "futures", exchange="krakenfutures")
    assert failed(lake, "not_imported") == []


@pytest.fixture
def by_files(lake: Lake) -> Lake:
    """With an account that two files tell: twice a day something, but nothing from the 30th to the 60th day and from the 80th on."""
    add_connection(lake, "quiet", synced=None)
    move(lake, "quiet", [(first + n / 2, "BTC", "1") for first, moves in ((0, 61), (60, 41)) for n in range(moves)])
    return lake


@pytest.mark.parametrize(
    ("vouched", "proven", "found"),
    [
        ([(32, 55)], [], [(32, 55)]),
        ([(0, 40), (40, 100)], [], [(30, 60)]),  # two files that follow each other
        ([(0, 41), (48, 100)], [], [(30, 41), (48, 60)]),
        ([(58, 99)], [], []),  # two of its days, and what comes after the last movement, are no silence
        ([(0, 100)], [(0, 100)], []),
        ([(0, 100)], [(70, 100)], [(30, 60)]),
    ],
)
def test_a_long_silence_is_told_only_where_it_rests_on_the_owners_word(
    by_files: Lake, vouched: list[tuple[int, int]], proven: list[tuple[int, int]], found: list[tuple[int, int]]
) -> None:
    for basis, stretches in (("owner", vouched), ("paged", proven)):
        for start, end in stretches:
            cover(by_files, "quiet", day(start), day(end), basis=basis)
    longest = max((end - start for start, end in found), default=0)
    assert [(one.connection, one.value) for one in failed(by_files, "silence")] == [("quiet", longest)] * bool(found)
    told = "SELECT kind, from_at, to_at FROM lake.ops.findings ORDER BY from_at"
    assert by_files.con.execute(told).fetchall() == [("coverage_hole", day(start), day(end)) for start, end in found]


def test_a_silence_spoils_no_more_than_its_own_time(by_files: Lake) -> None:
    cover(by_files, "quiet", START, day(90), basis="owner")
    cover(by_files, "quiet", day(90), NOW)
    assert len(failed(by_files, "silence")) == 1
    spoilers = "SELECT from_at, to_at FROM lake.core.spoilers WHERE connection = 'quiet' AND NOT fresh"
    assert by_files.con.execute(spoilers).fetchall() == [(day(30), day(60))]
    move(by_files, "quiet", [(30 + n / 2, "BTC", "1") for n in range(60)], wallet="found")
    assert failed(by_files, "silence") == []
    assert by_files.con.execute(spoilers).fetchall() == []


def page(lake: Lake, name: str, days_ago: float, body: str) -> None:
    at = NOW - timedelta(days=days_ago)
    lake.con.execute(
        "INSERT INTO lake.raw.pages BY NAME SELECT ? || ? AS page, ? AS connection, 'kraken/ledger_api' AS layout, 'ledger' AS stream,"
        " ? AS fetched_at, 1 AS row_count, ? AS body",
        [name, str(days_ago), name, at, body],
    )


def test_an_answer_that_changes_its_fields_is_told_and_one_with_other_rows_is_not(lake: Lake) -> None:
    add_connection(lake, "drifts")
    for name in ("well", "drifts"):
        for days in (1, 2, 3, 20, 21, 22):
            field = "amount_value" if name == "drifts" and days < 7 else "amount"
            some = ', "network": {"hash": "ab"}' if days > 7 else ', "staking": {"rate": "1"}'
            rows = (
                f'"L{days}AB-C{n}": {{"{field}": "1", "asset": "XXBT", "parts": [{{"n": 1}}]{some if n else ""}}}'
                for n in range(8)
            )
            page(lake, name, days, f'{{"result": {{"ledger": {{{", ".join(rows)}}}}}}}')
    assert [(one.connection, one.value) for one in failed(lake, "schema_drift")] == [("drifts", 2)]
    told = lake.con.execute("SELECT json_keys(evidence) FROM lake.ops.findings").fetchall()
    assert told == [(["kraken/ledger_api: gone amount", "kraken/ledger_api: new amount_value"],)]


def test_two_ends_of_a_transfer_that_did_not_meet_are_told_whether_or_not_anything_was_published(lake: Lake) -> None:
    for name in ("from", "to", "theirs"):
        add_connection(lake, name)
    lake.con.execute("UPDATE lake.ops.connections SET owner = 'another' WHERE connection = 'theirs'")
    move(lake, "from", [(5, "BTC", "-1"), (20, "BTC", "-4"), (40, "EUR", "-100")], kind="withdrawal")
    move(lake, "to", [(5.1, "BTC", "0.999"), (30, "BTC", "1"), (40.5, "EUR", "99")], kind="deposit")
    move(lake, "theirs", [(20.1, "BTC", "3.9")], kind="deposit")
    assert failed(lake, "transfers") == []
    move(lake, "to", [(20.2, "BTC", "3.85")], kind="deposit")
    assert [(one.connection, one.value) for one in failed(lake, "transfers")] == [("from", 1)]
    told = lake.con.execute("SELECT from_at, json_keys(evidence) FROM lake.ops.findings WHERE kind = 'unmatched_transfer'")
    assert told.fetchall() == [(day(20), ["4 BTC to to"])]
