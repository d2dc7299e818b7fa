# The table of who may include whom, and what it is read by. The form of the sources is checked by .ci/run alone, since
# another clang-format may want another form.
TESTS += tests/test_layers.sh
dist_check_SCRIPTS += tests/test_layers.sh
dist_check_SCRIPTS += tests/test_format.sh
EXTRA_DIST += tests/layers.tsv tests/layers.awk tests/README.md tests/accept.sh tests/accept-labels.tsv tests/packages.sh \
	tests/sum.sh tests/lsan.supp
