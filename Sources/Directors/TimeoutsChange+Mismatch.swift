// SPDX-License-Identifier: Apache-2.0

package import IPVS

extension TimeoutsChange {
  /// The difference between the timeouts set and those read back; `nil` if there is none, or nothing was sent.
  package var mismatch: Mismatch? {
    isDryRun || isAsWanted ? nil : Mismatch(wanted: wanted, actual: after)
  }

  /// Timeouts that the kernel accepted and then did not have.
  package struct Mismatch: Sendable, Hashable {
    let wanted: Timeouts
    let actual: Timeouts

    /// The sentence for people: the differences, likely reasons, and what to do.
    package func sentence(in namespace: NetworkNamespace) -> String {
      "the timeouts in \(namespace.place) differ from the values just set: "
        + actual.drift(from: wanted).map(\.sentence).joined(separator: ", ")
        + "; another program may have changed them (keepalived, kube-proxy, kube-router: set them there, too),"
        + " or the kernel lacks the protocol"
    }
  }
}
