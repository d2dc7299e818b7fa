# Tests of what the tray program knows, without GTK: built and run everywhere.
TRAY_MODEL_TESTS = tests/test_ledger_browse tests/test_shown tests/test_tray_models tests/test_settings
check_PROGRAMS += $(TRAY_MODEL_TESTS) tests/tray/fill
TESTS += $(TRAY_MODEL_TESTS)
tests_test_ledger_browse_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_ledger_browse_LDADD = $(LEDGER_TEST_LIBS)
tests_test_shown_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_test_shown_LDADD = $(DESK_LIBS) $(CMOCKA_LIBS)
tests_test_tray_models_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_tray_models_LDADD = libledgerrig.a $(DESK_LIBS) $(CMOCKA_LIBS)
tests_test_settings_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS)
tests_test_settings_LDADD = libledgerrig.a $(DESK_LIBS) $(CMOCKA_LIBS)
# Fills ledgers for tests, benches and pictures.
tests_tray_fill_LDADD = $(LEDGER_LIBS)

# The window itself: on private screens, skipped where GTK or the screen is missing.
TRAY_RIG = tests/tray/screen.py
TRAY_TESTS = tests/tray/test_widgets.py tests/tray/test_menu.py tests/tray/test_notices.py
TRAY_DOVECOT = tests/tray/test_window.py
EXTRA_DIST += tests/tray/pictures.py $(TRAY_RIG) $(TRAY_TESTS) $(TRAY_DOVECOT)
TESTS += $(TRAY_TESTS)
if TRAY
check_PROGRAMS += tests/tray/test_tray_window
tests_tray_test_tray_window_CPPFLAGS = $(LEDGER_TEST_CPPFLAGS) $(TRAY_CFLAGS)
tests_tray_test_tray_window_LDADD = libledgerrig.a $(TRAY_PROGRAM_LIBS) $(CMOCKA_LIBS)
endif

# The window with a long list, by hand: make bench-tray [ENTRIES=n]
EXTRA_DIST += tests/bench/tray.py
if TRAY
noinst_PROGRAMS += tests/bench/tray_window
tests_bench_tray_window_CPPFLAGS = $(AM_CPPFLAGS) $(TRAY_CFLAGS)
tests_bench_tray_window_LDADD = $(TRAY_PROGRAM_LIBS)
endif
.PHONY: bench-tray
bench-tray: all tests/tray/fill$(EXEEXT)
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' ENTRIES='$(ENTRIES)' python3 -B '$(srcdir)/tests/bench/tray.py'

# Pictures of every page, to be looked at: make pictures [PICTURES=folder]
PICTURES = pictures
.PHONY: pictures
pictures: all tests/tray/fill$(EXEEXT)
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' python3 -B '$(srcdir)/tests/tray/pictures.py' '$(PICTURES)'
