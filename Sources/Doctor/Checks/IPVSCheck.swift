// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Text

/// IPVS is there and talks to the caller; else there would be no facts.
struct IPVSCheck: DirectorCheck {
  let check = CheckID.ipvs

  func findings(on facts: DirectorFacts) -> [Finding] {
    switch facts.fallback {
    case .notNeeded:
      [.ok(check, "IPVS answers, by \(facts.backend.words)")]
    case .taken(let first, let second, let reason):
      [
        .note(
          check, "IPVS answers only by \(second.words), not by \(first.words): \(reason.sentence)", so: second.caution,
          fix: reason.fix)
      ]
    }
  }
}

/// There are virtual services, whose connections the timeouts rule.
struct ServicesCheck: DirectorCheck {
  let check = CheckID.ipvs

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let services = try facts.services.get()
    guard services.count > 0 else {
      let left = (try? facts.connections.get())?.count ?? 0
      let consequence =
        left > 0
        ? "the timeouts rule only what former services have left, \(left.counted("connection"))"
        : "the timeouts have no effect here, for there is nothing that they could rule"
      return [.note(check, "there is no virtual service in this network namespace", so: consequence)]
    }
    return [.ok(check, services.words)]
  }
}

extension ServiceCounts {
  /// How many there are of what, for people.
  fileprivate var words: String {
    let protocols = services.map { (transport: $0, count: $1) }.sorted { $0.transport.words < $1.transport.words }
    let methods = servers.reduce(into: [:]) { $0[$1.key.method.rawValue, default: 0] += $1.value }
      .sorted { $0.key < $1.key }
    return count.counted("virtual service")
      + " (\(protocols.map { "\($0.count) \($0.transport.words)" }.joined(separator: ", ")))"
      + " with \(methods.reduce(0) { $0 + $1.value }.counted("real server"))"
      + (methods.isEmpty ? "" : " (\(methods.map { "\($0.value) \($0.key.printable)" }.joined(separator: ", ")))")
  }
}

extension Connection.Transport {
  /// The protocol of a virtual service; one that is a firewall mark has none in particular.
  fileprivate var words: String { self == .any ? "FWM" : rawValue.printable }
}

extension DirectorError {
  /// What to do first: the command that fixes it, where there is one; what else may help is in the description.
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
    case .userNamespace: .advice("run `\(doctor)` as root of the host")
    case .mayNotEnter:
      .advice("run `\(doctor)` as root of the host, with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE")
    case .notInKernel:
      .advice("boot a kernel that has IPVS: `grep CONFIG_IP_VS= /boot/config-*` tells which of those installed do")
    case .modulesNotVisible: .advice("on the host itself: modprobe ip_vs")
    case .moduleNotLoaded: .command("modprobe -v ip_vs")
    case .moduleLoadingDisabled: .command("echo ip_vs >/etc/modules-load.d/ip_vs.conf && reboot")
    case .unloaded: .command("modprobe ip_vs")
    case .noSocketDiagnosis: .command("modprobe tcp_diag")
    case .noSuchNamespace, .notANamespace: .command("ipvs-timeout show --all-netns")
    case .refused, .timedOut: .command("dmesg | tail -n 20")
    default: .advice("report it, with the output of `uname -a`")
    }
  }
}

extension IpvsadmError {
  /// See ``DirectorError/fix``; what only the program is to blame for is cured by the other backend.
  fileprivate var fix: Fix {
    let doctor = "ipvs-timeout doctor\(NamespaceCommands(namespace).option)"
    return switch cause {
    case .notPermitted, .mayNotEnter: .advice("run `\(doctor) --backend ipvsadm` as root of the host")
    case .unavailable: .command("modprobe ip_vs")
    case .noSuchNamespace, .notANamespace: .command("ipvs-timeout show --all-netns")
    default: .command("\(doctor) --backend netlink")
    }
  }
}
