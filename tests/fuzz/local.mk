# make fuzz [FUZZ_SECONDS=n] [FUZZ_TARGETS="read"]: with clang, each target on one core for so long, seeded from the
# samples
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_TARGETS = candidate read text dkim imap
FUZZ_FLAGS = -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
# imap and dkim have seeds of their own, each a line for printf: how the bytes are cut, which way to sign in, what a
# server sends; a key record, a NUL, a header
FUZZ_IMAP = fetcher/imap/reader.c fetcher/imap/reply.c fetcher/imap/rows.c fetcher/imap/tokens.c
EXTRA_DIST += tests/fuzz/candidate.c tests/fuzz/dkim.c tests/fuzz/dkim.seeds tests/fuzz/imap.c tests/fuzz/imap.seeds \
	tests/fuzz/read.c tests/fuzz/text.c
.PHONY: fuzz
fuzz:
	@if ! command -v $(FUZZ_CC) > /dev/null; then echo "fuzz: skipped, there is no $(FUZZ_CC)"; exit 0; fi; set -e; \
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p tests/fuzz/corpus-$$target tests/fuzz/seeds-$$target; files="$(libfilter_a_SOURCES)"; libs=; \
	  if test $$target = imap; then files="$(FUZZ_IMAP)"; libs="$(ETPAN_LIBS) $(GNUTLS_LIBS)"; fi; \
	  if test -f $(top_srcdir)/tests/fuzz/$$target.seeds; then number=0; \
	    while read -r seed; do \
	      number=`expr $$number + 1`; printf "$$seed" > tests/fuzz/seeds-$$target/$$number; \
	    done < $(top_srcdir)/tests/fuzz/$$target.seeds; \
	  else \
	    cp -f $(top_srcdir)/tests/samples/*/*.eml tests/fuzz/seeds-$$target; chmod u+w tests/fuzz/seeds-$$target/*; \
	  fi; \
	  sources=`for file in $$files; do case $$file in *.c) echo $(top_srcdir)/$$file;; esac; done`; \
	  $(FUZZ_CC) $(FUZZ_FLAGS) $(DEFS) -I$(top_srcdir) $(GLIB_CFLAGS) $(GMIME_CFLAGS) -o tests/fuzz/$$target \
	    $(top_srcdir)/tests/fuzz/$$target.c $$sources $(GLIB_LIBS) $(GMIME_LIBS) $(NETTLE_LIBS) $$libs; \
	  tests/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=5 -rss_limit_mb=512 \
	    -print_final_stats=1 -artifact_prefix=tests/fuzz/$$target- tests/fuzz/corpus-$$target tests/fuzz/seeds-$$target; \
	done
clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/seeds-* tests/fuzz/corpus-* tests/fuzz/candidate tests/fuzz/dkim \
	  tests/fuzz/imap tests/fuzz/read tests/fuzz/text \
	  tests/fuzz/*-crash-* tests/fuzz/*-oom-* tests/fuzz/*-timeout-*
