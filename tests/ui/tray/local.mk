# Fills ledgers for tests, benches and pictures.
check_PROGRAMS += %D%/fill
%C%_fill_LDADD = $(LEDGER_LIBS)

# The window itself: on private screens, skipped where GTK or the screen is missing.
TRAY_RIG = %D%/screen.py
TRAY_TESTS = %D%/test_widgets.py %D%/test_menu.py %D%/test_notices.py
TRAY_DOVECOT = %D%/test_window.py
EXTRA_DIST += %D%/pictures.py $(TRAY_RIG) $(TRAY_TESTS) $(TRAY_DOVECOT)
TESTS += $(TRAY_TESTS)
if TRAY
check_PROGRAMS += %D%/test_tray_window
%C%_test_tray_window_CPPFLAGS = $(TEST_CPPFLAGS) $(TRAY_CFLAGS)
%C%_test_tray_window_LDADD = librigs.a $(TRAY_PROGRAM_LIBS) $(CMOCKA_LIBS)
endif

# Pictures of every page, to be looked at: make pictures [PICTURES=folder]
PICTURES = pictures
.PHONY: pictures
pictures: all tests/ui/tray/fill$(EXEEXT)
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	  python3 -B '$(srcdir)/tests/ui/tray/pictures.py' '$(PICTURES)'
