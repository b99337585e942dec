"""The merge law, case by case: what two or more sources say of the same trades, and what stands."""

from __future__ import annotations

import duckdb
import pytest

from store.merge import rebuild
from tests.merge_sources import (
    BOOKS,
    MINUTE,
    NOW,
    Merged,
    api,
    buy,
    empty_lake,
    everything,
    findings,
    row,
    say,
    standing,
    take_back,
)

BOUGHT = (("out", "USDT", "-10"), ("in", "BTC", "1"), ("fee", "BNB", "-1"))


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    return empty_lake()


def trades(*seconds: str) -> list[tuple[str, str, tuple[tuple[str, str, str], ...]]]:
    return [(second, "trade", BOUGHT) for second in seconds]


def test_identical_fills_in_one_millisecond_are_as_many_as_their_ids(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, "1"), api(0, "2"), api(0, "3")])
    assert standing(lake) == trades("0", "0", "0")


def test_a_file_without_ids_is_folded_into_the_api(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1"), api(0.7, "2")])
    merged = say(lake, "upload", [buy(0), buy(0)])
    assert merged == Merged(new=0, known=2, changed=0, removed=0)
    assert standing(lake) == trades("0.1", "0.7")


def test_the_api_takes_the_place_of_a_file(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0), buy(0)])
    merged = say(lake, "page", [api(0.1, "1"), api(0.7, "2")])
    assert merged == Merged(new=2, known=0, changed=0, removed=2)
    assert standing(lake) == trades("0.1", "0.7")


def test_identical_rows_of_one_file_are_all_kept_and_count_by_the_greatest_of_the_files(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    say(lake, "three", [buy(0), buy(0), buy(0)])
    say(lake, "two", [buy(0), buy(0)])
    assert standing(lake) == trades("0", "0", "0")


def test_the_same_upload_again_changes_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0), buy(5)])
    before = everything(lake)
    assert say(lake, "upload", [buy(0), buy(5)]) == Merged(new=0, known=0, changed=0, removed=0)
    assert everything(lake) == before


def test_the_same_file_under_another_name_adds_rows_and_no_transaction(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0), buy(5)])
    assert say(lake, "again", [buy(5), buy(0)]) == Merged(new=0, known=2, changed=0, removed=0)
    assert standing(lake) == trades("0", "5")
    assert lake.execute("SELECT count(*), count(tx_id), count(DISTINCT tx_id) FROM lake.core.rows").fetchall() == [(4, 4, 2)]


def test_three_resolutions_do_not_make_a_trade_vanish(lake: duckdb.DuckDBPyConnection) -> None:
    """One key coarse enough for all three sources would see one trade in this minute."""
    say(lake, "page", [api(1, "1")])
    say(lake, "seconds", [buy(3)])
    say(lake, "minutes", [buy(3, layout="minutes", step=MINUTE)])
    assert standing(lake) == trades("1", "3")


def test_a_layout_without_a_fee_column_doubles_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "feeless", [buy(0, layout="feeless", fee_asset=None, fee_amount=None)])
    assert standing(lake) == trades("0.1")


def test_an_unknown_fee_is_filled_by_the_file_that_tells_it(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1", fee_asset=None, fee_amount=None)])
    merged = say(lake, "upload", [buy(0)])
    assert merged == Merged(new=0, known=0, changed=1, removed=0)
    assert standing(lake) == trades("0.1")


def test_no_fee_is_not_an_unknown_fee(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1", fee_asset=None, fee_amount="0")])
    say(lake, "upload", [buy(0)])
    assert standing(lake) == [("0", "trade", BOUGHT), ("0.1", "trade", BOUGHT[:2])]


def test_a_file_in_which_only_some_fees_are_told_keeps_both_trades(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0), buy(0, fee_asset=None, fee_amount=None)])
    say(lake, "page", [api(0.1, "1"), api(0.2, "2")])
    assert standing(lake) == trades("0.1", "0.2")


