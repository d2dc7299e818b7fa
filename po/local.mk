# Catalogues of the tray program. Where msgfmt is missing none is made, and it speaks English.
EXTRA_DIST += po/de.po
if CATALOGUES
podedir = $(localedir)/de/LC_MESSAGES
nodist_pode_DATA = po/de/LC_MESSAGES/backstop.mo
CLEANFILES += po/de/LC_MESSAGES/backstop.mo
po/de/LC_MESSAGES/backstop.mo: $(srcdir)/po/de.po
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MSGFMT) --check-format -o $@ $(srcdir)/po/de.po
endif
TESTS += tests/ui/tray/test_catalogue.sh
dist_check_SCRIPTS += tests/ui/tray/test_catalogue.sh

# For maintainers: brings the catalogues up to date with the sources.
.PHONY: update-po
update-po:
	cd '$(srcdir)' && sh tests/ui/tray/test_catalogue.sh template >po/backstop.pot && \
	  msgmerge --update --backup=none --no-wrap --no-location po/de.po po/backstop.pot; rm -f po/backstop.pot
