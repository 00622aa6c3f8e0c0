// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import SystemPackage

extension BackendError {
  /// The exit status for a failure; where two backends failed, that of the first.
  var exitStatus: ExitStatus {
    switch self {
    case .netlink(let error), .both(let error, _): error.exitStatus
    case .notReadBack(_, let error): error.exitStatus
    case .ipvsadm(let error): error.cause.exitStatus
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
    case .truncatedReply, .foreignReply, .library: .defect
    // A security policy stands between us and the socket.
    case .refused where [.notPermitted, .permissionDenied].contains(errno): .notPermitted
    default: .refused
    }
  }
}

extension ProgramError.Cause {
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
