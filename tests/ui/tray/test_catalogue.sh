#!/bin/sh
# test_catalogue.sh - the catalogues hold every sentence of the tray program, those of evidence (filter/) included, and
# nothing doubtful; with the argument "template" it prints what is to be translated
# Owns:     a temporary folder, removed at the end.
# Must not: change a catalogue.
# Fails:    by TAP; what is missing is shown.
# Tests:    po/
set -u
top=${top_srcdir:-.}

template() { # prints it
  (cd "$top" && xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --add-comments=Translators --no-wrap \
    --no-location --sort-output --package-name=backstop -o - ui/*/*.c filter/*.c \
    | sed 's/charset=CHARSET/charset=UTF-8/')
}

if [ "${1-}" = template ]; then
  template
  exit
fi

# Prints the sentences whose translation does not hold the same {forms} and [groups] (filter/sentences.c).
other_forms() { # PO
  msgcat --no-wrap "$1" | awk '
    function count(text, by,   form) {
      while (match(text, /\{[0-9]+(:[a-z]+)?\}|\[|\]/)) {
        form = substr(text, RSTART, RLENGTH)
        forms[form] += by
        text = substr(text, RSTART + RLENGTH)
      }
    }
    /^msgid / { split("", forms); sentence = $0; count($0, 1) }
    /^msgstr / {
      count($0, -1)
      for (form in forms) if (forms[form] != 0) { print form " in " sentence; bad = 1 }
    }
    END { exit bad }'
}

for tool in xgettext msgcat msgcmp msgfmt; do
  command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool not installed"; exit 0; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
template >"$work/pot"
n=0 bad=0
set -- "$top"/po/*.po
echo "1..$((3 * $#))"
report() { # NAME, after a command
  if [ $? = 0 ]; then ok="ok"; else ok="not ok"; bad=1; sed 's/^/# /' "$work/said"; fi
  n=$((n + 1))
  echo "$ok $n - $1"
}
for po; do
  msgfmt --check -o /dev/null "$po" >"$work/said" 2>&1
  report "$(basename "$po") is in order"
  msgcmp "$po" "$work/pot" >"$work/said" 2>&1
  report "$(basename "$po") is complete"
  other_forms "$po" >"$work/said" 2>&1
  report "$(basename "$po") keeps the places for arguments"
done
exit $bad
