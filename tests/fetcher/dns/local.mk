DNS_TESTS = %D%/test_client %D%/test_look_up
check_PROGRAMS += $(DNS_TESTS)
TESTS += $(DNS_TESTS)
%C%_test_client_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_client_LDADD = $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_look_up_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_look_up_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
