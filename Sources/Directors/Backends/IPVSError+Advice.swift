// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Ipvsadm
internal import SystemPackage

extension IPVSError.Code {
  /// This kernel cannot list TCP sockets over netlink, because `tcp_diag` is missing.
  package static let noSocketDiagnosis = IPVSError.Code(rawValue: "no-socket-diagnosis")
}

extension IPVSError.Operation {
  /// Writing the record of a renewal, before it begins.
  static let recordRenewal = IPVSError.Operation(
    "record-renewal", "write to \(ChangeDirectory.usual.trials), so no connection was renewed", about: .machine)
}

extension IPVSError.Code {
  /// The record of a renewal was not written, although the system did not refuse it.
  static let notRecorded = IPVSError.Code(rawValue: "not-recorded")
}

extension IPVSError {
  /// The failure to write the record of a renewal, which does not begin without one.
  static func notRecorded(_ error: TrialFileError, in namespace: NetworkNamespace = .current) -> IPVSError {
    switch error {
    case .system(let errno): IPVSError(.refused, .recordRenewal, in: namespace, errno: errno)
    case .untrusted, .tooMany, .tooLarge, .tooLong, .tooManyNamespaces:
      IPVSError(.notRecorded, .recordRenewal, in: namespace, detail: error.description)
    }
  }
}

extension IPVSError {
  /// The sentence about the failure, followed by the advice.
  package var sentence: String { advice.map { "\(description); \($0)" } ?? description }

  /// What to do about the failure, as it follows the sentence and a semicolon; `nil` if nothing is known.
  package var advice: String? {
    let parts = [remedy, doubt].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// A change may have been made even if its answer is missing.
  private var doubt: String? {
    // The record of the renewal stays.
    if operation == .stopDaemon { return "when this is fixed, run `ipvs-timeout rollback`" }
    guard operation == .setTimeouts, mayHaveSetTimeouts else { return nil }
    return "the timeouts may have been set: check with `\(NamespaceCommands(namespace).showing)`"
  }

  private var remedy: String? {
    switch code {
    case .notInKernel: "install the module, or boot a kernel that has it (CONFIG_IP_VS)"
    case .modulesNotVisible: "run `modprobe ip_vs` on the host itself, or reboot if the kernel was upgraded"
    case .moduleNotLoaded: "run `modprobe -v ip_vs` to see why"
    case .moduleLoadingDisabled: "load ip_vs at boot, before kernel.modules_disabled is set to 1"
    case .unloaded: "run `modprobe ip_vs`, then try again"
    case .noSocketDiagnosis: "run `modprobe tcp_diag`, or boot a kernel that has it (CONFIG_INET_TCP_DIAG)"
    case .notRoot where namespace == .current && operation != .listNamespaces:
      "run it as root, for example with sudo (containers: --user 0 --cap-add NET_ADMIN)"
    case .notRoot: "run it as root, for example with sudo"
    // A renewal works over netlink only.
    case .userNamespace where operation == .startDaemon: "run it as root of the host"
    case .userNamespace:
      "run it as root of the host, or with --backend auto in a network namespace that this user namespace owns"
    case .foreignNamespace: "run it as root of the host"
    case .missingCapability: "grant it (containers: --cap-add NET_ADMIN)"
    case .noSuchNamespace, .notANamespace: NamespaceAdvice.text(boundAt: detail)
    case .mayNotEnter: "grant CAP_SYS_ADMIN, and also CAP_SYS_PTRACE to enter the namespace of a process"
    case .valueRefused: IPVSError.shorter(than: TimerWheel.current.longestTimeout)
    case .backupDaemonRuns: "renew them on the director that forwards them"
    case .renewalDaemonRuns:
      "run `ipvs-timeout rollback`; if there is no record of it,"
        + " `\(NamespaceCommands(namespace).entering)ipvsadm --stop-daemon backup`"
    case .backupOnly: "run `\(NamespaceCommands(namespace).entering)sysctl -w net.ipv4.vs.backup_only=0` first"
    case .loopbackDown: "run `\(NamespaceCommands(namespace).entering)ip link set lo up` first"
    case .mixedAddressFamilies:
      "wait until the old timers end: `ipvs-timeout connections --wait\(NamespaceCommands(namespace).option)`"
    case .messagesLost: "let the packet filter accept UDP from 127.0.0.1 to 224.0.0.0/24 on lo"
    case .timeoutsChanged: "find out which program, and renew again"
    case .refused where operation == .renewConnections && underlyingErrno == .noBufferSpace:
      "raise net.core.rmem_default, and renew again"
    case .refused where operation == .renewConnections && underlyingErrno == .noSuchProcess: "renew again"
    case .notRecorded: "run `ipvs-timeout rollback`, which reports what to do with the records"
    case .refused, .answerLost: "check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)"
    case .timedOut: "check for a hanging modprobe or a stuck task (`dmesg`), then try again"
    case .truncatedReply, .unexpectedReply, .library: "please report it, with the output of `uname -a`"
    default: nil
    }
  }
}

extension IPVSError {
  /// The advice where the kernel has refused a value; it names the kernel's limit if that is known.
  static func shorter(than longest: UInt32?) -> String {
    guard let longest else { return "choose a shorter timeout" }
    return "choose a shorter timeout (this kernel accepts at most \(longest) s, \(longest / 86_400) days)"
  }
}
