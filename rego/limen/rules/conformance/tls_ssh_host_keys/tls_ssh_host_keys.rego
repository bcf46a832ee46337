# METADATA
# title: An SSH server has the host keys that are expected, and they are strong enough
# description: >-
#   Every host key that the server presents is among the fingerprints that the probe was told, is proved by a
#   signature, and has the bits of security of the profile.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_ssh_host_keys
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:SC-12", "nist-800-53r5:SC-23", "45cfr164:164.312(d)",
#     "nist-800-57pt1r5:5.6", "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Get the fingerprints from the partner by another way (ssh-keygen -lf on the server), put them under the
#     probe's options.host_keys, and replace keys that are too weak.
#   parameters:
#     security_strength: {type: integer, stricter: higher}
#   not_applicable: "the endpoint does not speak SSH"
#   checks:
#     expected:
#       path: ssh.host_keys.expected
#       needs: [ssh.host_keys.expected]
#       message: "the server presents a host key that is not expected"
#     proved:
#       path: ssh.host_keys.proved
#       needs: [ssh.host_keys.proved]
#       message: "what the server signed does not verify with its host key"
#     strength:
#       path: ssh.host_keys.strength
#       needs: [ssh.host_keys.strength]
#       message: "the weakest host key has {actual} bits of security; the profile requires {required}"
#   avoid: |
#     probes: [{probe: tls, flow: partner-drop, endpoint: "sftp://drop.example:22"}]     # whoever answers
#   prefer: |
#     probes:
#       - probe: tls
#         flow: partner-drop
#         endpoint: "sftp://drop.example:22"
#         options: {host_keys: ["SHA256:dEYKZDrKh5EcVgbQD7ed0S4mOqfjVh4Vd4uaH6hTn1g"]}
#   rationale: |
#     SSH has no authorities: a host key is trusted because somebody compared it once. Whoever never did hands the
#     files, and the password, to whoever answers.
package limen.rules.conformance.tls_ssh_host_keys

import data.limen.parameters

applicable := input.channel == "ssh"

checks["expected"] := {"holds": input.ssh.host_keys.expected}

checks["proved"] := {"holds": input.ssh.host_keys.proved}

checks["strength"] := {
	"holds": input.ssh.host_keys.strength >= parameters.security_strength,
	"actual": input.ssh.host_keys.strength,
	"required": parameters.security_strength,
}
