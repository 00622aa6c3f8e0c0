// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

extension BackendError {
  /// The exit status for a failure; where two backends failed, that of the first.
  var exitStatus: ExitStatus {
    switch self {
    case .netlink(let error), .both(let error, _): error.code.exitStatus
    case .ipvsadm(let error): error.cause.exitStatus
    }
  }
}

extension IPVSError.Code {
  fileprivate var exitStatus: ExitStatus {
    switch self {
    case .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled: .unavailable
    case .notRoot, .missingCapability, .userNamespace: .notPermitted
    case .timedOut: .timedOut
    case .truncatedReply, .foreignReply, .library: .defect
    default: .refused
    }
  }
}

extension ProgramError.Cause {
  fileprivate var exitStatus: ExitStatus {
    switch self {
    case .missing, .notExecutable, .itself, .unavailable: .unavailable
    case .notPermitted: .notPermitted
    case .timedOut: .timedOut
    case .tooMuchOutput, .unreadable: .defect
    case .failed, .killed, .lost: .refused
    }
  }
}
