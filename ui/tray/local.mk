# The tray program: the only room that knows GTK. Everything but main() is a library, for tests too.
if TRAY
noinst_LIBRARIES += libtray.a
libtray_a_CPPFLAGS = $(AM_CPPFLAGS) $(TRAY_CFLAGS) -DLOCALEDIR='"$(localedir)"'
libtray_a_SOURCES = %D%/accounts.c %D%/accounts.h %D%/allow.c %D%/allow.h %D%/chart.c %D%/chart.h %D%/desk.c \
	%D%/desk.h %D%/detail.c %D%/detail.h %D%/entry_list.c %D%/entry_list.h %D%/filters.c %D%/filters.h %D%/icon.c %D%/icon.h %D%/long_tree_view.c %D%/long_tree_view.h \
	%D%/menu.c %D%/menu.h %D%/model.c %D%/model.h %D%/notices.c %D%/notices.h %D%/preferences.c %D%/preferences.h \
	%D%/review.c %D%/review.h %D%/statistics.c %D%/statistics.h %D%/widgets.c %D%/widgets.h %D%/window.c \
	%D%/window.h
TRAY_PROGRAM_LIBS = libtray.a $(MODEL_LIBS) $(TRAY_LIBS) -lm
bin_PROGRAMS += backstop-tray
backstop_tray_CPPFLAGS = $(libtray_a_CPPFLAGS)
backstop_tray_SOURCES = %D%/main.c
backstop_tray_LDADD = $(TRAY_PROGRAM_LIBS)
endif
