# packages.sh - the Debian packages Backstop is built and tested with, and how to get the missing ones; to be sourced.

# shellcheck shell=bash disable=SC2034
PACKAGES=(autoconf automake make gcc libc6-dev pkg-config xz-utils libetpan-dev libgmime-3.0-dev libsqlite3-dev
  libglib2.0-dev libgnutls28-dev libjson-glib-dev libsecret-1-dev libunbound-dev dns-root-data libcmocka-dev nettle-dev
  libpcre2-dev libsasl2-modules dovecot-imapd dovecot-pop3d openssl python3 python3-dkim ca-certificates)
# Mail programs that the tests let in by the door.
CLIENT_PACKAGES=(mpop fetchmail getmail6)

# Mail servers that make check-servers starts: a name, and the packages that are unpacked for it.
SERVER_PACKAGES=("courier courier-imap courier-pop" "cyrus cyrus-imapd cyrus-pop3d sasl2-bin"
  "mailutils mailutils-imap4d mailutils-pop3d" "popa3d popa3d" "solid-pop3d solid-pop3d")

# The tray program, and the private screens and buses that it is tested on.
TRAY_PACKAGES=(libgtk-3-dev libayatana-appindicator3-dev librsvg2-common gettext xvfb xdotool dbus-daemon at-spi2-core
  python3-dbusmock python3-pyatspi appstream desktop-file-utils)

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

package_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs the named packages. No service of theirs is started.
install_packages() (
  policy=/usr/sbin/policy-rc.d log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  trap 'exit 130' INT TERM HUP
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$log"; as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" || exit 1
  fi
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
  } >"$log" 2>&1 </dev/null && exit
  tail -n 20 "$log" >&2
  echo "These packages could not be installed: $*" >&2
  exit 1
)

# Tests and demo run a Dovecot of their own. A Dovecot that came only for them shall not run, now or after the next
# start. Which of these commands a system has depends on its init, so a command that fails does not matter.
disable_dovecot() {
  as_root update-rc.d dovecot disable >/dev/null 2>&1 || true
  as_root deb-systemd-helper disable dovecot.service dovecot.socket >/dev/null 2>&1 || true
  [ -d /run/systemd/system ] || return 0
  as_root systemctl disable --now dovecot.service dovecot.socket >/dev/null 2>&1 ||
    echo "Please see for yourself that the system's Dovecot is off: systemctl status dovecot" >&2
}

# The same for fetchmail, which comes with a service for the system and one for every user.
disable_fetchmail() {
  as_root update-rc.d fetchmail disable >/dev/null 2>&1 || true
  as_root deb-systemd-helper --user disable fetchmail.service >/dev/null 2>&1 || true
  [ -d /run/systemd/system ] || return 0
  as_root systemctl --global disable fetchmail.service >/dev/null 2>&1 || true
}

# Installs those of the named packages that are missing.
need_packages() {
  local missing=() package dovecot_was_here=no fetchmail_was_here=no
  for package in "$@"; do
    package_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} != 0 ] || return 0
  echo "Installing Debian packages: ${missing[*]}"
  if package_installed dovecot-core; then dovecot_was_here=yes; fi
  if package_installed fetchmail; then fetchmail_was_here=yes; fi
  install_packages "${missing[@]}" || return 1
  if [ $dovecot_was_here = no ] && package_installed dovecot-core; then disable_dovecot; fi
  if [ $fetchmail_was_here = no ] && package_installed fetchmail; then disable_fetchmail; fi
  return 0
}

# Downloads the named packages, and what they need, and unpacks them into a folder. None is installed, so that no
# service comes with them, and packages may be had that exclude each other or those that are installed.
unpack_packages() (
  folder=$1
  shift
  rm -rf "$folder" && mkdir -p "$folder/archives/partial" "$folder/root" && folder=$(cd "$folder" && pwd) || exit 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --download-only \
    -o "Dir::Cache::archives=$folder/archives" -o APT::Sandbox::User=root install "$@" </dev/null || exit 1
  for archive in "$folder"/archives/*.deb; do
    case ${archive##*/} in exim4*) continue ;; esac # the mail server that Debian gives to a system without one
    dpkg-deb -x "$archive" "$folder/root" || exit 1
  done
)

# Unpacks into a folder those servers of SERVER_PACKAGES that are not there. One that cannot be had is told, and skipped
# by the tests.
need_servers() {
  local row name log updated=no
  log=$(mktemp)
  for row in "${SERVER_PACKAGES[@]}"; do
    name=${row%% *}
    [ ! -d "$1/$name" ] || continue
    if [ $updated = no ]; then as_root apt-get -q update >/dev/null 2>&1 </dev/null; fi
    updated=yes
    # shellcheck disable=SC2086
    if unpack_packages "$1/$name.new" ${row#* } >"$log" 2>&1; then
      mv "$1/$name.new/root" "$1/$name"
      echo "Unpacked ${row#* } in $1/$name"
    else
      tail -n 5 "$log"
      echo "These packages cannot be had, so that this server is skipped: ${row#* }"
    fi
    rm -rf "$1/$name.new"
  done
  rm -f "$log"
}
