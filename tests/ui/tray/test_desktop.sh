#!/bin/sh
# test_desktop.sh - what the desktop is told of the tray program, by the desktop's own checks
# Owns:     nothing.
# Must not: use the network.
# Fails:    by TAP.
# Tests:    data/
set -u
top=${top_srcdir:-.}
n=0 bad=0
report() { # OK NAME
  n=$((n + 1))
  if [ "$1" = yes ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}
check() { # NAME TOOL ARGUMENT...
  name=$1 tool=$2
  shift
  if ! command -v "$tool" >/dev/null; then
    n=$((n + 1))
    echo "ok $n - $name # SKIP $tool not installed"
  elif said=$("$@" 2>&1); then
    report yes "$name"
  else
    echo "$said" | sed 's/^/# /'
    report no "$name"
  fi
}
echo 1..4
check "the desktop entry" desktop-file-validate "$top/data/org.backstop.Tray.desktop"
check "the AppStream metainfo" appstreamcli validate --no-net "$top/data/org.backstop.Tray.metainfo.xml"
missing=
for icon in backstop backstop-idle backstop-waiting backstop-problem; do
  for file in "scalable/apps/$icon.svg" "symbolic/apps/$icon-symbolic.svg"; do
    [ -s "$top/data/icons/hicolor/$file" ] || missing="$missing $file"
  done
done
if [ -z "$missing" ]; then
  report yes "every icon, symbolic as well"
else
  report no "every icon, symbolic as well; missing:$missing"
fi
if grep -rlE 'href|<image|<script|url\(' "$top/data/icons" >/dev/null; then
  report no "icons load nothing"
else
  report yes "icons load nothing"
fi
exit $bad
