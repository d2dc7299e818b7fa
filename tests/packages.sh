# packages.sh - the Debian packages Backstop is built and tested with, and how to get the missing ones; to be sourced.

# shellcheck shell=bash disable=SC2034
PACKAGES=(autoconf automake make gcc libc6-dev pkg-config xz-utils libetpan-dev libgmime-3.0-dev libsqlite3-dev libglib2.0-dev
  libgnutls28-dev libjson-glib-dev libcmocka-dev libsasl2-modules dovecot-imapd openssl python3 ca-certificates)

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

package_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the named packages that are missing. Dovecot is wanted as a program only: its system service is neither
# started by the installation nor left enabled.
need_packages() {
  local missing="" package dovecot_is_new=no
  for package in "$@"; do
    package_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  case "$missing" in *dovecot*) package_installed dovecot-core || dovecot_is_new=yes ;; esac
  echo "== Installing Debian packages:$missing"
  (
    set -e
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'as_root rm -f "$policy"' EXIT
      trap 'exit 130' INT TERM HUP
      printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
      as_root chmod 755 "$policy"
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing </dev/null
  ) || { echo "The packages could not be installed; try: apt-get install$missing" >&2; return 1; }
  if [ "$dovecot_is_new" = yes ] && [ -d /run/systemd/system ]; then
    as_root systemctl disable --now dovecot.service dovecot.socket >/dev/null 2>&1 ||
      echo "Please see for yourself that the system's Dovecot is off: systemctl status dovecot" >&2
  fi
}
