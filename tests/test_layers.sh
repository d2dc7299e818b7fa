#!/bin/sh
# test_layers.sh - the arrows between the rooms (doc/HACKING.md), by what the files include and call
# Owns:     a copy of the rooms in a temporary folder, removed at the end.
# Must not: need a compiler.
# Fails:    by TAP; each offending line is shown.
# Tests:    filter/ ledger/ fetcher/ ui/
set -u
top=${top_srcdir:-.}
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT

# lines DIR ROOM REGEX: matching lines of a room's files.
lines() { find "$1/$2" -name '*.[ch]' -exec grep -EHn "$3" {} +; }

# includes_but DIR ROOM REGEX: its includes that are not of this form.
includes_but() { lines "$1" "$2" '^[[:space:]]*#[[:space:]]*include' | grep -Ev "include[[:space:]]+($3)"; }

plain='<(ctype|errno|inttypes|limits|math|stdarg|stdbool|stddef|stdint|stdlib|string)\.h>'
posix='<(dirent|fcntl|signal|stdio|sysexits|time|unistd|poll|locale|pwd|netdb|termios|syslog)\.h>|<(sys|netinet|arpa|linux)/[a-z_]+\.h>'
glib='<(glib|gio|glib-unix)[-a-z/]*\.h>|<glib\.h>'
words='<glib/gi18n\.h>'
calls='(^|[^[:alnum:]_>.])'
exits="$calls(exit|_exit|quick_exit|abort|g_error|g_abort|err|errx)\\("
impure="$calls(f?open|openat|creat|popen|system|getenv|time|gettimeofday|clock_gettime|socket|connect|f?printf|puts|fputs)\\("
impure="$impure|${calls}g_(file_|get_(real|monotonic)_time|date_time_new_now|getenv|spawn|mkdir|open|unlink|print|random)[a-z_]*\\("

# rule NUMBER DIR: the lines under DIR that break it.
rule() {
  case $1 in
  1) includes_but "$2" filter "$plain|<glib\\.h>|<gmime/[-a-z]+\\.h>|\"filter/" ;;
  2) lines "$2" filter "$impure" ;;
  3) includes_but "$2" ledger "$plain|$posix|$glib|<sqlite3\\.h>|\"(filter|ledger)/" ;;
  4) includes_but "$2" fetcher "$plain|$posix|$glib|<(libetpan|gnutls)/[-a-z0-9_]+\\.h>|<malloc\\.h>|<libsecret/secret\\.h>|\"(filter|ledger|fetcher)/" ;;
  5) includes_but "$2" ui "$plain|$posix|$glib|$words|<(gtk|libayatana-appindicator|json-glib|gmime)[-a-z0-9/]*\\.h>|\"(filter|ledger|ui)/|\"fetcher/(config/config|common/exit|secret/keyring|disk/mail_files|common/program)\.h\"" ;;
  6) for room in fetcher ui; do includes_but "$2" "$room" '[^"]|"(filter|fetcher|ui)/|"ledger/(account|browse|journal|ledger|newsender|number|facts|sent|stats|wish)\.h"'; done ;;
  8) lines "$2" ui '^[[:space:]]*#[[:space:]]*include[[:space:]]+(<(gtk|gdk|cairo|libayatana-appindicator)|"ui/tray/)' | grep -Ev '^[^:]*ui/tray/[a-z_]*\.[ch]:' ;;
  7) for room in filter ledger; do lines "$2" "$room" "$exits"; done ;;
  esac
}

name() {
  case $1 in
  1) echo "filter uses GLib, GMime and itself" ;;
  2) echo "filter touches no file, clock or network" ;;
  3) echo "ledger uses SQLite, filter and itself" ;;
  4) echo "fetcher uses libetpan, GnuTLS, filter, ledger and itself" ;;
  5) echo "ui uses filter, ledger, itself and the configuration of fetcher" ;;
  6) echo "nobody reaches into ledger past its contracts" ;;
  8) echo "GTK is in ui/tray and nowhere else" ;;
  7) echo "filter and ledger never end the process" ;;
  esac
}

# What must be found when it is put into a file: RULE FILE LINE.
offences='
1 filter/normalise.c #include <libetpan/libetpan.h>
1 filter/normalise.c #include <sqlite3.h>
1 filter/normalise.c #include <gio/gio.h>
1 filter/normalise.c #include <stdio.h>
1 filter/normalise.h #include "ledger/ledger.h"
1 filter/normalise.c #include "fetcher/store/store.h"
1 filter/normalise.c # include <gtk/gtk.h>
2 filter/normalise.c int now = time(NULL);
2 filter/normalise.c  gint64 now = g_get_real_time();
2 filter/normalise.c  FILE *file = fopen("x", "r");
2 filter/normalise.c  g_file_get_contents("x", &text, NULL, NULL);
3 ledger/sent.c #include <libetpan/libetpan.h>
3 ledger/sent.c #include <gmime/gmime.h>
3 ledger/sent.c #include "fetcher/config/config.h"
3 ledger/sent.c #include "ui/main.h"
4 fetcher/common/exit.c #include <sqlite3.h>
4 fetcher/common/exit.c #include "ui/main.h"
4 fetcher/common/exit.c #include <gtk/gtk.h>
5 ui/cli/extra.c #include <sqlite3.h>
5 ui/cli/extra.c #include <libetpan/libetpan.h>
5 ui/cli/extra.c #include <gnutls/gnutls.h>
5 ui/cli/extra.c #include "fetcher/store/store.h"
5 ui/cli/extra.c #include "fetcher/secret/secret.h"
8 ui/cli/extra.c #include <gtk/gtk.h>
8 ui/model/entry_text.c #include "ui/tray/desk.h"
8 ui/model/entry_text.h #include <cairo.h>
6 ui/cli/extra.c #include "ledger/db.h"
6 fetcher/common/exit.c #include "ledger/private.h"
7 filter/normalise.c  exit(1);
7 ledger/sent.c  if (x) abort();
7 ledger/sent.c  g_error("x");
'

n=0 bad=0
report() { # OK NAME
  n=$((n + 1))
  if [ "$1" = yes ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}

echo "1..$((8 + $(echo "$offences" | grep -c .)))"
for i in 1 2 3 4 5 6 7 8; do
  found=$(rule "$i" "$top")
  if [ -z "$found" ]; then report yes "$(name "$i")"; else echo "$found" | sed 's/^/# /'; report no "$(name "$i")"; fi
done

while read -r i file line; do
  [ -n "$i" ] || continue
  rm -rf "${copy:?}/tree"
  for room in filter ledger fetcher ui; do
    mkdir -p "$copy/tree"
    cp -r "$top/$room" "$copy/tree/$room"
  done
  chmod -R u+w "$copy/tree"
  echo "$line" >>"$copy/tree/$file"
  if rule "$i" "$copy/tree" | grep -qF "$file:"; then report yes "noticed in $file: $line"; else report no "noticed in $file: $line"; fi
done <<EOF
$offences
EOF
exit $bad
