# see Makefile.am
UI_TESTS = tests/test_config tests/test_secret tests/test_sign_in tests/test_log tests/test_local tests/test_print
check_PROGRAMS += $(UI_TESTS) tests/cli_ledger
TESTS += $(UI_TESTS) tests/test_cli.py
EXTRA_DIST += tests/test_cli.py
tests_test_config_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_config_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_secret_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_secret_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_sign_in_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_sign_in_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_log_SOURCES = tests/test_log.c fetcher/log.h fetcher/log.c
tests_test_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_log_LDADD = libfetcher.a $(LEDGER_LIBS) $(CMOCKA_LIBS)
tests_test_local_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_local_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
tests_test_print_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_print_LDADD = libui.a $(FILTER_LIBS) $(CMOCKA_LIBS)
# Fills ledgers for test_cli.py.
tests_cli_ledger_LDADD = $(LEDGER_LIBS)
