FETCHER_WORKER_TESTS = %D%/test_open_store
check_PROGRAMS += $(FETCHER_WORKER_TESTS)
TESTS += $(FETCHER_WORKER_TESTS)
%C%_test_open_store_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_open_store_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
