# Benches against a private Dovecot, by hand; each prints its figures and the bar beside them. PAIRS=n, and:
#   make bench-flood [BOUNCES=n SENT=n]   make bench-index [SENT=n]   make bench-idle [SECONDS=n]
#   make bench-delivery [DELIVERIES=n]   make bench-door [MESSAGES=n]   make bench-sent [MESSAGES=n] (without a server)
#   make bench-scan [MESSAGES=n DAYS=n]   make bench-odd [SECONDS=n] (against scripted servers)
EXTRA_DIST += tests/bench/bench.py tests/bench/bench_mail.py tests/bench/flood.py tests/bench/index.py \
	tests/bench/idle.py tests/bench/delivery.py tests/bench/sent.py tests/bench/door.py tests/bench/mbox_make.py \
	tests/bench/scan.py tests/bench/odd.py tests/bench/odd_servers.py tests/bench/process.py \
	tests/bench/own_hand.py tests/bench/own_hand_mail.py tests/bench/own_hand_providers.py
noinst_PROGRAMS += tests/bench/raw tests/bench/peak tests/bench/scan
tests_bench_scan_SOURCES = tests/bench/scan.c tests/bench/folder.c tests/bench/folder.h
tests_bench_scan_LDADD = $(FETCHER_LIBS)
tests_bench_raw_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS)
tests_bench_raw_LDADD = $(GNUTLS_LIBS)
.PHONY: bench-flood bench-index bench-idle bench-delivery bench-sent bench-door bench-scan bench-odd
bench-flood bench-index bench-idle bench-delivery bench-sent bench-door bench-scan bench-odd: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	  PAIRS='$(PAIRS)' BOUNCES='$(BOUNCES)' SENT='$(SENT)' \
	  SECONDS='$(SECONDS)' DELIVERIES='$(DELIVERIES)' MESSAGES='$(MESSAGES)' DAYS='$(DAYS)' \
	  python3 -B '$(srcdir)'/tests/bench/`echo $@ | sed 's/^bench-//'`.py

# Signatures and own servers on labelled mail, where that is at hand: make bench-own-hand [VERBOSE=1]
.PHONY: bench-own-hand
bench-own-hand: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' VERBOSE='$(VERBOSE)' \
	  python3 -B '$(srcdir)'/tests/bench/own_hand.py

# Listing an mbox: make bench-mbox [MESSAGES=n]
noinst_PROGRAMS += tests/bench/mbox
tests_bench_mbox_LDADD = $(FETCHER_LIBS)
.PHONY: bench-mbox
bench-mbox: tests/bench/mbox$(EXEEXT)
	@folder=`mktemp -d` && trap 'rm -rf "$$folder"' 0 && \
	  python3 -B '$(srcdir)'/tests/bench/mbox_make.py "$$folder/Sent" $(MESSAGES) && \
	  tests/bench/mbox$(EXEEXT) "$$folder/Sent"

# make bench-filter [MAIL="folder ..."]
MAIL = $(top_srcdir)/tests/samples
noinst_PROGRAMS += tests/bench/filter
tests_bench_filter_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_bench_filter_LDADD = $(LEDGER_LIBS)
.PHONY: bench-filter
bench-filter: tests/bench/filter$(EXEEXT)
	tests/bench/filter$(EXEEXT) $(MAIL)

# make bench-ledger [N=messages [BATCH=messages]]
noinst_PROGRAMS += tests/bench/ledger
tests_bench_ledger_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_ledger_SOURCES = tests/bench/ledger.c tests/bench/folder.c tests/bench/folder.h
tests_bench_ledger_LDADD = $(LEDGER_LIBS)
.PHONY: bench-ledger
bench-ledger: tests/bench/ledger$(EXEEXT)
	tests/bench/ledger$(EXEEXT) $(N) $(BATCH)

# make bench-tools
noinst_PROGRAMS += tests/bench/tools
tests_bench_tools_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_tools_SOURCES = tests/bench/tools.c tests/bench/folder.c tests/bench/folder.h tests/bench/letters.c \
	tests/bench/letters.h
tests_bench_tools_LDADD = librigs.a $(LEDGER_LIBS)
.PHONY: bench-tools
bench-tools: tests/bench/tools$(EXEEXT)
	tests/bench/tools$(EXEEXT)

# make bench-heal [ENTRIES=quarantined]
noinst_PROGRAMS += tests/bench/heal
tests_bench_heal_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_heal_SOURCES = tests/bench/heal.c tests/bench/folder.c tests/bench/folder.h
tests_bench_heal_LDADD = $(LEDGER_LIBS)
.PHONY: bench-heal
bench-heal: tests/bench/heal$(EXEEXT)
	tests/bench/heal$(EXEEXT) $(ENTRIES)

# The window with a long list, by hand: make bench-tray [ENTRIES=n]
EXTRA_DIST += tests/bench/tray.py
if TRAY
noinst_PROGRAMS += tests/bench/tray_window
tests_bench_tray_window_CPPFLAGS = $(AM_CPPFLAGS) $(TRAY_CFLAGS)
tests_bench_tray_window_LDADD = $(TRAY_PROGRAM_LIBS)
endif
.PHONY: bench-tray
bench-tray: all tests/ui/tray/fill$(EXEEXT)
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' ENTRIES='$(ENTRIES)' \
	  python3 -B '$(srcdir)/tests/bench/tray.py'

# What signatures cost: make bench-dkim
noinst_PROGRAMS += tests/bench/dkim
tests_bench_dkim_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_dkim_SOURCES = tests/bench/dkim.c tests/bench/letters.c tests/bench/letters.h
tests_bench_dkim_LDADD = librigs.a $(LEDGER_LIBS)
.PHONY: bench-dkim
bench-dkim: tests/bench/dkim$(EXEEXT)
	tests/bench/dkim$(EXEEXT)
