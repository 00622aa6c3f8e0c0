// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// What setting the timeouts did, or would do.
package struct TimeoutsChange: Sendable, Hashable {
  /// The timeouts that were to be set.
  package let wanted: Timeouts
  /// The timeouts read before.
  package let before: Timeouts
  /// The timeouts read afterwards; after a dry run, those that setting would give.
  package let after: Timeouts
  /// Whether nothing was sent.
  package let isDryRun: Bool

  /// A change with its parts.
  package init(wanted: Timeouts, before: Timeouts, after: Timeouts, isDryRun: Bool = false) {
    self.wanted = wanted
    self.before = before
    self.after = after
    self.isDryRun = isDryRun
  }

  /// Whether anything became, or would become, different.
  package var isChanged: Bool { before != after }

  /// Whether all wanted timeouts match.
  package var isAsWanted: Bool { after.isAsWanted(wanted) }

  /// The wanted timeouts that do not match.
  package var drift: [Drift] { after.drift(from: wanted) }

  /// The difference between the timeouts set and those read back; `nil` where there is none, or nothing was sent.
  package var mismatch: Mismatch? {
    isDryRun || isAsWanted ? nil : Mismatch(wanted: wanted, actual: after)
  }

  /// Timeouts that the kernel accepted and then did not have.
  package struct Mismatch: Sendable, Hashable {
    let wanted: Timeouts
    let actual: Timeouts

    /// The sentence for people: the differences, likely reasons, and what to do.
    package func sentence(in namespace: NetworkNamespace) -> String {
      "the timeouts in \(namespace.place) are not what was just set: "
        + actual.drift(from: wanted).map(\.sentence).joined(separator: ", ")
        + "; another program may have written them (keepalived, kube-proxy, kube-router: set them there, too),"
        + " or the kernel lacks the protocol"
    }
  }
}

/// One timeout that differs from the wanted one.
package struct Drift: Sendable, Hashable {
  /// Which timeout.
  package let name: Timeouts.Name
  /// The value found; `nil` where the kernel was built without that protocol.
  package let actual: Timeout?
  /// The value wanted.
  package let wanted: Timeout

  /// A drift with its parts.
  package init(_ name: Timeouts.Name, actual: Timeout?, wanted: Timeout) {
    self.name = name
    self.actual = actual
    self.wanted = wanted
  }
}

extension Drift {
  /// The value found and the value wanted, for people.
  package var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// Whether these timeouts match the wanted ones; a timeout that is not named in `wanted` may be anything.
  package func isAsWanted(_ wanted: Timeouts) -> Bool { wanted.merging(self) == self }

  /// The timeouts that differ from the wanted ones; a timeout that is not named in `wanted` may be anything.
  package func drift(from wanted: Timeouts) -> [Drift] {
    Name.allCases.compactMap { name in
      guard let aim = wanted[name], aim != self[name] else { return nil }
      return Drift(name, actual: self[name], wanted: aim)
    }
  }
}
