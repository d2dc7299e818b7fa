#!/bin/bash
# Shows Backstop at work on a sample mailbox: builds it in build/, starts a private mail server on this machine, runs
# one pass, and cleans up. Installs the Debian packages that are missing.
set -eu
cd "$(dirname "$0")"
top=$PWD build=$PWD/build
. tests/packages.sh

need_packages "${PACKAGES[@]}"
mkdir -p "$build"
log=$build/demo-build.log
echo "== Building Backstop in $build (a minute or two the first time; details in $log)"
build_all() {
  { [ -x configure ] || ./autogen.sh; } &&
    cd "$build" &&
    { [ -f Makefile ] || "$top/configure" --quiet; } &&
    make -j"$(nproc)" all
}
if ! (build_all) >"$log" 2>&1 </dev/null; then
  tail -n 20 "$log" >&2
  echo "The build failed; all of it is in $log" >&2
  exit 1
fi

export top_srcdir=$top top_builddir=$build
exec python3 -B tests/e2e/demo.py
