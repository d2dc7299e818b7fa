#!/bin/sh
# test_unit.sh - systemd understands every line of the unit, and finds it tight
# Owns:     a folder under /tmp, removed at the end.
# Must not: speak to a running systemd.
# Fails:    by TAP; skipped where there is no systemd-analyze.
# Tests:    data/backstopd.service.in
set -u
command -v systemd-analyze >/dev/null || { echo '1..0 # SKIP no systemd-analyze'; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset DBUS_SESSION_BUS_ADDRESS
export HOME="$work" XDG_RUNTIME_DIR="$work"

# verify LINE: what systemd says of the unit with this line in it.
verify() {
  # The program that is installed later is played by one that is here.
  sed -e "s|^ExecStart=.*|ExecStart=/bin/true|" -e "s|^Type=notify|&\n$1|" \
    "${top_builddir:-.}/data/backstopd.service" >"$work/backstopd.service"
  systemd-analyze --user --man=no verify "$work/backstopd.service" 2>&1 | grep -F backstopd.service
}

report() { # yes|no NUMBER NAME
  if [ "$1" = yes ]; then echo "ok $2 - $3"; else echo "not ok $2 - $3"; fi
}

echo 1..4
said=$(verify '') fine=yes
if [ -n "$said" ]; then echo "$said" | sed 's/^/# /'; fine=no; fi
report $fine 1 'systemd has nothing to say against it'
if [ -n "$(verify 'NoSuchThing=yes')" ]; then fine=yes; else fine=no; fi
report $fine 2 'systemd complains of a line that it does not know'
verify '' >/dev/null
level=$(systemd-analyze --user security --offline=yes --no-pager "$work/backstopd.service" 2>/dev/null |
  sed -n 's/.*exposure level[^0-9]*\([0-9.]*\).*/\1/p')
echo "# exposure level ${level:-unknown}, on a scale to 10"
case $level in [0-2].*) fine=yes ;; *) fine=no ;; esac
report $fine 3 'exposure level below 3'

# The calls that have no wrapper in libc, by which programs close themselves in, are in no group of older systemds.
fine=yes
for call in $(grep -rhoE 'SYS_landlock_[a-z_]+' "${top_srcdir:-.}/fetcher" | sed 's/^SYS_//' | sort -u); do
  grep -qE "^SystemCallFilter=.*\b$call\b" "$work/backstopd.service" || { echo "# $call is refused"; fine=no; }
done
report $fine 4 'what closes a program in is not refused to it'
