# Tests of ledger/, of the layers, and of the one table in fetcher/ that maps errors of all rooms.
check_LIBRARIES += libledgerrig.a
libledgerrig_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
libledgerrig_a_SOURCES = tests/ledger_rig.h tests/ledger_rig.c

LEDGER_TESTS = tests/test_ledger_open tests/test_ledger_lock tests/test_ledger_account tests/test_ledger_sent \
	tests/test_ledger_coverage tests/test_ledger_query tests/test_ledger_newsender tests/test_ledger_journal \
	tests/test_ledger_again tests/test_ledger_wish
LEDGER_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
LEDGER_TEST_LIBS = libledgerrig.a $(LEDGER_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += $(LEDGER_TESTS) tests/test_exit
TESTS += $(LEDGER_TESTS) tests/test_exit tests/test_layers.sh
dist_check_SCRIPTS += tests/test_layers.sh
tests_test_ledger_open_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_open_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_lock_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_lock_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_account_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_account_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_sent_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_sent_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_coverage_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_coverage_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_query_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_query_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_newsender_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_newsender_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_journal_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_journal_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_again_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_again_LDADD = $(LEDGER_TEST_LIBS)
tests_test_ledger_wish_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_wish_LDADD = $(LEDGER_TEST_LIBS)
tests_test_exit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_exit_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)

# make bench-ledger [N=messages [BATCH=messages]]
noinst_PROGRAMS += tests/bench/ledger
tests_bench_ledger_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_ledger_LDADD = $(LEDGER_LIBS)
.PHONY: bench-ledger
bench-ledger: tests/bench/ledger$(EXEEXT)
	tests/bench/ledger$(EXEEXT) $(N) $(BATCH)
