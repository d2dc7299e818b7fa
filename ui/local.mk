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

# What the tray program knows of the ledger, without GTK: built and tested everywhere.
noinst_LIBRARIES += libdesk.a
libdesk_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
libdesk_a_SOURCES = \
	ui/shown.h ui/pages.h ui/tell.h ui/allowing.h ui/raw.h ui/hold.h ui/memory.h ui/overview.h ui/series.h ui/settings.h \
	ui/digest.h ui/daemon.h \
	ui/shown.c ui/pages.c ui/tell.c ui/allowing.c ui/raw.c ui/hold.c ui/memory.c ui/overview.c ui/series.c ui/settings.c \
	ui/digest.c ui/daemon.c
DESK_LIBS = libdesk.a libui.a libfetcher.a $(LEDGER_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

# The only ones that know GTK. Everything but main(), for tests too.
if TRAY
noinst_LIBRARIES += libtray.a
libtray_a_CPPFLAGS = $(AM_CPPFLAGS) $(TRAY_CFLAGS) -DLOCALEDIR='"$(localedir)"'
libtray_a_SOURCES = \
	ui/tray.h ui/tray_menu.h ui/tray_desk.h ui/tray_model.h ui/tray_list.h ui/tray_widgets.h ui/tray_detail.h \
	ui/tray_allow.h ui/tray_review_private.h ui/tray_review.h ui/tray_chart.h ui/tray_statistics.h ui/tray_accounts.h \
	ui/tray_preferences.h ui/tray_notices.h ui/tray_window.h \
	ui/tray.c ui/tray_menu.c ui/tray_desk.c ui/tray_model.c ui/tray_list.c ui/tray_widgets.c ui/tray_detail.c \
	ui/tray_allow.c ui/tray_filters.c ui/tray_review.c ui/tray_chart.c ui/tray_statistics.c ui/tray_accounts.c \
	ui/tray_preferences.c ui/tray_notices.c ui/tray_window.c
TRAY_PROGRAM_LIBS = libtray.a $(DESK_LIBS) $(TRAY_LIBS) -lm
bin_PROGRAMS += backstop-tray
backstop_tray_CPPFLAGS = $(libtray_a_CPPFLAGS)
backstop_tray_SOURCES = ui/tray_main.c
backstop_tray_LDADD = $(TRAY_PROGRAM_LIBS)
endif
