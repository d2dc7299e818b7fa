# End to end: the programs against a private Dovecot (check-dovecot) and against scripted servers (check).
E2E_RIG = tests/e2e/rig.py tests/e2e/tap.py tests/e2e/messages.py tests/e2e/programs.py tests/e2e/scripted.py \
	tests/e2e/demo.py tests/e2e/proxy.py tests/e2e/scripted_pop3.py tests/e2e/door_scene.py \
	tests/e2e/door_clients.py tests/e2e/pop3_scene.py tests/e2e/pop3_maildrop.py tests/e2e/memory_imap.py
E2E_SCRIPTED = tests/e2e/test_kill_pop3.py tests/e2e/test_refused.py tests/e2e/test_tls.py \
	tests/e2e/test_password.py tests/e2e/test_pop3_refused.py tests/e2e/test_pop3_renumbered.py
# The longest first, since several run at once.
E2E_DOVECOT = tests/e2e/test_proxy.py tests/e2e/test_secrets.py tests/e2e/test_watch.py tests/e2e/test_kill.py \
	tests/e2e/test_door.py tests/e2e/test_daemon.py tests/e2e/test_pop3_hands.py tests/e2e/test_pop3.py \
	tests/e2e/test_faults.py tests/e2e/test_wishes.py tests/e2e/test_hands.py tests/e2e/test_door_clients.py \
	tests/e2e/test_sweep.py tests/e2e/test_pause.py tests/e2e/test_once.py tests/e2e/test_check.py

EXTRA_DIST += $(E2E_RIG) $(E2E_SCRIPTED) $(E2E_DOVECOT) tests/e2e/stop_at.c
TESTS += $(E2E_SCRIPTED)

# Maildirs and mboxes, which need no server. The longest first.
E2E_DISK = tests/e2e/test_disk_hands.py tests/e2e/test_disk_beside.py tests/e2e/test_disk_kill.py \
	tests/e2e/test_reload.py tests/e2e/test_disk_heal.py tests/e2e/test_disk.py tests/e2e/test_disk_sent.py \
	tests/e2e/test_disk_marks.py tests/e2e/test_dns.py tests/e2e/test_signed.py \
	tests/e2e/test_second_line.py
EXTRA_DIST += $(E2E_DISK) tests/e2e/disk.py tests/e2e/kill.py tests/e2e/accept.py
TESTS += $(E2E_DISK)

# Loaded into the programs with LD_PRELOAD: no libtool for a single test library.
check_DATA += tests/e2e/stop_at.so
CLEANFILES += tests/e2e/stop_at.so
tests/e2e/stop_at.so: $(srcdir)/tests/e2e/stop_at.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) -std=c17 $(CPPFLAGS) $(CFLAGS) -Wall -Wextra -fPIC -shared -o $@ $(srcdir)/tests/e2e/stop_at.c

check-dovecot: all $(check_DATA)
	$(MAKE) check-TESTS TESTS='$(E2E_DOVECOT) $(TRAY_DOVECOT)' TEST_SUITE_LOG=tests/e2e/dovecot.log

# Real servers, which need not be installed: what lies unpacked in servers/NAME of the build folder is used, or in
# $BACKSTOP_SERVERS/NAME. One that is not there is skipped.
E2E_SERVERS = tests/e2e/test_servers.py
EXTRA_DIST += $(E2E_SERVERS) tests/e2e/rig_servers.py tests/e2e/server_kinds.py tests/e2e/mail_access.py \
	tests/e2e/servers/enter.sh tests/e2e/servers/inetd.py
check-servers: all
	$(MAKE) check-TESTS TESTS='$(E2E_SERVERS)' TEST_SUITE_LOG=tests/e2e/servers.log

# Every order of steps of two machines, and every point at which a pass can be killed or cut off, where check and
# check-dovecot take a spread of them.
SLOW_TESTS = tests/e2e/test_kill_pop3.py tests/e2e/test_kill.py tests/e2e/test_disk_kill.py \
	tests/fetcher/pass/test_rivals$(EXEEXT) tests/fetcher/pass/test_settle$(EXEEXT)
check-slow: all $(check_PROGRAMS) $(check_DATA)
	BACKSTOP_FAULT_POINTS=1 $(MAKE) check-TESTS TESTS='$(SLOW_TESTS)' TEST_SUITE_LOG=tests/e2e/slow.log

# And every place for a fault between daemon and server: a quarter of an hour more.
check-faults: check-slow
	BACKSTOP_FAULT_PLACES=all $(MAKE) check-TESTS TESTS=tests/e2e/test_proxy.py TEST_SUITE_LOG=tests/e2e/faults.log
	@grep '^# ' tests/e2e/test_proxy.log

# Everything at once for so many minutes; prints a line a minute.
MINUTES = 2
SOAK = tests/e2e/soak.py
EXTRA_DIST += $(SOAK)
soak: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' python3 -B '$(srcdir)/$(SOAK)' $(MINUTES)

# make check without the tests that run whole programs.
UNIT_TESTS = `echo '$(TESTS)' | tr ' ' '\n' | grep -v '[.]py$$' | tr '\n' ' '`
check-unit: all
	$(MAKE) check TESTS="$(UNIT_TESTS)"

# check and check-dovecot for a build with sanitizers, in which a program takes ten times as long to start: without the
# tests that kill programs (the pass after a kill is what all the others run, too), and with fewer places for a fault.
UNKILLED = tr ' ' '\n' | grep -v _kill | tr '\n' ' '
check-sanitized: all
	status=0; BACKSTOP_FAULT_PLACES=few; BACKSTOP_TEST_LIMIT=180; export BACKSTOP_FAULT_PLACES BACKSTOP_TEST_LIMIT; \
	  $(MAKE) check TESTS="`echo '$(TESTS)' | $(UNKILLED)`" || status=1; \
	  $(MAKE) check-dovecot E2E_DOVECOT="`echo '$(E2E_DOVECOT)' | $(UNKILLED)`" || status=1; exit $$status

# distcheck with what can fail there alone: the build, the unit tests, and programs that an ordinary user runs.
distcheck-short:
	$(MAKE) distcheck TESTS="$(UNIT_TESTS) tests/e2e/test_disk.py tests/e2e/test_password.py"

# Of a --enable-coverage build: lines of the two rooms that decide and remember, as run by their own tests.
COVERAGE_FLOOR = 85
if COVERAGE
coverage:
	find . -name '*.gcda' -delete
	$(MAKE) check-TESTS TESTS='$(FILTER_TESTS) $(LEDGER_TESTS)'
	gcovr --root '$(top_srcdir)' --object-directory . --filter '$(abs_top_srcdir)/filter/' \
	  --filter '$(abs_top_srcdir)/ledger/' --fail-under-line $(COVERAGE_FLOOR)
else
coverage:
	@echo 'make coverage needs a build configured with --enable-coverage' >&2; exit 1
endif
