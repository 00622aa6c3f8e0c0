// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Text

extension IPVSError: CustomStringConvertible {
  /// One sentence: what failed, where, and why, with the errno of the kernel.
  ///
  /// It does not end in a full stop.
  public var description: String {
    "cannot \(attempt)\(operation.subject == .machine ? "" : " in \(namespace.place)"): \(reason)"
  }

  private var attempt: String {
    guard operation == .setTimeouts, let timeouts else { return operation.words }
    return "\(operation.words) \(timeouts.assignments)"
  }

  private var reason: String {
    switch code {
    case .notInKernel:
      "this kernel has no IPVS, neither built in nor as a module in /lib/modules\(said)"
    case .modulesNotVisible:
      "IPVS is not loaded, and this kernel's modules are not visible here\(said)"
    case .moduleNotLoaded:
      "the kernel's module ip_vs is installed but could not be loaded\(said)"
    case .moduleLoadingDisabled:
      "ip_vs is not loaded, and loading of kernel modules is disabled\(said)"
    case .unloaded:
      "ip_vs was unloaded, and its timeouts are lost\(said)"
    case .notRoot where operation == .listNamespaces:
      "only root may read all of them\(said)"
    case .notRoot where operation.subject == .namespace:
      "entering it requires root or CAP_SYS_ADMIN\(said)"
    case .notRoot:
      "IPVS requires the capability CAP_NET_ADMIN\(said)"
    case .missingCapability:
      "root here lacks the capability CAP_NET_ADMIN\(said)"
    case .userNamespace:
      "netlink refuses root of a user namespace\(said)"
    case .foreignNamespace:
      "it belongs to another user namespace\(said)"
    case .noSuchNamespace:
      "there is no such namespace\(said)"
    case .notANamespace:
      "the file is not a network namespace\(said)"
    case .mayNotEnter:
      "root here may not enter it\(said)"
    case .valueRefused:
      "the kernel refused a value and changed nothing\(said)"
    case .backupDaemonRuns:
      "a backup sync daemon runs, so the connections belong to another director\(said)"
    case .renewalDaemonRuns:
      "the backup sync daemon of another renewal runs on the loopback interface"
    case .backupOnly:
      "net.ipv4.vs.backup_only is set, so this director would forward nothing during the renewal"
    case .loopbackDown:
      "the loopback interface is down"
    case .mixedAddressFamilies:
      "real servers have addresses of another family, so no sync daemon can start\(said)"
    case .messagesLost:
      "its messages do not arrive on the loopback interface"
    case .timeoutsChanged:
      "another program changed the timeouts at the same time"
    case .refused where operation == .renewConnections && underlyingErrno == .noBufferSpace:
      "the receive buffer of the kernel's daemon is too small\(said)"
    case .refused where operation == .renewConnections && underlyingErrno == .noSuchProcess:
      "another program stopped the backup daemon of the renewal\(said)"
    case .refused:
      "the system refused\(said)"
    case .timedOut:
      "the kernel did not answer in time"
    case .answerLost:
      "the kernel's answer was lost\(said)"
    case .truncatedReply:
      "the kernel's answer was cut short, which is a bug"
    case .unexpectedReply where detail != nil:
      "unrecognised line (\((detail ?? "").printable)), which is a bug"
    case .unexpectedReply:
      "the answer does not match the request, which is a bug"
    case .library:
      "libnl failed\(detail.map { " (\($0))" } ?? ""), which is a bug"
    default:
      (detail?.printable ?? "it failed with code \"\(code.rawValue.printable)\"") + said
    }
  }

  /// The errno in words and as a number, which can be searched for.
  private var said: String {
    underlyingErrno.map { " (\($0.description), errno \($0.rawValue))" } ?? ""
  }
}

extension NetworkNamespace {
  /// The namespace as it is written after "in" in a sentence.
  package var place: String {
    self == .current ? "this network namespace" : "the network namespace \(description.printable)"
  }
}

extension IPVSError.Operation: CustomStringConvertible {
  /// The operation as it is written after "cannot".
  public var description: String { words }
}
