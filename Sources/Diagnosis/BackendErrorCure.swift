// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

extension BackendError {
  /// What to do first: the command that cures it, where there is one; what else may help is in the description.
  var cure: String {
    switch self {
    case .netlink(let error), .both(let error, _): error.cure
    case .ipvsadm(let error): error.cure
    case .notReadBack(_, let error): error.cure
    }
  }
}

extension IPVSError {
  /// See ``BackendError/cure``.
  var cure: String {
    let doctor = "ipvs-timeout doctor\(namespace.option)"
    return switch code {
    case .notRoot: "sudo \(doctor)"
    case .missingCapability:
      "run `\(doctor)` as root with the capability CAP_NET_ADMIN (containers: --cap-add NET_ADMIN)"
    case .userNamespace: "run `\(doctor)` as root of the host"
    case .mayNotEnter: "run `\(doctor)` as root of the host, with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE"
    case .notInKernel:
      "boot a kernel that has IPVS: `grep CONFIG_IP_VS= /boot/config-*` tells which of those installed do"
    case .modulesNotVisible: "on the host itself: modprobe ip_vs"
    case .moduleNotLoaded: "modprobe -v ip_vs"
    case .moduleLoadingDisabled: "echo ip_vs >/etc/modules-load.d/ip_vs.conf && reboot"
    case .unloaded: "modprobe ip_vs"
    case .noSocketDiagnosis: "modprobe tcp_diag"
    case .noSuchNamespace, .notANamespace: "ipvs-timeout show --all-netns"
    case .refused, .timedOut: "dmesg | tail -n 20"
    default: "report it, with the output of `uname -a`"
    }
  }
}

extension ProgramError {
  /// See ``BackendError/cure``; what only the program is to blame for is cured by the other backend.
  fileprivate var cure: String {
    let doctor = "ipvs-timeout doctor\(namespace.option)"
    return switch cause {
    case .notPermitted, .mayNotEnter: "run `\(doctor) --backend ipvsadm` as root of the host"
    case .unavailable: "modprobe ip_vs"
    case .noSuchNamespace, .notANamespace: "ipvs-timeout show --all-netns"
    default: "\(doctor) --backend netlink"
    }
  }
}
