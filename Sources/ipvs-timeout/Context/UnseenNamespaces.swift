// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// The network namespaces of a machine that a command should have reached and cannot.
struct UnseenNamespaces: Hashable {
  /// How many processes do not show their namespace.
  private var hiddenProcesses = 0
  /// How many processes and mount namespaces do not show which namespaces they have bound.
  private var hiddenMounts = 0
  /// The namespaces that only other mount namespaces have bound.
  private var unreachable: [NamespaceInfo] = []
  /// The files whose file system did not answer, so that each may be a namespace.
  private var unanswered: [FilePath] = []
  /// The lines of the policy whose paths could not be looked up.
  private var unread: [UnreadPolicyLine] = []

  /// None.
  init() {}

  /// The unseen namespaces of a machine.
  ///
  /// - Parameters:
  ///   - list: The namespaces of the machine.
  ///   - policy: The policy, if only those matter that it matches.
  ///   - unread: The lines of the policy whose paths could not be looked up.
  init(_ list: NamespaceList, for policy: PolicyFile?, unread: [UnreadPolicyLine] = []) {
    hiddenProcesses = list.hiddenProcesses
    hiddenMounts = policy?.lines.allSatisfy(\.namespace.isHost) ?? false ? 0 : list.hiddenMounts
    unreachable = list.unreachable.filter { policy?.isAbout($0) ?? true }
    unanswered = list.unanswered
    self.unread = unread
  }

  /// The namespaces that only these lines of a policy could have shown.
  init(unread: [UnreadPolicyLine]) {
    self.unread = unread
  }

  /// Whether a line of a policy matches one of them, or may do so.
  func contains(_ line: PolicyLine) -> Bool {
    unread.contains { $0.line == line }
      || unreachable.contains { line.namespace.matches(isHost: false, paths: $0.namespace.paths($0)) }
  }

  /// A failure for each kind, because the result is not complete without these namespaces.
  var failures: [Failure] {
    let capabilities = "run it as root with the capabilities CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
    var sentences: [String] = []
    if hiddenProcesses > 0 {
      sentences.append(
        "cannot see in which network namespaces \(hiddenProcesses) of the processes live, so that some namespaces may be"
          + " missing here; run it as root with the capability CAP_SYS_PTRACE")
    }
    if hiddenMounts > 0 {
      sentences.append(
        "cannot see which network namespaces \(hiddenMounts) of the processes have bound, so that some namespaces may be"
          + " missing here; \(capabilities)")
    }
    if let first = unreachable.first {
      let rest = unreachable.count > 1 ? " and \(unreachable.count - 1) more" : ""
      sentences.append(
        "cannot enter the network namespace \(first.name.printable)\(rest), which only another mount namespace has bound;"
          + " \(capabilities)")
    }
    return sentences.map { Failure($0, .notPermitted) } + (unansweredSentence.map { [Failure($0, .timedOut)] } ?? [])
      + unreadFailures
  }

  /// A failure for each of the first lines that were tried, and one for all that were not.
  private var unreadFailures: [Failure] {
    let shown = 10
    let tried = unread.filter(\.wasTried)
    let untried = unread.filter { !$0.wasTried }
    return tried.prefix(shown).enumerated().map { position, line in
      line.failed(and: position == shown - 1 ? tried.count - shown : 0)
    } + untried.prefix(1).map { $0.failed(and: untried.count - 1) }
  }

  private var unansweredSentence: String? {
    guard let first = unanswered.first else { return nil }
    let rest = unanswered.count > 1 ? " (and \(unanswered.count - 1) more)" : ""
    return
      "cannot find out whether \(first.string.printable)\(rest) is a network namespace: its file system did not answer"
      + " in time; check the mount (`findmnt`)"
  }
}

extension UnreadPolicyLine {
  /// The failure of this line and of so many others.
  fileprivate func failed(and rest: Int) -> Failure {
    Failure("\(failure)\(rest > 0 ? " (and \(rest.counted("more line")))" : ""); \(advice)", status)
  }

  fileprivate var status: ExitStatus {
    switch reason {
    case .permissionDenied, .notPermitted: .notPermitted
    case .timedOut, .canceled: .timedOut
    default: .refused
    }
  }
}
