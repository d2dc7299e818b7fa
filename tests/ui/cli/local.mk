TESTS += %D%/test_cli.py %D%/test_hands.py
EXTRA_DIST += %D%/test_cli.py %D%/test_hands.py
# Fills ledgers for test_cli.py.
check_PROGRAMS += %D%/cli_ledger
%C%_cli_ledger_LDADD = $(LEDGER_LIBS)
