TESTS += %D%/test_cli.py
EXTRA_DIST += %D%/test_cli.py
# Fills ledgers for test_cli.py.
check_PROGRAMS += %D%/cli_ledger
%C%_cli_ledger_LDADD = $(LEDGER_LIBS)
