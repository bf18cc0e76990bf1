#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# script/lib/image.sh: the Debian 12 tree that a test device boots from; prints its directory. Built
# once (half a minute and some 150 MB of packages) and kept in the cache under the hash of this file,
# so that a changed recipe is a new tree. Nothing ever writes to a kept tree: a device is an overlay.
. "$(dirname "$0")/common.sh"
need device

packages=(
	systemd systemd-sysv libpam-systemd dbus dbus-user-session polkitd
	network-manager openssh-server openssh-client iproute2 procps
	libpam-modules libpam-pwquality cracklib-runtime libpwquality-tools pamtester libcap2-bin passwd login
	ca-certificates openssl unattended-upgrades apt apt-utils
	# a server service that a policy can switch off
	rpcbind
	# what Muster's own binaries are linked with
	libssl3 libsystemd0 libjansson4 libsqlite3-0 libgcrypt20 libyaml-0-2 libseccomp2 libcap-ng0 libqrencode4
	libpng16-16 libtss2-esys-3.0.2-0 libtss2-rc0 libtss2-tctildr0 libtss2-tcti-device0 libtss2-tcti-swtpm0
	# key stores made of software: a PKCS#11 token, a TPM
	softhsm2 swtpm
	# a desktop without hardware whose locker tells logind by itself that it has locked
	xss-lock i3lock xvfb x11-xserver-utils
)
mirror=${MUSTER_MIRROR:-http://deb.debian.org}
hash=$(sha256sum <"$0" | cut -c1-16)
image=$MUSTER_CACHE/image-$hash

customize() {
	cat <<'SH'
set -eu
root=$1
echo testdev >"$root/etc/hostname"
printf '127.0.0.1 localhost testdev\n::1 localhost\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
chroot "$root" useradd -m -s /bin/bash alice
chroot "$root" useradd -m -s /bin/bash bob
echo 'root:root-Pw1' | chroot "$root" chpasswd
echo 'alice:alice-Pw1-Long' | chroot "$root" chpasswd
echo 'bob:bob-Pw1-Long' | chroot "$root" chpasswd
# A device does not wait for a network that a test has yet to make.
for unit in NetworkManager-wait-online.service systemd-networkd-wait-online.service e2scrub_reap.service; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# The veth is the test bed's; NetworkManager keeps the rest.
mkdir -p "$root/etc/NetworkManager/conf.d"
printf '[keyfile]\nunmanaged-devices=interface-name:host0\n' >"$root/etc/NetworkManager/conf.d/10-testbed.conf"
# The desktop of a test: a person's session on a terminal starts it.
cat >"$root/usr/local/bin/desk" <<'DESK'
#!/bin/sh
export DISPLAY=:9
Xvfb :9 -screen 0 640x480x24 -nolisten tcp &
until xset q >/dev/null 2>&1; do sleep 0.05; done
xset s off
xss-lock -- i3lock --nofork -c 000000 &
# Reads what is typed, as a shell would: that is how logind knows that somebody is there.
exec cat >/dev/null
DESK
chmod 755 "$root/usr/local/bin/desk"
SH
}

make_image() {
	local new=$image.new.$$ tar=$image.$$.tar hook=$image.$$.hook
	customize >"$hook"
	chmod +x "$hook"
	mmdebstrap --quiet --variant=minbase --mode=root --components=main \
		--include="$(IFS=,; echo "${packages[*]}")" \
		--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--customize-hook="$hook \"\$1\"" \
		bookworm "$tar" \
		"deb $mirror/debian bookworm main" \
		"deb $mirror/debian bookworm-updates main" \
		"deb $mirror/debian-security bookworm-security main"
	mkdir -p "$new"
	tar -C "$new" -xf "$tar" --numeric-owner
	rm -f "$tar" "$hook"
	mv -T "$new" "$image"
}

(
	flock 9
	[ -d "$image" ] || quietly "making the device image (once, half a minute and its packages)" make_image
) 9>"$MUSTER_CACHE/image.lock"
printf '%s\n' "$image"
