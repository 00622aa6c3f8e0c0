// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Text

extension IPVSError: CustomStringConvertible {
  /// One sentence: what was attempted, where, what the kernel said and what to do; it does not end in a full stop.
  public var description: String {
    "cannot \(operation)\(isAboutMachine ? "" : " in \(namespace.place)"): \(reason)\(doubt)"
  }

  /// Whether it is the same in all namespaces.
  private var isAboutMachine: Bool { [.listNamespaces, .listProcesses].contains(operation) }

  /// Where the answer to a change is missing, the change may still have been made.
  private var doubt: String {
    guard case .setTimeouts = operation, [.timedOut, .truncatedReply, .unexpectedReply].contains(code) else {
      return ""
    }
    return "; the timeouts may be set all the same: run `\(namespace.showing)`"
  }

  private var reason: String {
    switch code {
    case .notInKernel:
      "this kernel has no IPVS, neither built in nor as a module in /lib/modules\(said);"
        + " install the module or boot a kernel that has it (CONFIG_IP_VS)"
    case .modulesNotVisible:
      "IPVS is not loaded, and the modules of this kernel are not to be seen here\(said);"
        + " on the host itself, run `modprobe ip_vs`; after an upgrade of the kernel, reboot"
    case .moduleNotLoaded:
      "the kernel's module ip_vs is installed but could not be loaded\(said); run `modprobe -v ip_vs` to see why"
    case .moduleLoadingDisabled:
      "the module ip_vs is not loaded and this kernel loads no more modules\(said);"
        + " load ip_vs at boot, before kernel.modules_disabled is set to 1"
    case .unloaded:
      "the module ip_vs has been unloaded meanwhile\(said), and the timeouts with it; load it with `modprobe ip_vs`"
        + " if it is not back, then try again"
    case .noSocketDiagnosis:
      "this kernel does not tell of TCP sockets\(said); run `modprobe tcp_diag`, or boot a kernel that has it"
        + " (CONFIG_INET_TCP_DIAG)"
    case .notRoot where !operation.isAboutIPVS:
      "only root may enter another network namespace\(said); run it as root, for example with sudo"
    case .notRoot:
      "only root may talk to IPVS\(said); run it as root, for example with sudo"
    case .userNamespace where !operation.isAboutIPVS:
      "root inside a user namespace may not enter another network namespace\(said); run it as root of the host"
    case .missingCapability:
      "root here lacks the capability CAP_NET_ADMIN\(said); add it (containers: --cap-add NET_ADMIN)"
    case .userNamespace:
      "root inside a user namespace is not root to IPVS\(said); run it as root of the host"
    case .noSuchNamespace:
      "there is no such namespace\(said); `ipvs-timeout show --all-netns` names those that there are"
    case .notANamespace:
      "it is no network namespace but another file\(said); if one has left it behind, delete it"
        + " (`ip netns delete`)"
    case .mayNotEnter:
      "root here may not enter it\(said); that takes the capability CAP_SYS_ADMIN, and CAP_SYS_PTRACE for that of a process"
    case .valueRefused:
      "the kernel refuses one of the values\(said) and has changed none; choose a shorter one (a kernel with HZ=1000"
        + " takes up to 2147483 s, 24 days)"
    case .refused:
      "the system refused\(said); look for a limit (`ulimit -a`), a security policy or a shortage of memory (`dmesg`)"
    case .timedOut:
      "the kernel gave no answer in time; look for a hanging modprobe or a stuck task (`dmesg`), then try again"
    case .truncatedReply:
      "the kernel's answer was cut short, which is a defect; please report it with `uname -a`"
    case .unexpectedReply where detail != nil:
      "there is a line that this program does not know (\((detail ?? "").printable)), which is a defect;"
        + " please report it with `uname -a`"
    case .unexpectedReply:
      "what came was not the answer to the question, which is a defect; please report it with `uname -a`"
    case .library:
      "libnl failed\(detail.map { " (\($0))" } ?? ""), which is a defect; please report it with `uname -a`"
    default:
      "it failed as \"\(code.rawValue.printable)\"\(said)"
    }
  }

  /// What the kernel or the system said, in words and as the number that a source can be searched for.
  private var said: String {
    errno.map { " (\($0.description), errno \($0.rawValue))" } ?? ""
  }
}

extension NetworkNamespace {
  /// The namespace as it stands after "in" in a sentence.
  package var place: String {
    self == .current ? "this network namespace" : "the network namespace \(description.printable)"
  }

  /// The command that shows its timeouts.
  package var showing: String { "ipvs-timeout show" + option }

  /// What makes a command go to it, after a blank; empty where it is the caller's own.
  package var option: String {
    switch self {
    case .current: ""
    case .process(let number): " --netns \(number)"
    case .named, .path: NetworkNamespace.option(description)
    }
  }

  /// What makes a command go to the namespace of this name, after a blank.
  static func option(_ name: String) -> String { " --netns\(name.hasPrefix("-") ? "=" : " ")\(name.shellWord)" }
}

extension IPVSError.Operation: CustomStringConvertible {
  /// What was attempted, as it stands after "cannot".
  public var description: String {
    switch self {
    case .open: "open IPVS"
    case .listNamespaces: "list the network namespaces (/run/netns, /run/docker/netns, /proc)"
    case .listProcesses: "list the processes (/proc)"
    case .lookForUse: "look for virtual services and connections"
    case .readConnections: "read the connection table"
    case .readServices: "read the virtual services"
    case .readSettings: "read the kernel's settings (/proc/sys)"
    case .readDaemons: "ask for the sync daemons"
    case .readSockets: "read the sockets"
    case .readTimeouts: "read the timeouts"
    case .setTimeouts(let wanted): "set the timeouts \(wanted.assignments)"
    }
  }
}

extension IPVSError.Operation {
  /// Whether IPVS itself is asked, and not the kernel around it.
  fileprivate var isAboutIPVS: Bool { ![.readSettings, .readSockets].contains(self) }
}

extension Timeouts {
  /// What is named, for example `tcp=60 udp=300`.
  package var assignments: String {
    Name.allCases.compactMap { name in self[name].map { "\(name.rawValue)=\($0.seconds)" } }.joined(separator: " ")
  }
}
