UI_CLI_TESTS = %D%/test_status
check_PROGRAMS += $(UI_CLI_TESTS)
TESTS += $(UI_CLI_TESTS)
%C%_test_status_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_status_LDADD = librigs.a $(CLI_LIBS) $(CMOCKA_LIBS)
TESTS += %D%/test_cli.py %D%/test_hands.py
EXTRA_DIST += %D%/test_cli.py %D%/test_hands.py
# Fills ledgers for test_cli.py.
check_PROGRAMS += %D%/cli_ledger
%C%_cli_ledger_LDADD = $(LEDGER_LIBS)
