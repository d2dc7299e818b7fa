#!/bin/bash
# The acceptance run on labelled mail, with the labels that are mistaken corrected.
#   accept.sh BACKSTOP_PROGRAM ACCEPT_DIR LABELLED_DIR
# tests/accept-labels.tsv names each correction: file, label, and why. The labelled folder itself is only read.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1 accept=$2 labelled=$(cd "$3" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/mail"
for entry in "$labelled"/*; do ln -s "$entry" "$work/mail/"; done
rm "$work/mail/labels.tsv"
awk -F '\t' -v OFS='\t' '
  NR == FNR { if (!/^#/ && NF) { label[$1] = $2; why[$1] = $3 } next }
  $1 in label { print "label corrected: " $1 " is \"" label[$1] "\": " why[$1] > "/dev/stderr"; print $1, label[$1], "", ""; next }
  { print }' "$here/accept-labels.tsv" "$labelled/labels.tsv" > "$work/mail/labels.tsv"
chmod 755 "$work"
"$accept/run.sh" "$program" "$work/mail" "$work/run"
