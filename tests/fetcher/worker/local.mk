FETCHER_WORKER_TESTS = %D%/test_open_store %D%/test_session
check_PROGRAMS += $(FETCHER_WORKER_TESTS)
TESTS += $(FETCHER_WORKER_TESTS)
%C%_test_open_store_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_open_store_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_session_SOURCES = %D%/test_session.c fetcher/worker/session.c
%C%_test_session_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_session_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
