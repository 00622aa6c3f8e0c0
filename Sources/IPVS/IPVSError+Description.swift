// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Text

extension IPVSError: CustomStringConvertible {
  /// One sentence: what was attempted, where, and what the kernel said; it does not end in a full stop.
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
      "IPVS is not loaded, and the modules of this kernel are not to be seen here\(said)"
    case .moduleNotLoaded:
      "the kernel's module ip_vs is installed but could not be loaded\(said)"
    case .moduleLoadingDisabled:
      "the module ip_vs is not loaded and this kernel loads no more modules\(said)"
    case .unloaded:
      "the module ip_vs has been unloaded meanwhile\(said), and the timeouts with it"
    case .notRoot where operation.subject == .namespace:
      "only root may enter another network namespace\(said)"
    case .notRoot:
      "only root may talk to IPVS\(said)"
    case .userNamespace where operation.subject == .namespace:
      "root inside a user namespace may not enter another network namespace\(said)"
    case .missingCapability:
      "root here lacks the capability CAP_NET_ADMIN\(said)"
    case .userNamespace:
      "root inside a user namespace is not root to IPVS\(said)"
    case .noSuchNamespace:
      "there is no such namespace\(said)"
    case .notANamespace:
      "it is no network namespace but another file\(said)"
    case .mayNotEnter:
      "root here may not enter it\(said)"
    case .valueRefused:
      "the kernel refuses one of the values\(said) and has changed none"
    case .refused:
      "the system refused\(said)"
    case .timedOut:
      "the kernel gave no answer in time"
    case .truncatedReply:
      "the kernel's answer was cut short, which is a defect"
    case .unexpectedReply where detail != nil:
      "there is a line that this program does not know (\((detail ?? "").printable)), which is a defect"
    case .unexpectedReply:
      "what came was not the answer to the question, which is a defect"
    case .library:
      "libnl failed\(detail.map { " (\($0))" } ?? ""), which is a defect"
    default:
      (detail?.printable ?? "it failed as \"\(code.rawValue.printable)\"") + said
    }
  }

  /// What the kernel or the system said, in words and as the number that a source can be searched for.
  private var said: String {
    underlyingErrno.map { " (\($0.description), errno \($0.rawValue))" } ?? ""
  }
}

extension NetworkNamespace {
  /// The namespace as it stands after "in" in a sentence.
  package var place: String {
    self == .current ? "this network namespace" : "the network namespace \(description.printable)"
  }
}

extension IPVSError.Operation: CustomStringConvertible {
  /// What was attempted, as it stands after "cannot".
  public var description: String { words }
}
