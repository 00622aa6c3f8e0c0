// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What there is to say about one director.
struct Report {
  /// What was done, with its result.
  enum Finding {
    /// The timeouts as they are.
    case timeouts(Timeouts)
    /// The timeouts were set, or would be.
    case change(TimeoutsChange)
    /// The timeouts were compared with what is wanted.
    case verdict(wanted: Timeouts, actual: Timeouts)
    /// The timeouts were set for a while.
    case trial(TrialEnd)
  }

  /// Where; `nil` where nobody has named a network namespace, so that it is the one in which the program was started.
  var place: Place?
  let backend: BackendChoice
  let finding: Finding

  /// The network namespace as programs get it.
  var namespace: String { place?.name ?? "host" }
}

extension Report {
  /// Whether it is about setting.
  var isOfChange: Bool {
    switch finding {
    case .change, .trial: true
    case .timeouts, .verdict: false
    }
  }

  /// Whether something became, or would become, different.
  var isChanged: Bool {
    switch finding {
    case .change(let change): change.isChanged
    case .trial(let end): end.before != end.after
    case .timeouts, .verdict: false
    }
  }

  /// How the program ends after this.
  ///
  /// - Throws: ``Failure``, when what was set is not what was read back.
  func status() throws(Failure) -> ExitStatus {
    switch finding {
    case .timeouts, .trial: return .success
    case .verdict(let wanted, let actual): return actual.isAsWanted(wanted) ? .success : .notAsWanted
    case .change(let change):
      guard !change.isDryRun, !change.isAsWanted else { return .success }
      throw Failure(
        "the timeouts in \(place?.namespace.place ?? "this network namespace") are not what was just set: "
          + change.drift.map(\.sentence).joined(separator: ", ")
          + "; another program may have written them (keepalived, kube-proxy, kube-router: set them there, too),"
          + " or the kernel lacks the protocol",
        .refused)
    }
  }
}
