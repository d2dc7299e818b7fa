UI_CLI_TESTS = %D%/test_status
check_PROGRAMS += $(UI_CLI_TESTS)
TESTS += $(UI_CLI_TESTS)
%C%_test_status_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_status_LDADD = librigs.a $(CLI_LIBS) $(CMOCKA_LIBS)
# The longest first.
CLI_TESTS = %D%/test_cmd_sweep.py %D%/test_cmd_backup.py %D%/test_cmd_once.py %D%/test_cmd_status.py %D%/test_hands.py \
	%D%/test_main.py %D%/test_cmd_list.py %D%/test_cmd_check.py %D%/test_cmd_explain.py
TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS) %D%/cli_scene.py
# Fills ledgers for these tests, and plays the daemon on them.
check_PROGRAMS += %D%/cli_ledger
%C%_cli_ledger_LDADD = $(LEDGER_LIBS)
