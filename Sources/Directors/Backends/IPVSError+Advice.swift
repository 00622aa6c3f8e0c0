// SPDX-License-Identifier: Apache-2.0

package import IPVS

extension IPVSError.Code {
  /// This kernel does not list TCP sockets over netlink: `tcp_diag` is not there.
  package static let noSocketDiagnosis = IPVSError.Code(rawValue: "no-socket-diagnosis")
}

extension IPVSError {
  /// The sentence about the failure, and what to do about it.
  package var sentence: String { advice.map { "\(description); \($0)" } ?? description }

  /// What to do about the failure, as it stands after the sentence and a semicolon; `nil` where nothing is known.
  package var advice: String? {
    let parts = [remedy, doubt].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// A change whose answer is missing may still have been made.
  private var doubt: String? {
    guard operation == .setTimeouts, mayHaveSetTimeouts else { return nil }
    return "the timeouts may be set all the same: run `\(NamespaceCommands(namespace).showing)`"
  }

  private var remedy: String? {
    switch code {
    case .notInKernel: "install the module or boot a kernel that has it (CONFIG_IP_VS)"
    case .modulesNotVisible: "on the host itself, run `modprobe ip_vs`; after an upgrade of the kernel, reboot"
    case .moduleNotLoaded: "run `modprobe -v ip_vs` to see why"
    case .moduleLoadingDisabled: "load ip_vs at boot, before kernel.modules_disabled is set to 1"
    case .unloaded: "load it with `modprobe ip_vs` if it is not back, then try again"
    case .noSocketDiagnosis: "run `modprobe tcp_diag`, or boot a kernel that has it (CONFIG_INET_TCP_DIAG)"
    case .notRoot: "run it as root, for example with sudo"
    case .userNamespace: "run it as root of the host"
    case .missingCapability: "add it (containers: --cap-add NET_ADMIN)"
    case .noSuchNamespace: "`ipvs-timeout show --all-netns` names those that there are"
    case .notANamespace: "if one has left it behind, delete it (`ip netns delete`)"
    case .mayNotEnter: "that takes the capability CAP_SYS_ADMIN, and CAP_SYS_PTRACE for that of a process"
    case .valueRefused: "choose a shorter one (a kernel with HZ=1000 takes up to 2147483 s, 24 days)"
    case .refused: "look for a limit (`ulimit -a`), a security policy or a shortage of memory (`dmesg`)"
    case .timedOut: "look for a hanging modprobe or a stuck task (`dmesg`), then try again"
    case .truncatedReply, .unexpectedReply, .library: "please report it with `uname -a`"
    default: nil
    }
  }
}
