#!/bin/bash
# The acceptance run on labelled mail, with the labels that are mistaken corrected.
#   accept.sh BUILD_DIR ACCEPT_DIR LABELLED_DIR [FORM]
# FORM: how the mailbox is reached, imap (from a server, the default), maildir, mbox or pop3.
# tests/accept-labels.tsv names each correction: file, label, and why. The labelled folder itself is only read.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) accept=$2 labelled=$(cd "$3" && pwd) form=${4:-imap}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/mail"
for entry in "$labelled"/*; do ln -s "$entry" "$work/mail/"; done
rm "$work/mail/labels.tsv"
awk -F '\t' -v OFS='\t' '
  NR == FNR { if (!/^#/ && NF) { label[$1] = $2; why[$1] = $3 } next }
  $1 in label { print "label corrected: " $1 " is \"" label[$1] "\": " why[$1] > "/dev/stderr"
                print $1, label[$1], "", ""; next }
  { print }' "$here/accept-labels.tsv" "$labelled/labels.tsv" > "$work/mail/labels.tsv"
chmod 755 "$work"
if [ "$form" = imap ]; then
  "$accept/run.sh" "$build/backstop" "$work/mail" "$work/run"
else
  python3 "$accept/make_mailbox.py" "$work/mail" "$work/run"
  top_srcdir=$here/.. top_builddir=$build python3 -B "$here/e2e/accept.py" "$form" "$work/run"
  python3 "$accept/score.py" "$work/run" Backscatter "$work/mail"
fi
