EXTRA_DIST += doc/HACKING.md
dist_man_MANS = doc/backstop.1 doc/backstopd.1 doc/backstop-config.5
