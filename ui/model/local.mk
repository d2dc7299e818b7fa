# What the window knows, without GTK: built and tested everywhere.
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = %D%/account_text.c %D%/account_text.h %D%/allow_preview.c %D%/allow_preview.h \
	%D%/entry_text.c %D%/entry_text.h %D%/held.c %D%/held.h \
	%D%/hold.c %D%/hold.h \
	%D%/memory.c %D%/memory.h %D%/notices.c %D%/notices.h %D%/overview.c %D%/overview.h %D%/pages.c %D%/pages.h \
	%D%/raw_message.c %D%/raw_message.h %D%/series.c %D%/series.h %D%/settings.c %D%/settings.h %D%/shown.c %D%/shown.h \
	%D%/start_daemon.c %D%/start_daemon.h
MODEL_LIBS = libmodel.a libwords.a libfetcher.a $(LEDGER_LIBS) $(GLIB_LIBS)
