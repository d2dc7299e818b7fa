FETCHER_COMMON_TESTS = %D%/test_exit %D%/test_log
check_PROGRAMS += $(FETCHER_COMMON_TESTS)
TESTS += $(FETCHER_COMMON_TESTS)
%C%_test_exit_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_exit_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_log_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_log_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
