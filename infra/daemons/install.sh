#!/bin/sh
# Installs packages (named as arguments) from Debian or Ubuntu without starting or enabling their system services:
# Parley runs private instances of its own. Needs root.
set -eu
export DEBIAN_FRONTEND=noninteractive
# Read by invoke-rc.d where there is no systemd: in this runlevel nothing is started.
export RUNLEVEL=1

units='postgresql.service nats-server.service redis-server.service'
no_cluster=/etc/postgresql-common/createcluster.d/parley.conf
mask=/run/systemd/system
fresh=''
for unit in $units; do
  # A service that was there before is its owner's business.
  [ -e "/lib/systemd/system/$unit" ] || [ -e "/usr/lib/systemd/system/$unit" ] || fresh="$fresh $unit"
done

undo() {
  rm -f "$no_cluster"
  rmdir --ignore-fail-on-non-empty "$(dirname "$no_cluster")" 2>/dev/null || :
  if [ -d "$mask" ]; then
    for unit in $fresh; do
      if [ -L "$mask/$unit" ]; then rm -f "$mask/$unit"; fi
      systemctl disable --quiet "$unit" 2>/dev/null || :
    done
    systemctl daemon-reload 2>/dev/null || :
  fi
}
trap undo EXIT INT TERM

mkdir -p "$(dirname "$no_cluster")"
echo 'create_main_cluster = false' >"$no_cluster"
if [ -d "$mask" ]; then
  for unit in $fresh; do ln -sf /dev/null "$mask/$unit"; done
  systemctl daemon-reload 2>/dev/null || :
fi

apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
