FETCHER_STORE_TESTS = %D%/test_sent_names %D%/test_uid_window
check_PROGRAMS += $(FETCHER_STORE_TESTS)
TESTS += $(FETCHER_STORE_TESTS)
%C%_test_sent_names_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_sent_names_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_uid_window_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_uid_window_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
