# The systemd user unit: started by `systemctl --user enable --now backstopd`.
systemduserunitdir = $(prefix)/lib/systemd/user
nodist_systemduserunit_DATA = data/backstopd.service
EXTRA_DIST += data/backstopd.service.in
CLEANFILES += data/backstopd.service
data/backstopd.service: data/backstopd.service.in Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed -e 's|@bindir[@]|$(bindir)|' '$(srcdir)/data/backstopd.service.in' >$@.tmp && mv $@.tmp $@
TESTS += tests/test_unit.sh
dist_check_SCRIPTS += tests/test_unit.sh
