noinst_LIBRARIES += libledger.a
libledger_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libledger_a_SOURCES = \
	ledger/ledger.h ledger/account.h ledger/sent.h ledger/query.h ledger/journal.h ledger/wish.h ledger/newsender.h ledger/stats.h \
	ledger/ledger.c
LEDGER_LIBS = libledger.a $(FILTER_LIBS) $(SQLITE_LIBS)
