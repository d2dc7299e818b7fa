FETCHER_NET_TESTS = %D%/test_server_words %D%/test_stream
check_PROGRAMS += $(FETCHER_NET_TESTS)
TESTS += $(FETCHER_NET_TESTS)
%C%_test_server_words_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_server_words_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_stream_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_stream_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
