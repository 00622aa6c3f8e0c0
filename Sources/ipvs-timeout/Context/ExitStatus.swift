// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import SystemPackage

/// The exit status of the program, as in sysexits.h; ipvsadm's two forms exit as ipvsadm does.
struct ExitStatus: RawRepresentable, Hashable {
  let rawValue: Int32

  /// Done, or as wanted.
  static let success = ExitStatus(rawValue: 0)
  /// Not as wanted.
  static let notAsWanted = ExitStatus(rawValue: 1)
  /// The command line is wrong.
  static let usage = ExitStatus(rawValue: 64)
  /// No IPVS here: kernel, module, or the program ipvsadm is missing.
  ///
  /// Or connections cannot be renewed here.
  static let unavailable = ExitStatus(rawValue: 69)
  /// An unexpected reply: a bug.
  static let defect = ExitStatus(rawValue: 70)
  /// The system refused.
  static let refused = ExitStatus(rawValue: 71)
  /// No answer in time, or another program interfered: try again.
  static let timedOut = ExitStatus(rawValue: 75)
  /// The caller has no permission.
  static let notPermitted = ExitStatus(rawValue: 77)
  /// The policy file does not exist or has errors.
  static let badPolicy = ExitStatus(rawValue: 78)
  /// Standard output was closed by its reader: 128 plus the number of SIGPIPE, as in a shell.
  static let outputClosed = ExitStatus(rawValue: 141)

  /// The command of a trial cannot be run, as for env(1).
  static let commandNotRun = ExitStatus(rawValue: 126)
  /// The command of a trial does not exist, as for env(1).
  static let commandNotFound = ExitStatus(rawValue: 127)

  /// ipvsadm could not reach IPVS, or did not accept the arguments.
  static let ipvsadmFailedToOpen = ExitStatus(rawValue: 2)
  /// ipvsadm could not list.
  static let ipvsadmFailedToList = ExitStatus(rawValue: 1)
  /// ipvsadm could not set.
  static let ipvsadmFailedToSet = ExitStatus(rawValue: 255)

  /// The worse of two exit statuses: the larger number.
  ///
  /// Any failure is worse than drift, and drift worse than success.
  func worse(_ other: ExitStatus) -> ExitStatus { rawValue < other.rawValue ? other : self }
}

extension DirectorError {
  /// The exit status for a failure; if two backends failed, the status for the first.
  var exitStatus: ExitStatus {
    if let fallbackFrom { return fallbackFrom.exitStatus }
    switch cause {
    case .kernel(let error): return error.exitStatus
    case .program(let error): return error.cause.exitStatus
    }
  }
}

extension IPVSError {
  fileprivate var exitStatus: ExitStatus {
    switch code {
    case .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .unloaded, .noSocketDiagnosis,
      .backupDaemonRuns, .renewalDaemonRuns, .mixedAddressFamilies:
      .unavailable
    case .notRoot, .missingCapability, .userNamespace, .foreignNamespace, .mayNotEnter: .notPermitted
    case .timedOut, .timeoutsChanged: .timedOut
    case .truncatedReply, .unexpectedReply, .library: .defect
    // A security policy stands between us and the socket.
    case .refused where [.notPermitted, .permissionDenied].contains(underlyingErrno): .notPermitted
    default: .refused
    }
  }
}

extension IpvsadmError.Cause {
  fileprivate var exitStatus: ExitStatus {
    switch self {
    case .missing, .notExecutable, .itself, .nested, .noNsenter, .unavailable, .dpvs: .unavailable
    case .notPermitted, .mayNotEnter, .writableByOthers: .notPermitted
    case .timedOut: .timedOut
    case .tooMuchOutput, .unreadable: .defect
    case .failed, .killed, .lost, .notStarted, .noSuchNamespace, .notANamespace: .refused
    }
  }
}
