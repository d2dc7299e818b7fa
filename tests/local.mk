# The table of who may include whom, and what it is read by.
TESTS += tests/test_layers.sh
dist_check_SCRIPTS += tests/test_layers.sh
EXTRA_DIST += tests/layers.tsv tests/layers.awk
EXTRA_DIST += tests/accept.sh tests/accept-labels.tsv tests/packages.sh tests/sum.sh tests/lsan.supp
