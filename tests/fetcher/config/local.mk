FETCHER_CONFIG_TESTS = %D%/test_config %D%/test_words
check_PROGRAMS += $(FETCHER_CONFIG_TESTS)
TESTS += $(FETCHER_CONFIG_TESTS)
%C%_test_config_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_config_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
%C%_test_words_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_words_LDADD = librigs.a $(FETCHER_LIBS) $(CMOCKA_LIBS)
