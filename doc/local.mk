EXTRA_DIST += doc/HACKING.md doc/design/verdicts.md doc/pictures/review.png doc/pictures/statistics.png doc/pictures/menu.png
dist_man_MANS = doc/backstop.1 doc/backstopd.1 doc/backstop-config.5
EXTRA_DIST += doc/backstop-tray.1
if TRAY
man_MANS = doc/backstop-tray.1
endif
