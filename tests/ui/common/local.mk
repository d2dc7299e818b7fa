UI_COMMON_TESTS = %D%/test_trust_words
check_PROGRAMS += $(UI_COMMON_TESTS)
TESTS += $(UI_COMMON_TESTS)
%C%_test_trust_words_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_trust_words_LDADD = librigs.a libwords.a $(LEDGER_LIBS) $(CMOCKA_LIBS)
