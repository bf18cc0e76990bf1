# SPDX-License-Identifier: Apache-2.0
"""The test bed: devices that are booted systemd containers, servers and operators as separate users,
in network namespaces of their own. Used by the integration tests, script/demo and script/bench. What it
starts dies with it, and nothing of the machine it runs on is changed."""
