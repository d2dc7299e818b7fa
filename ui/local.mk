# see Makefile.am
bin_PROGRAMS += backstop
# Everything but main(), for tests too.
noinst_LIBRARIES += libui.a
libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
libui_a_SOURCES = \
	ui/ui.h ui/print.h ui/jsonl.h ui/words.h ui/mail.h ui/listing.h ui/wishing.h ui/progress.h ui/passing.h ui/ask.h \
	ui/ui.c ui/print.c ui/jsonl.c ui/words.c ui/mail.c ui/listing.c ui/wishing.c ui/progress.c ui/passing.c \
	ui/cmd_once.c ui/cmd_status.c ui/cmd_list.c ui/cmd_show.c ui/cmd_explain.c ui/cmd_restore.c ui/cmd_delete.c ui/cmd_allow.c \
	ui/cmd_deny.c ui/cmd_check.c ui/cmd_record.c ui/cmd_sweep.c ui/cmd_password.c ui/ask.c
backstop_SOURCES = ui/backstop.c
backstop_LDADD = libui.a libfetcher.a $(LEDGER_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
