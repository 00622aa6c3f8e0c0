// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

extension DirectorError {
  /// What to do first: the command that fixes it, where there is one.
  ///
  /// The description has what else may help.
  var fix: Fix {
    if let fallbackFrom { return fallbackFrom.fix }
    switch cause {
    case .kernel(let error): return error.fix
    case .program(let error): return error.fix
    }
  }
}

extension IPVSError {
  /// See ``DirectorError/fix``.
  var fix: Fix {
    let doctor = "ipvs-timeout doctor\(NamespaceCommands(namespace).option)"
    return switch code {
    case .notRoot: .command("sudo \(doctor)")
    case .missingCapability:
      .advice("run `\(doctor)` as root with the capability CAP_NET_ADMIN (containers: --cap-add NET_ADMIN)")
    case .userNamespace, .foreignNamespace: .advice("run `\(doctor)` as root of the host")
    case .mayNotEnter:
      .advice("run `\(doctor)` as root of the host, with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE")
    case .notInKernel:
      .advice("boot a kernel that has IPVS; to see which installed ones do: `grep CONFIG_IP_VS= /boot/config-*`")
    case .modulesNotVisible: .advice("on the host itself: `modprobe ip_vs`")
    case .moduleNotLoaded: .command("modprobe -v ip_vs")
    case .moduleLoadingDisabled: .command("echo ip_vs >/etc/modules-load.d/ip_vs.conf && reboot")
    case .unloaded: .command("modprobe ip_vs")
    case .noSocketDiagnosis: .command("modprobe tcp_diag")
    case .noSuchNamespace, .notANamespace: .command("ipvs-timeout show --all-netns")
    case .refused, .answerLost, .timedOut: .command("dmesg | tail -n 20")
    default: .advice("report it, with the output of `uname -a`")
    }
  }
}

extension IpvsadmError {
  /// See ``DirectorError/fix``; where only the program is the cause, the other backend helps.
  fileprivate var fix: Fix {
    let doctor = "ipvs-timeout doctor\(NamespaceCommands(namespace).option)"
    return switch cause {
    case .notPermitted, .mayNotEnter: .advice("run `\(doctor) --backend ipvsadm` as root of the host")
    case .unavailable: .command("modprobe ip_vs")
    case .dpvs: .advice(advice)
    case .noSuchNamespace, .notANamespace: .command("ipvs-timeout show --all-netns")
    default: .command("\(doctor) --backend netlink")
    }
  }
}
