# Tests of filter/. Real mail is scored where a corpus lies beside the tree (see tests/score_corpus.c).
check_PROGRAMS += tests/score_corpus
TESTS += tests/score_corpus
tests_score_corpus_LDADD = $(FILTER_LIBS)
