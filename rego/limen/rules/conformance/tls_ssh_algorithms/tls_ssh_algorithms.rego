# METADATA
# title: An SSH server offers only algorithms of the profile
# description: >-
#   Every key exchange, host key signature, cipher and MAC that the server offers is one that the profile allows,
#   and it speaks version 2 alone.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_ssh_algorithms
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-13", "45cfr164:164.312(e)(2)(ii)",
#     "nist-800-131ar2:5", "pci-dss-4.0.1:4.2.1", "pci-dss-4.0.1:12.3.3"]
#   remediation: >-
#     Set KexAlgorithms, HostKeyAlgorithms, Ciphers and MACs of the server to those of the profile.
#   parameters:
#     ssh_algorithms_allowed: {type: strings, stricter: fewer}
#   not_applicable: "the endpoint does not speak SSH"
#   checks:
#     version:
#       path: ssh.version
#       message: "the server speaks SSH {actual}"
#     exchange:
#       path: ssh.key_exchange
#       each: ssh.key_exchange
#       message: "the server offers the key exchange {actual}, which the profile does not allow"
#     host_key:
#       path: ssh.host_key_algorithms
#       each: ssh.host_key_algorithms
#       message: "the server signs with {actual}, which the profile does not allow"
#     cipher:
#       path: ssh.ciphers
#       each: ssh.ciphers
#       message: "the server offers the cipher {actual}, which the profile does not allow"
#     mac:
#       path: ssh.macs
#       each: ssh.macs
#       message: "the server offers the MAC {actual}, which the profile does not allow"
#   avoid: |
#     probes: [{probe: tls, flow: partner-drop, endpoint: "sftp://drop.example:22"}]     # and it offers 3des-cbc
#   prefer: |
#     # and it offers aes256-gcm@openssh.com
#     probes: [{probe: tls, flow: partner-drop, endpoint: "sftp://drop.example:22"}]
#   rationale: |
#     The client's list decides which of the server's algorithms is used, so each that a server offers is used by
#     somebody. Defaults keep old ones for old clients: SHA-1 MACs, 64-bit tags, signatures over SHA-1.
package limen.rules.conformance.tls_ssh_algorithms

import data.limen.parameters

applicable := input.channel == "ssh"

checks.version := {"holds": input.ssh.version == "2.0", "actual": input.ssh.version}

checks.exchange[i] := {"holds": allowed, "actual": name} if {
	some i, name in input.ssh.key_exchange
	allowed := name in parameters.ssh_algorithms_allowed
}

checks.host_key[i] := {"holds": allowed, "actual": name} if {
	some i, name in input.ssh.host_key_algorithms
	allowed := name in parameters.ssh_algorithms_allowed
}

checks.cipher[i] := {"holds": allowed, "actual": name} if {
	some i, name in input.ssh.ciphers
	allowed := name in parameters.ssh_algorithms_allowed
}

checks.mac[i] := {"holds": allowed, "actual": name} if {
	some i, name in input.ssh.macs
	allowed := name in parameters.ssh_algorithms_allowed
}
