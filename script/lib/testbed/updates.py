# SPDX-License-Identifier: Apache-2.0
"""A repository on the device itself with a newer version of a package that is installed: whether the platform's own service
installs it is seen, and not only when its timer stands."""

OLD, NEW = "1.0", "2.0"
REPOSITORY = r"""
set -e
[ ! -e /var/tmp/repo ] || exit 0
mkdir -p /var/tmp/repo/work/DEBIAN && cd /var/tmp/repo
for v in 1.0 2.0; do
	printf 'Package: muster-sample\nVersion: %s\nArchitecture: all\nMaintainer: t <t@example.test>\nDescription: sample\n' $v >work/DEBIAN/control
	dpkg-deb --root-owner-group -b work muster-sample_$v.deb >/dev/null
done
dpkg -i muster-sample_1.0.deb >/dev/null && rm muster-sample_1.0.deb && rm -r work
apt-ftparchive packages . >Packages
# What the distribution's own updates say of themselves: unattended-upgrades takes those.
apt-ftparchive -o APT::FTPArchive::Release::Origin=Debian -o APT::FTPArchive::Release::Label=Debian \
	-o APT::FTPArchive::Release::Codename=bookworm -o APT::FTPArchive::Release::Suite=stable release . >Release
mkdir -p /var/tmp/sources && mv /etc/apt/sources.list /var/tmp/sources/ && cp -a /etc/apt/sources.list.d /var/tmp/sources/
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/var/tmp/repo ./' >/etc/apt/sources.list
apt-get update >/dev/null
# apt's service waits for a network, half a minute here: the repository needs none.
mkdir -p /run/systemd/system/apt-daily-upgrade.service.d
printf '[Service]\nExecStartPre=\n' >/run/systemd/system/apt-daily-upgrade.service.d/offline.conf
"""

AWAY = r"""
mv /var/tmp/sources/sources.list /etc/apt/; cp -a /var/tmp/sources/sources.list.d /etc/apt/
dpkg -P muster-sample >/dev/null; rm -rf /var/tmp/repo /var/tmp/sources
rm -r /run/systemd/system/apt-daily-upgrade.service.d; systemctl daemon-reload
"""


class Updates:
	"""`with` prepares the repository, where that was not done before, and takes it away."""

	def __init__(self, device):
		self.device = device

	def prepare(self):
		self.device.sh(REPOSITORY)
		return self

	def run(self):
		"""Start what the timer starts, wait until it has ended; the version that is then installed."""
		self.device.run("systemctl", "start", "apt-daily-upgrade.service", check=False)
		return self.device.run("dpkg-query", "-W", "-f", "${Version}", "muster-sample").stdout

	def __enter__(self):
		return self.prepare()

	def __exit__(self, *_):
		self.device.sh(AWAY)
