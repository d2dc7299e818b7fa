# Tests of filter/. Real mail is scored where a corpus lies beside the tree (see tests/score_corpus.c).
filter_tests = tests/test_filter_names tests/test_filter_text tests/test_filter_candidate tests/test_filter_judge \
	tests/test_filter_parts tests/test_filter_read tests/test_filter_hostile tests/score_corpus
check_PROGRAMS += $(filter_tests)
TESTS += $(filter_tests)
tests_test_filter_names_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_text_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_candidate_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_judge_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_parts_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_read_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_test_filter_hostile_CPPFLAGS = $(AM_CPPFLAGS)
if COVERAGE
tests_test_filter_hostile_CPPFLAGS += -DBACKSTOP_COVERAGE
endif
tests_test_filter_hostile_LDADD = $(FILTER_LIBS) $(CMOCKA_LIBS)
tests_score_corpus_LDADD = $(FILTER_LIBS)

# make bench-filter [MAIL="folder ..."]
MAIL = $(top_srcdir)/tests/samples
noinst_PROGRAMS += tests/bench/filter
tests_bench_filter_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_bench_filter_LDADD = $(LEDGER_LIBS)
.PHONY: bench-filter
bench-filter: tests/bench/filter$(EXEEXT)
	tests/bench/filter$(EXEEXT) $(MAIL)

# make fuzz [FUZZ_SECONDS=n] [FUZZ_TARGETS="read"]: with clang, each target on one core for so long, seeded from the samples
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_TARGETS = candidate read text
FUZZ_FLAGS = -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
EXTRA_DIST += tests/fuzz/candidate.c tests/fuzz/read.c tests/fuzz/text.c
.PHONY: fuzz
fuzz:
	@if ! command -v $(FUZZ_CC) > /dev/null; then echo "fuzz: skipped, there is no $(FUZZ_CC)"; exit 0; fi; set -e; \
	sources=`for file in $(libfilter_a_SOURCES); do case $$file in *.c) echo $(top_srcdir)/$$file;; esac; done`; \
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p tests/fuzz/corpus-$$target tests/fuzz/seeds-$$target; \
	  cp -f $(top_srcdir)/tests/samples/*/*.eml tests/fuzz/seeds-$$target; chmod u+w tests/fuzz/seeds-$$target/*; \
	  $(FUZZ_CC) $(FUZZ_FLAGS) $(DEFS) -I$(top_srcdir) $(GLIB_CFLAGS) $(GMIME_CFLAGS) -o tests/fuzz/$$target \
	    $(top_srcdir)/tests/fuzz/$$target.c $$sources $(GLIB_LIBS) $(GMIME_LIBS); \
	  tests/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=5 -rss_limit_mb=512 -print_final_stats=1 \
	    -artifact_prefix=tests/fuzz/$$target- tests/fuzz/corpus-$$target tests/fuzz/seeds-$$target; \
	done
clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/seeds-* tests/fuzz/corpus-* tests/fuzz/candidate tests/fuzz/read tests/fuzz/text tests/fuzz/*-crash-* tests/fuzz/*-oom-* tests/fuzz/*-timeout-*
