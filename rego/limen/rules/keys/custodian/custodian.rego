# METADATA
# title: "A key lies where the other keys of its provider lie"
# description: >-
#   A key in use names the component in which it lies; that component has keys of one provider, and the provider's
#   keys lie in one component.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.custodian
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CM-2", "nist-800-57pt1r5:5.2"]
#   remediation: >-
#     Correct held_by or provider; give a second custodian of the same make a provider name of its own, such as
#     vault-eu.
#   not_applicable: "nothing in the declaration uses the key"
#   checks:
#     held:
#       path: held_by
#       message: "no component is named in which the key lies"
#     agrees:
#       path: provider
#       needs: [provider_agrees, holder_agrees]
#       message: "most keys of its provider lie elsewhere, or most keys that lie there have another provider"
#   avoid: |
#     keys:
#       site-key: {provider: vault, held_by: kms}
#       phi-key: {provider: vault, held_by: portal}
#   prefer: |
#     keys:
#       site-key: {provider: vault, held_by: kms}
#       phi-key: {provider: vault, held_by: kms}
#   rationale: |
#     Whether a key is beside the data that it seals, who can ask for it and which probe sees it all hang on where it
#     lies. One key that lies elsewhere than its forty siblings is a slip of the pen, or a copy that somebody keeps.
package limen.rules.keys.custodian

import data.limen.lib.logic

applicable := count(input.uses) > 0

checks["held"] := {"holds": input.held}

checks["agrees"] := {"holds": logic.both(input.provider_agrees, input.holder_agrees)}