def test_amounts_rounded_by_the_file_are_the_same_trade(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1", in_amount="1.23456789")])
    say(lake, "upload", [buy(0, in_amount="1.2346", decimals=4)])
    assert standing(lake) == [("0.1", "trade", (BOUGHT[0], ("in", "BTC", "1.23456789"), BOUGHT[2]))]
    assert findings(lake) == []


def test_amounts_rounded_twice_pair_with_their_nearest_and_are_told(lake: duckdb.DuckDBPyConnection) -> None:
    """1.2446 is 1.245 to three digits and that is 1.25 to two, but 1.2446 itself is 1.24."""
    say(lake, "three", [buy(0, in_amount="1.245", decimals=3)])
    say(lake, "two", [buy(0, in_amount="1.24", decimals=2)])
    assert standing(lake) == [("0", "trade", (BOUGHT[0], ("in", "BTC", "1.245"), BOUGHT[2]))]
    assert findings(lake) == ["rounded_twice"]


def test_amounts_cut_off_are_the_same_trade_and_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1", in_amount="1.23456789")])
    say(lake, "upload", [buy(0, in_amount="1.2345", decimals=4)])
    assert len(standing(lake)) == 1
    assert findings(lake) == ["rounded_twice"]


def test_another_wallet_is_another_movement(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0, wallet="funding")])
    assert standing(lake) == trades("0", "0.1")


def test_one_id_is_one_transaction_whoever_tells_it(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0, namespace="trade", row_id="1", order_id="A", market="BTC/USDT")])
    say(lake, "page", [api(0.1, "1")])
    assert standing(lake) == trades("0.1")
    told = lake.execute("SELECT order_id, market, origin, row_count FROM lake.core.transactions").fetchall()
    assert told == [("A", "BTC/USDT", "api", 1)]


def test_different_ids_of_one_namespace_are_never_matched_by_content(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0, namespace="trade", row_id="2")])
    assert standing(lake) == trades("0", "0.1")


def test_ids_of_different_namespaces_meet_by_content_and_both_lead_to_the_transaction(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0, namespace="receipt", row_id="R")])
    assert standing(lake) == trades("0.1")
    assert lake.execute("SELECT namespace, id FROM lake.core.transaction_ids ORDER BY ALL").fetchall() == [
        ("receipt", "R"),
        ("trade", "1"),
    ]


def test_a_coarse_row_gives_its_id_to_the_finer_one_without(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "fine", [buy(0.5, step=1000)])
    say(lake, "coarse", [buy(0, layout="ids", namespace="trade", row_id="1")])
    assert standing(lake) == trades("0.5")
    assert lake.execute("SELECT native_id FROM lake.core.transactions").fetchall() == [("1",)]


def test_a_file_that_gives_ids_to_some_rows_means_other_rows_by_the_rest(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0, namespace="trade", row_id="1"), buy(0)])
    assert standing(lake) == trades("0", "0.1")


def test_a_further_part_of_a_line_is_not_its_repetition(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0, namespace="trade", row_id="1"), buy(0, namespace="trade", row_id="1", line=0, part=1)])
    assert standing(lake) == trades("0", "0")


def test_rows_of_one_event_are_one_transaction(lake: duckdb.DuckDBPyConnection) -> None:
    sold = row(
        0,
        namespace="ledger",
        row_id="L1",
        event_id="ref:1",
        out_asset="USDT",
        out_amount="10",
        fee_asset="USDT",
        fee_amount="0.1",
    )
    bought = row(0, namespace="ledger", row_id="L2", event_id="ref:1", in_asset="BTC", in_amount="1", fee_amount="0")
    say(lake, "upload", [bought, sold])
    assert standing(lake) == [("0", "trade", (("out", "USDT", "-10"), ("fee", "USDT", "-0.1"), ("in", "BTC", "1")))]


def test_identical_rows_of_one_event_all_count(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, str(n), event_id="order:1", fee_asset=None, fee_amount="0") for n in range(3)])
    assert standing(lake) == [("0", "trade", (("out", "USDT", "-10"), ("in", "BTC", "1")) * 3)]


