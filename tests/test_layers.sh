#!/bin/sh
# test_layers.sh - who includes whom (tests/layers.tsv), and what filter/ and ledger/ must not call
# Owns:     a copy of the rooms in a temporary folder, removed at the end.
# Must not: need a compiler.
# Fails:    by TAP; each offending line is shown.
# Tests:    filter/ ledger/ fetcher/ ui/
set -u
top=${top_srcdir:-.}
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT

# lines DIR REGEX ROOM...: matching lines of the files of these rooms, as FILE:LINE:TEXT.
lines() {
  (cd "$1" && pattern=$2 && shift 2 && find "$@" -name '*.[ch]' -exec grep -EHn "$pattern" {} +)
}

includes='^[[:space:]]*#[[:space:]]*include'
calls='(^|[^[:alnum:]_>.])'
exits="$calls(exit|_exit|quick_exit|abort|g_error|g_abort|err|errx)\\("
impure="$calls(f?open|openat|creat|popen|system|getenv|time|gettimeofday|clock_gettime|socket|connect|f?printf|puts|fputs)\\("
impure="$impure|${calls}g_(file_|get_(real|monotonic)_time|date_time_new_now|getenv|spawn|mkdir|open|unlink|print|random)[a-z_]*\\("

# rule NAME DIR: the lines under DIR that break it.
rule() {
  case $1 in
  table | private | circle)
    lines "$2" "$includes" filter ledger fetcher ui | awk -f "$top/tests/layers.awk" "$top/tests/layers.tsv" - | sed -n "s/^$1 //p"
    ;;
  pure) lines "$2" "$impure" filter ;;
  exits) lines "$2" "$exits" filter ledger ;;
  esac
}

name() {
  case $1 in
  table) echo "every include is in tests/layers.tsv" ;;
  private) echo "no room includes the private.h of another one" ;;
  circle) echo "no files include each other in a circle" ;;
  pure) echo "filter touches no file, clock or network" ;;
  exits) echo "filter and ledger never end the process" ;;
  esac
}

# What must be found when it is put into a file: RULE FILE LINE.
faults='
table filter/normalise.c #include <libetpan/libetpan.h>
table filter/normalise.c #include <sqlite3.h>
table filter/normalise.c #include <gio/gio.h>
table filter/normalise.c #include <stdio.h>
table filter/normalise.h #include "ledger/ledger.h"
table filter/normalise.c #include "fetcher/store/store.h"
table filter/normalise.c # include <gtk/gtk.h>
table filter/fields.c #include <nettle/rsa.h>
table ledger/sent.c #include <libetpan/libetpan.h>
table ledger/sent.c #include <gmime/gmime.h>
table ledger/sent.c #include "fetcher/config/config.h"
table ledger/sent.c #include "ui/main.h"
table fetcher/common/exit.c #include <sqlite3.h>
table fetcher/common/exit.c #include "ui/main.h"
table fetcher/common/exit.c #include <gtk/gtk.h>
table fetcher/common/exit.c #include "ledger/db.h"
table fetcher/config/load.c #include "fetcher/store/store.h"
table fetcher/box/box.c #include "fetcher/disk/disk_box.h"
table fetcher/pass/run.c #include "fetcher/imap/imap.h"
table fetcher/pass/run.c #include "fetcher/pop3/link.h"
table fetcher/pass/run.c #include "fetcher/box/box.h"
table fetcher/pass/run.c #include "fetcher/maildir/maildir.h"
table fetcher/pass/run.c #include "fetcher/mbox/lines.h"
table fetcher/pass/run.c #include "fetcher/disk/mail_files.h"
table fetcher/pass/run.c #include "fetcher/door/door.h"
table fetcher/pass/run.c #include "fetcher/net/stream.h"
table fetcher/worker/main.c #include "fetcher/daemon/supervisor.h"
table fetcher/daemon/main.c #include <gio/gio.h>
table fetcher/daemon/main.c #include <gnutls/gnutls.h>
table fetcher/daemon/main.c #include <libetpan/libetpan.h>
table fetcher/daemon/main.c #include <gmime/gmime.h>
table fetcher/secret/secret.c #include <libsecret/secret.h>
table fetcher/extra/extra.c #include <glib.h>
table ui/cli/extra.c #include <sqlite3.h>
table ui/cli/extra.c #include <libetpan/libetpan.h>
table ui/cli/extra.c #include <gnutls/gnutls.h>
table ui/cli/extra.c #include "fetcher/store/store.h"
table ui/cli/extra.c #include "fetcher/secret/secret.h"
table ui/cli/extra.c #include "fetcher/config/reader.h"
table ui/cli/extra.c #include "ledger/db.h"
table ui/cli/extra.c #include <gtk/gtk.h>
table ui/model/entry_text.c #include "ui/tray/desk.h"
table ui/model/entry_text.h #include <cairo.h>
private fetcher/common/exit.c #include "ledger/private.h"
private fetcher/worker/doorman.c #include "fetcher/door/private.h"
private fetcher/pop3/box.c #include "fetcher/box/private.h"
circle fetcher/pass/run.c #include "fetcher/pass/pass.h"
circle fetcher/pass/run.h #include "fetcher/pass/pass.h"
circle fetcher/store/store.c #include "fetcher/box/box.h"
circle ledger/ledger.c #include "ledger/wish.h"
pure filter/normalise.c int now = time(NULL);
pure filter/normalise.c  gint64 now = g_get_real_time();
pure filter/normalise.c  FILE *file = fopen("x", "r");
pure filter/normalise.c  g_file_get_contents("x", &text, NULL, NULL);
exits filter/normalise.c  exit(1);
exits ledger/sent.c  if (x) abort();
exits ledger/sent.c  g_error("x");
'

n=0 bad=0
report() { # OK NAME
  n=$((n + 1))
  if [ "$1" = yes ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=1; fi
}

echo "1..$((5 + $(echo "$faults" | grep -c .)))"
for i in table private circle pure exits; do
  found=$(rule "$i" "$top")
  if [ -z "$found" ]; then report yes "$(name "$i")"; else echo "$found" | sed 's/^/# /'; report no "$(name "$i")"; fi
done

for room in filter ledger fetcher ui; do cp -r "$top/$room" "$copy/$room"; done
chmod -R u+w "$copy"
while read -r i file line; do
  [ -n "$i" ] || continue
  mkdir -p "$(dirname "$copy/$file")"
  rm -f "$copy/kept"
  [ -f "$copy/$file" ] && cp "$copy/$file" "$copy/kept"
  echo "$line" >>"$copy/$file"
  unit=${file%.[ch]}
  if rule "$i" "$copy" | grep -qE "^($file|$unit):"; then report yes "noticed in $file: $line"; else report no "noticed in $file: $line"; fi
  if [ -f "$copy/kept" ]; then mv "$copy/kept" "$copy/$file"; else rm "$copy/$file"; fi
done <<EOF
$faults
EOF
exit $bad
