noinst_LIBRARIES += libledger.a
libledger_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libledger_a_SOURCES = \
	ledger/ledger.h ledger/account.h ledger/sent.h ledger/query.h ledger/journal.h ledger/browse.h ledger/wish.h ledger/newsender.h ledger/stats.h \
	ledger/db.h ledger/room.h \
	ledger/ledger.c ledger/db.c ledger/schema.c ledger/lock.c ledger/pause.c ledger/account.c ledger/pass.c ledger/sent.c ledger/sent_batch.c ledger/coverage.c ledger/gap.c ledger/query.c \
	ledger/newsender.c ledger/entry.c ledger/journal.c ledger/journal_read.c ledger/browse.c ledger/wish.c ledger/stats.c
LEDGER_LIBS = libledger.a $(FILTER_LIBS) $(SQLITE_LIBS)