def test_a_rebate_is_a_positive_fee_leg(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, "1", fee_amount="-0.5")])
    assert standing(lake) == [("0", "trade", (*BOUGHT[:2], ("fee", "BNB", "0.5")))]


def test_rows_that_are_not_final_make_no_transaction_until_they_are(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "first", [api(0, "1", status="open")])
    assert standing(lake) == []
    say(lake, "second", [api(0, "1", said_at=NOW.replace(day=2))])
    assert standing(lake) == trades("0")
    assert lake.execute("SELECT status FROM lake.core.rows").fetchall() == [("final",)]
    assert findings(lake) == []


def test_the_newest_answer_of_the_api_replaces_the_older_and_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "first", [api(0, "1")])
    merged = say(lake, "second", [api(0, "1", in_amount="2", said_at=NOW.replace(day=2))])
    assert merged == Merged(new=0, known=0, changed=1, removed=0)
    assert standing(lake) == [("0", "trade", (BOUGHT[0], ("in", "BTC", "2"), BOUGHT[2]))]
    assert lake.execute("SELECT source FROM lake.core.rows").fetchall() == [("second",)]
    assert findings(lake) == ["row_changed"]


def test_an_older_answer_that_arrives_late_decides_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "second", [api(0, "1", in_amount="2", said_at=NOW.replace(day=2))])
    before = everything(lake)
    say(lake, "first", [api(0, "1")])
    assert everything(lake) == before


def test_an_answer_in_the_same_words_is_not_stored_again(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "first", [api(0, "1"), api(1, "2")])
    before = everything(lake)
    merged = say(lake, "second", [api(0, "1", said_at=NOW.replace(day=2)), api(1, "2", said_at=NOW.replace(day=2))])
    assert merged == Merged(new=0, known=2, changed=0, removed=0)
    assert everything(lake) == before


def test_an_id_that_moves_to_another_day_leaves_nothing_behind(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "first", [api(0, "1"), api(1, "2")])
    say(lake, "second", [api(86_400, "1", said_at=NOW.replace(day=2))])
    assert standing(lake) == trades("1", "86400")


def test_sources_that_disagree_on_an_id_are_told_and_the_api_stands(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0, namespace="trade", row_id="1", in_amount="7")])
    assert standing(lake) == trades("0.1")
    assert findings(lake) == ["sources_disagree"]


def test_what_a_file_has_and_the_api_did_not_return_is_kept_and_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")], claims=[("trades", -60, 60, "paged")])
    say(lake, "upload", [buy(0), buy(5), buy(100)])
    assert standing(lake) == trades("0.1", "100", "5")
    evidence = lake.execute("SELECT kind, source, evidence->>'rows' FROM lake.ops.findings").fetchall()
    assert evidence == [("api_did_not_return", "upload", "1")]
    say(lake, "late page", [api(5.5, "2")])
    assert findings(lake) == []


@pytest.mark.parametrize("files", [("a", "b"), ("b", "a")])
def test_what_the_api_did_not_return_names_the_same_file_whichever_came_first(
    lake: duckdb.DuckDBPyConnection, files: tuple[str, str]
) -> None:
    say(lake, "page", [api(9, "9")], claims=[("trades", -60, 60, "paged")])
    for file in files:
        say(lake, file, [buy(0, namespace="receipt", row_id="1")])
    told = lake.execute("SELECT source FROM lake.ops.findings").fetchall()
    rebuild(lake, "main", "rebuild", NOW, BOOKS)
    assert lake.execute("SELECT source FROM lake.ops.findings").fetchall() == told == [("a",)]


def test_a_claim_that_comes_later_judges_rows_that_only_a_file_has(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0)])
    say(lake, "page", [], claims=[("trades", -60, 60, "paged")])
    assert findings(lake) == ["api_did_not_return"]
    take_back(lake, "page")
    assert findings(lake) == []


