# The systemd user unit: started by `systemctl --user enable --now backstopd`.
systemduserunitdir = $(prefix)/lib/systemd/user
nodist_systemduserunit_DATA = data/backstopd.service
EXTRA_DIST += data/backstopd.service.in
CLEANFILES += data/backstopd.service
data/backstopd.service: data/backstopd.service.in Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed -e 's|@bindir[@]|$(bindir)|' '$(srcdir)/data/backstopd.service.in' >$@.tmp && mv $@.tmp $@
TESTS += tests/data/test_unit.sh
dist_check_SCRIPTS += tests/data/test_unit.sh

# Icons, and what a desktop wants to know of the tray program.
ICONS_SCALABLE = data/icons/hicolor/scalable/apps/backstop.svg data/icons/hicolor/scalable/apps/backstop-idle.svg \
	data/icons/hicolor/scalable/apps/backstop-waiting.svg data/icons/hicolor/scalable/apps/backstop-problem.svg
ICONS_SYMBOLIC = data/icons/hicolor/symbolic/apps/backstop-symbolic.svg \
	data/icons/hicolor/symbolic/apps/backstop-idle-symbolic.svg \
	data/icons/hicolor/symbolic/apps/backstop-waiting-symbolic.svg \
	data/icons/hicolor/symbolic/apps/backstop-problem-symbolic.svg
EXTRA_DIST += $(ICONS_SCALABLE) $(ICONS_SYMBOLIC) data/org.backstop.Tray.desktop data/org.backstop.Tray.metainfo.xml
TESTS += tests/ui/tray/test_desktop.sh
dist_check_SCRIPTS += tests/ui/tray/test_desktop.sh
if TRAY
iconscalabledir = $(datadir)/icons/hicolor/scalable/apps
iconscalable_DATA = $(ICONS_SCALABLE)
iconsymbolicdir = $(datadir)/icons/hicolor/symbolic/apps
iconsymbolic_DATA = $(ICONS_SYMBOLIC)
applicationsdir = $(datadir)/applications
applications_DATA = data/org.backstop.Tray.desktop
metainfodir = $(datadir)/metainfo
metainfo_DATA = data/org.backstop.Tray.metainfo.xml
endif
