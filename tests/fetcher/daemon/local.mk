FETCHER_DAEMON_TESTS = %D%/test_restart
check_PROGRAMS += $(FETCHER_DAEMON_TESTS)
TESTS += $(FETCHER_DAEMON_TESTS)
%C%_test_restart_SOURCES = %D%/test_restart.c fetcher/daemon/restart.c
%C%_test_restart_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_restart_LDADD = $(GLIB_LIBS) $(CMOCKA_LIBS)
