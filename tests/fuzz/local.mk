# make fuzz [FUZZ_SECONDS=n] [FUZZ_TARGETS="read"]: with clang, each target on one core for so long
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_TARGETS = candidate read text dkim imap mbox maildir pop3 door
FUZZ_FLAGS = -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
# What each target runs. Those of filter/ are seeded with the samples; the others have seeds of their own, each a line
# for printf: first the bytes that say how the others are cut and used.
FUZZ_IMAP = fetcher/imap/reader.c fetcher/imap/reply.c fetcher/imap/rows.c fetcher/imap/tokens.c
FUZZ_BOX = fetcher/box/box.c fetcher/store/store.c
FUZZ_MBOX = fetcher/common/program.c fetcher/mbox/*.c $(FUZZ_BOX)
FUZZ_MAILDIR = fetcher/maildir/*.c $(FUZZ_BOX)
FUZZ_POP3 = fetcher/common/program.c fetcher/net/*.c fetcher/pop3/link*.c fetcher/pop3/box_*.c \
	fetcher/secret/secret.c fetcher/store/store.c filter/normalise.c
FUZZ_DOOR = fetcher/config/config.c fetcher/door/*.c fetcher/store/store.c filter/tools.c tests/rigs/fake_pop3_link.c
FUZZ_FILES = tests/fuzz/candidate.c tests/fuzz/dkim.c tests/fuzz/door.c tests/fuzz/imap.c tests/fuzz/maildir.c \
	tests/fuzz/mbox.c tests/fuzz/pop3.c tests/fuzz/read.c tests/fuzz/text.c
FUZZ_SEEDS = tests/fuzz/dkim.seeds tests/fuzz/door.seeds tests/fuzz/imap.seeds tests/fuzz/maildir.seeds \
	tests/fuzz/mbox.seeds tests/fuzz/pop3.seeds
EXTRA_DIST += $(FUZZ_FILES) $(FUZZ_SEEDS)
.PHONY: fuzz
fuzz:
	@if ! command -v $(FUZZ_CC) > /dev/null; then echo "fuzz: skipped, there is no $(FUZZ_CC)"; exit 0; fi; set -e; \
	top=`cd $(top_srcdir) && pwd`; \
	for target in $(FUZZ_TARGETS); do \
	  case $$target in \
	    imap) files="$(FUZZ_IMAP)";; mbox) files="$(FUZZ_MBOX)";; maildir) files="$(FUZZ_MAILDIR)";; \
	    pop3) files="$(FUZZ_POP3)";; door) files="$(FUZZ_DOOR)";; *) files="$(libfilter_a_SOURCES)";; \
	  esac; \
	  mkdir -p tests/fuzz/corpus-$$target tests/fuzz/seeds-$$target; \
	  if test -f $$top/tests/fuzz/$$target.seeds; then \
	    number=0; \
	    while read -r seed; do \
	      number=`expr $$number + 1`; printf "$$seed" > tests/fuzz/seeds-$$target/$$number; \
	    done < $$top/tests/fuzz/$$target.seeds; \
	  else \
	    cp -f $$top/tests/samples/*/*.eml tests/fuzz/seeds-$$target; chmod u+w tests/fuzz/seeds-$$target/*; \
	  fi; \
	  sources=`cd $$top && for file in $$files; do case $$file in *.c) echo $$top/$$file;; esac; done`; \
	  $(FUZZ_CC) $(FUZZ_FLAGS) $(DEFS) $(AM_CPPFLAGS) -I$$top $(GMIME_CFLAGS) $(GNUTLS_CFLAGS) -o \
	tests/fuzz/$$target \
	    $$top/tests/fuzz/$$target.c $$sources $(GLIB_LIBS) $(GMIME_LIBS) $(ETPAN_LIBS) $(GNUTLS_LIBS) \
	$(NETTLE_LIBS) $(PCRE2_LIBS) -lm; \
	  TMPDIR=`test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp}` \
	    tests/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=5 -rss_limit_mb=512 \
	    -print_final_stats=1 -artifact_prefix=tests/fuzz/$$target- tests/fuzz/corpus-$$target \
	tests/fuzz/seeds-$$target; \
	done
clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/seeds-* tests/fuzz/corpus-* $(FUZZ_FILES:.c=) \
	  tests/fuzz/*-crash-* tests/fuzz/*-oom-* tests/fuzz/*-timeout-*