def test_files_cut_inside_a_second_count_by_the_greater_and_are_told(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "before", [buy(-9), buy(0)])
    say(lake, "after", [buy(0), buy(9)])
    assert standing(lake) == trades("-9", "0", "9")
    assert findings(lake) == ["edge_of_two_files"]


def test_undo_in_any_order_leaves_what_the_others_say(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "upload", [buy(0), buy(5)])
    say(lake, "page", [api(0.1, "1")])
    say(lake, "other", [buy(5), buy(9)])
    assert take_back(lake, "upload") == Merged(new=0, known=0, changed=0, removed=0)
    assert standing(lake) == trades("0.1", "5", "9")
    assert take_back(lake, "other") == Merged(new=0, known=0, changed=0, removed=2)
    assert standing(lake) == trades("0.1")
    assert take_back(lake, "other") == Merged(new=0, known=0, changed=0, removed=0)


def test_a_transaction_that_stands_keeps_when_it_was_first_seen(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1", fee_asset=None, fee_amount=None)])
    lake.execute("UPDATE lake.core.transactions SET first_seen = TIMESTAMPTZ '2020-01-01 00:00:00+00'")
    say(lake, "upload", [buy(0)])
    assert lake.execute("SELECT year(first_seen), run_id FROM lake.core.transactions").fetchall() == [(2020, "upload")]


def test_connections_do_not_meet(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    lake.execute("UPDATE lake.core.rows SET connection = 'other'")
    lake.execute("UPDATE lake.core.transactions SET connection = 'other'")
    say(lake, "upload", [buy(0)])
    assert lake.execute("SELECT connection FROM lake.core.transactions ORDER BY 1").fetchall() == [("one",), ("other",)]


def test_nothing_is_left_behind_in_the_session(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    say(lake, "upload", [buy(0)])
    left = lake.execute("""
        SELECT table_name FROM duckdb_tables() WHERE temporary
        UNION ALL SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal""")
    assert left.fetchall() == [("mapped",)]


def test_a_file_without_ids_that_says_nothing_new_is_kept_as_if_all_were_derived_again(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1"), api(0.7, "2"), api(5, "3")])
    assert say(lake, "upload", [buy(0), buy(0)]) == Merged(new=0, known=2, changed=0, removed=0)
    before = everything(lake)
    lake.execute("BEGIN")
    assert rebuild(lake, "one", "rebuild", NOW, BOOKS) == Merged(new=0, known=0, changed=0, removed=0)
    lake.execute("COMMIT")
    assert everything(lake) == before


def test_a_file_without_ids_that_tells_a_detail_more_is_not_taken_for_known(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0.1, "1")])
    assert say(lake, "upload", [buy(0, market="BTC/USDT")]) == Merged(new=0, known=0, changed=1, removed=0)
    assert lake.execute("SELECT market, origin FROM lake.core.transactions").fetchall() == [("BTC/USDT", "api")]


def test_rows_of_one_id_that_tell_different_sides_or_the_fee_apart_do_not_disagree(lake: duckdb.DuckDBPyConnection) -> None:
    one_side = {"out_asset": None, "out_amount": None, "fee_asset": None, "fee_amount": None}
    say(lake, "page", [api(0, "1", **one_side), api(1, "2", fee_asset="USDT", fee_amount="1", in_asset=None, in_amount=None)])
    withdrawn = {"out_amount": "11", "in_asset": None, "in_amount": None, "fee_asset": None, "fee_amount": None}
    say(lake, "upload", [buy(0, namespace="trade", row_id="1"), buy(1, namespace="trade", row_id="2", **withdrawn)])
    assert findings(lake) == []


def test_rows_of_one_id_without_a_common_side_disagree(lake: duckdb.DuckDBPyConnection) -> None:
    say(lake, "page", [api(0, "1", out_asset=None, out_amount=None)])
    say(lake, "upload", [buy(0, namespace="trade", row_id="1", in_asset=None, in_amount=None)])
    assert findings(lake) == ["sources_disagree"]
