#!/bin/bash
# Builds Backstop in build/ and runs every test, after installing the Debian packages that are missing. The last line
# adds up: N passed, N failed, N skipped. BACKSTOP_BUILD names another build folder.
set -u
cd "$(dirname "$0")" || exit 1
top=$PWD
build=${BACKSTOP_BUILD:-$top/build}
. tests/packages.sh
. tests/sum.sh

configure_build() { mkdir -p "$build" && cd "$build" && "$top/configure" --quiet --enable-werror; }
in_build() { make --no-print-directory -C "$build" "$@"; }

# The acceptance run scores real mail against its labels, where that mail is at hand: on an IMAP server, in folders, by
# POP3.
accept() {
  local status=0 form
  for form in imap maildir mbox pop3; do
    echo "-- $form"
    if tests/accept.sh "$build" "$1/accept" "$1/corpus" "$form"; then
      echo "# PASS: 1"
    else
      echo "# FAIL: 1"
      status=1
    fi
  done
  return $status
}

build_all() {
  step "Packages" need_packages "${PACKAGES[@]}" "${TRAY_PACKAGES[@]}" "${CLIENT_PACKAGES[@]}" &&
    step "Generating configure" ./autogen.sh &&
    step "Configuring in $build" configure_build &&
    step "Building" in_build -j"$(nproc)" all
}

servers() { need_servers "$build/servers" && in_build check-servers; }

# What needs a server runs side by side, since it waits more than it computes.
if build_all; then
  step "Tests without a server" in_build -j"$at_once" check
  begin servers servers
  [ ! -x ../shared/accept/run.sh ] || begin accept accept ../shared
  step "Tests with a private Dovecot" in_build -j"$at_once" check-dovecot
  finish servers "Tests with other mail servers"
  if [ -x ../shared/accept/run.sh ]; then
    finish accept "Acceptance on labelled mail"
  else
    say "Acceptance on labelled mail: skipped, ../shared/accept/run.sh is not here"
    skipped=$((skipped + 1))
  fi
fi
sum
