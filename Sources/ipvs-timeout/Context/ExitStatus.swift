// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import SystemPackage

/// How the program ends: the conventions of sysexits.h, and those of ipvsadm for its two forms.
struct ExitStatus: RawRepresentable, Hashable {
  let rawValue: Int32

  /// Done, or as wanted.
  static let success = ExitStatus(rawValue: 0)
  /// Not as wanted.
  static let notAsWanted = ExitStatus(rawValue: 1)
  /// The command line is wrong.
  static let usage = ExitStatus(rawValue: 64)
  /// No IPVS here: kernel, module, or the program ipvsadm is missing.
  static let unavailable = ExitStatus(rawValue: 69)
  /// A reply that nobody should get.
  static let defect = ExitStatus(rawValue: 70)
  /// The system refused.
  static let refused = ExitStatus(rawValue: 71)
  /// No answer in time.
  static let timedOut = ExitStatus(rawValue: 75)
  /// The caller may not.
  static let notPermitted = ExitStatus(rawValue: 77)
  /// The policy file is not there, or has mistakes.
  static let badPolicy = ExitStatus(rawValue: 78)
  /// The reader of the output has gone: 128 and the number of SIGPIPE, as a shell counts.
  static let outputClosed = ExitStatus(rawValue: 141)

  /// The command that was to be run cannot be: as env(1) says it.
  static let commandNotRun = ExitStatus(rawValue: 126)
  /// There is no such command.
  static let commandNotFound = ExitStatus(rawValue: 127)

  /// ipvsadm could not reach IPVS, or did not understand.
  static let ipvsadmFailedToOpen = ExitStatus(rawValue: 2)
  /// ipvsadm could not list.
  static let ipvsadmFailedToList = ExitStatus(rawValue: 1)
  /// ipvsadm could not set.
  static let ipvsadmFailedToSet = ExitStatus(rawValue: 255)

  /// The worse of two: the one with the larger number, so that anything is worse than success, and any failure worse
  /// than a drift.
  func worse(_ other: ExitStatus) -> ExitStatus { rawValue < other.rawValue ? other : self }
}

extension DirectorError {
  /// The exit status for a failure; where two backends failed, that of the first.
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
    case .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .unloaded, .noSocketDiagnosis:
      .unavailable
    case .notRoot, .missingCapability, .userNamespace, .mayNotEnter: .notPermitted
    case .timedOut: .timedOut
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
    case .missing, .notExecutable, .itself, .nested, .noNsenter, .unavailable: .unavailable
    case .notPermitted, .mayNotEnter: .notPermitted
    case .timedOut: .timedOut
    case .tooMuchOutput, .unreadable: .defect
    case .failed, .killed, .lost, .notStarted, .noSuchNamespace, .notANamespace: .refused
    }
  }
}
