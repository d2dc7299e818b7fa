# Tests of filter/. Real mail is scored where a corpus lies beside the tree (see tests/score_corpus.c).
filter_tests = tests/test_filter_names tests/test_filter_text tests/test_filter_candidate tests/test_filter_judge tests/score_corpus
check_PROGRAMS += $(filter_tests)
TESTS += $(filter_tests)
tests_test_filter_names_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_text_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_candidate_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_judge_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_score_corpus_LDADD = $(FILTER_LIBS)
