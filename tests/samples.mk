# Hand-written mail: the sample mailbox of demo.sh and the end-to-end tests.
EXTRA_DIST += tests/demo-mailbox
