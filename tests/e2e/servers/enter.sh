# shellcheck shell=sh
# enter.sh OWN UNPACKED COMMAND... - runs COMMAND with the etc, var and run of the folder OWN over this machine's, and
# with UNPACKED/usr over its /usr unless UNPACKED is "". To be called in a mount namespace.
set -eu
own=$1 unpacked=$2 etc=$1/etc
shift 2
if [ -n "$unpacked" ]; then
  mount -t overlay -o "ro,lowerdir=$unpacked/usr:/usr" overlay /usr
  [ ! -d "$unpacked/etc" ] || etc=$etc:$unpacked/etc
fi
mount -t overlay -o "ro,lowerdir=$etc:/etc" overlay /etc
mount --bind "$own/var" /var
mount --bind "$own/run" /run
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
exec "$@"
