#!/bin/sh
# test_format.sh - the form of every source file: C as .clang-format has it, and nothing else wider than 120 columns
# Owns:     a folder under /tmp, removed at the end.
# Must not: change a file; look into folders that a build made.
# Fails:    by TAP; each offending line is shown. Cases about C are skipped without clang-format.
# Tests:    all files that people write
# The rule for what is not C: a line has at most 120 columns. Only the rows of a Markdown table, and a line whose width
# comes from a single word (an address of the Web, say), may be wider.
set -u
export LC_ALL=C.UTF-8
top=${top_srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# sources DIR NAME...: files with these names, without what git, autotools and builds have put there.
sources() {
  folder=$1 names=
  shift
  for name in "$@"; do names="$names${names:+ -o }-name $name"; done
  set -f
  # shellcheck disable=SC2086
  find "$folder" \( -name .git -o -name 'build*' -o -name autom4te.cache -o -name aclocal.m4 \
    -o -name 'backstop-[0-9]*' \) -prune -o -type f \( $names \) -print
  set +f
}

# wide FILE...: the lines that break the rule.
wide() {
  grep -HnE '^.{121,}$' "$@" | grep -vE '^[^:]*\.md:[0-9]+:[[:space:]]*\|' |
    grep -vE '^[^:]*:[0-9]+:[[:space:]#*>-]*[^[:space:]]{100,}'
}

# badly_formed FILE...: what clang-format would change.
badly_formed() { clang-format --style="file:$top/.clang-format" --dry-run --Werror "$@" 2>&1 | grep 'error:'; }

report() { # NUMBER NAME: passes when nothing was found.
  if [ -s "$work/found" ]; then sed 's/^/# /' "$work/found"; echo "not ok $1 - $2"; bad=1; else echo "ok $1 - $2"; fi
}

bad=0
echo 1..5
printf 'int  one ;\n' >"$work/bad.c"
if command -v clang-format >/dev/null; then
  # shellcheck disable=SC2046
  badly_formed $(sources "$top" '*.[ch]' | grep -v '/sample_') >"$work/found"
  report 1 'C is formed as .clang-format says'
  badly_formed "$work/bad.c" | grep -q . && : >"$work/found" || echo bad.c >"$work/found"
  report 2 'C that is badly formed is noticed'
else
  echo 'ok 1 - C is formed as .clang-format says # SKIP no clang-format'
  echo 'ok 2 - C that is badly formed is noticed # SKIP no clang-format'
fi

# shellcheck disable=SC2046
wide $(sources "$top" '*.py' '*.sh' '*.mk' '*.md' '*.m4' configure.ac Makefile.am run) >"$work/found"
report 3 'no line is wider than 120 columns, except rows of tables'

long=$(printf '%0120d' 0 | sed 's/00/0 /g')
printf '# %s\n' "$long" >"$work/wide.py"
wide "$work/wide.py" | grep -q . && : >"$work/found" || echo wide.py >"$work/found"
report 4 'a line that is too wide is noticed'

{ echo "| $long |"; echo "- https://example.org/$(printf '%0120d' 0)"; } >"$work/wide.md"
wide "$work/wide.md" >"$work/found"
report 5 'a row of a table and an address of the Web may be wider'
exit $bad
