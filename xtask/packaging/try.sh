#!/bin/sh
# Inside a bare Debian: installs the package, uses it as a person who was just made, removes it.
# Says `good: …` for each thing that was seen to work, and ends with 1 at the first that does not.
set -eu

fail() { echo "bad: $*"; exit 1; }
good() { echo "good: $*"; }
casey() { su casey -s /bin/sh -c "$1"; }
# What lies in homes, with owners, modes and contents.
homes() {
    find /home/casey /var/lib/nexus -printf '%p %M %u %g %s\n' | sort
    find /home/casey /var/lib/nexus -type f -exec sha256sum {} + | sort
}

export DEBIAN_FRONTEND=noninteractive
! dpkg-query -W 'nexus*' >/dev/null 2>&1 || fail "something of ours was there already"

dpkg --install /packages/nexus.deb || fail "it does not install"
dpkg --verify nexus || fail "what lies there is not what was packed"
[ "$(stat -c '%U %a' /var/lib/nexus)" = "nexus 700" ] || fail "the machine's home is not its own"
good "installed in a system with $(dpkg-query -W -f '${db:Status-Abbrev}\n' | grep -c ^ii) packages"

nexus --version && nexusd --version
useradd --create-home casey
casey 'nexus up --no-open --port 0' || fail "nexus up"
casey 'nexus status --json' | grep -q '"status"' || fail "nexus status"
good "nexus up and status as a person"

casey 'nexus chat "hello from a bare system"' || fail "nexus chat"
casey 'nexus request list --json' | grep -q completed || fail "no request was completed"
good "an agent answered"

casey 'nexus adapter add echo -- nexus-adapter-echo' || fail "nexus adapter add"
good "an adapter of the package was found by its name"

casey 'nexus doctor' || echo "doctor ended with $?"
casey 'nexus down' || fail "nexus down"

# The machine's, started by hand as its unit would, under its account.
su nexus -s /bin/sh -c 'nexus --home /var/lib/nexus up --no-open --port 0' || fail "nexus up as nexus"
su nexus -s /bin/sh -c 'nexus --home /var/lib/nexus down' || fail "nexus down as nexus"
good "the machine's home works under its account"

homes > /before
dpkg --remove nexus || fail "it does not let itself be removed"
homes > /after
cmp /before /after || fail "removal changed a home"
dpkg --install /packages/nexus.deb >/dev/null
dpkg --purge nexus || fail "it does not let itself be purged"
homes > /after
cmp /before /after || fail "purging changed a home"
good "removing and purging left $(wc -l < /before) lines about homes as they were"

left=$(find / -xdev -path /proc -prune -o -path /packages -prune -o -path /home -prune \
    -o -path /var/lib/nexus -prune -o -iname '*nexus*' -print)
[ -z "$left" ] || fail "it left $left"
good "nothing else was left"
