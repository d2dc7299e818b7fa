EXTRA_DIST += doc/HACKING.md doc/pictures/review.png doc/pictures/statistics.png doc/pictures/menu.png
EXTRA_DIST += %D%/design/boxes.md %D%/design/coverage-and-clocks.md %D%/design/door.md %D%/design/mbox.md \
	%D%/design/moves-and-crashes.md %D%/design/two-machines.md %D%/design/verdicts.md %D%/design/waiting.md \
	%D%/design/configuration.md %D%/design/dns.md %D%/design/evidence.md %D%/id-mark.md
dist_man_MANS = doc/backstop.1 doc/backstopd.1 doc/backstop-config.5
EXTRA_DIST += doc/backstop-tray.1
if TRAY
man_MANS = doc/backstop-tray.1
endif
