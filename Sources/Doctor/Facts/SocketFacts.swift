// SPDX-License-Identifier: Apache-2.0

internal import Directors
package import IPVS
internal import Text

/// The facts about the TCP sockets of one network namespace.
package struct SocketFacts: Sendable {
  /// All of them.
  package let counts: SocketCounts
  /// The services to which they belong, those with the most sockets first.
  package let services: [SocketService]
  /// The sockets of services that are not among these, because there are too many.
  package let rest: SocketCounts
  /// The ports for outgoing connections.
  package let ports: EphemeralPorts
  /// The programs that have the sockets of the reported services.
  package let owners: SocketOwners
  /// How many sockets the count of a service may miss, because there are too many services.
  package let missed: Int
  /// What the kernel counts.
  package let counters: KernelCounters
  /// How many sockets found no room in TIME_WAIT while the others were counted.
  let overflow: UInt64
  /// The kernel's settings.
  package let settings: KernelSettings
  /// The command that runs another one in this network namespace, before it; empty where it is the caller's own.
  let entering: String
  /// The option that names this network namespace in a command, after a blank; empty where it is the caller's own.
  let option: String
  init(
    _ services: [SocketService] = [], rest: SocketCounts = SocketCounts(), missed: Int = 0,
    owners: SocketOwners = SocketOwners(), counters: KernelCounters = KernelCounters(""), overflow: UInt64 = 0,
    settings: KernelSettings = KernelSettings([:]), in namespace: NetworkNamespace = .current,
    known: NamespaceInfo? = nil
  ) {
    self.services = services
    self.rest = rest
    self.missed = missed
    self.owners = owners
    self.counters = counters
    self.overflow = overflow
    self.settings = settings
    let commands = NamespaceCommands(namespace, known: known)
    entering = commands.entering
    option = commands.option
    ports = EphemeralPorts(settings)
    counts = services.reduce(into: rest) { $0 += $1.counts }
  }

  /// Asks the kernel.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - known: The entry for it in the list of namespaces, where it was looked up.
  /// - Throws: ``IPVSError``, when the sockets cannot be read or the namespace may not be entered.
  package init(in namespace: NetworkNamespace, known: NamespaceInfo? = nil) throws(IPVSError) {
    let settings = try KernelSettings(in: namespace)
    let ports = EphemeralPorts(settings)
    let before = try KernelCounters(in: namespace)
    let census = try SocketCensus(in: namespace, ports)
    let counters = try KernelCounters(in: namespace)
    let services = census.services
    let sought = services.reduce(into: [:]) { sought, service in
      sought[service.name] = service.statesToReport(ports)
    }
    let (overflow, isBackwards) = (counters.timeWaitOverflow ?? 0)
      .subtractingReportingOverflow(before.timeWaitOverflow ?? 0)
    self.init(
      services, rest: census.rest, missed: census.missed,
      owners: try SocketOwners(of: sought, in: namespace, by: census.rule), counters: counters,
      overflow: isBackwards ? 0 : overflow, settings: settings, in: namespace, known: known)
  }
}

extension SocketFacts {
  /// How many of the places for TIME_WAIT are in use.
  var timeWaitPlaces: Int { counters.timeWaitPlaces ?? counts[.timeWait] }

  /// Whether a socket that connects may use a port in TIME_WAIT.
  func isTimeWaitReused(towards address: InternetAddress) -> Bool {
    guard settings[.tcpTimestamps] != 0 else { return false }
    switch settings[.tcpTimeWaitReuse] {
    case 1: return true
    case 2: return address.isLoopback
    default: return false
    }
  }
}

extension KernelSettings {
  /// After what time a new connection may use a port in TIME_WAIT, where it may.
  var reuseDelay: String {
    switch self[.tcpTimeWaitReuseDelay] {
    // Older kernels compare the whole seconds of a clock, so 0.6 s can be enough.
    case nil: "at most a second"
    case let delay?: "\(delay) ms (tcp_tw_reuse_delay)"
    }
  }
}

extension EphemeralPorts {
  fileprivate init(_ settings: KernelSettings) {
    self.init(range: settings.text(.localPortRange), reserved: settings.text(.localReservedPorts))
  }
}

extension SocketService {
  /// Where it is.
  var place: String { name.isLocal ? "\(name.endpoint) here" : "\(name.endpoint)" }

  /// The share of the ports for outgoing connections that it uses, from the address here with the largest share; `nil`
  /// for a service of this host.
  package func share(of ports: EphemeralPorts) -> Share? { sources.first?.share(of: ports) }

  /// A filter for ss(8) that shows its sockets, quoted for a shell.
  var filter: String {
    let endpoint = name.endpoint
    guard name.isLocal else { return "dst '\(endpoint)'" }
    return endpoint.address.isWildcard ? "'sport = :\(endpoint.port)'" : "src '\(endpoint)'"
  }
}

extension InternetAddress {
  /// Whether it means all addresses: `0.0.0.0` or `::`.
  fileprivate var isWildcard: Bool { bits == (0, 0) }
}

extension SocketFacts {
  /// Which program has the sockets of a service that are in a state.
  func program(of service: SocketService, _ state: HostSocket.State) -> String {
    let owners = owners.owners[SocketOwners.Group(service.name, state)] ?? []
    guard owners.isEmpty else {
      return owners.prefix(3).map(\.words).joined(separator: ", ")
        + (owners.count > 3 ? " and \(owners.count - 3) more programs" : "")
    }
    guard self.owners.hiddenProcesses > 0 else { return "a program that doctor cannot see" }
    return
      "a program that doctor cannot see (\(self.owners.hiddenProcesses) processes hide their files: run it as root)"
  }

  /// How many connections to a service are open, and by which program.
  func open(_ service: SocketService) -> String {
    switch service.counts[.established] {
    case 0: "none is open now"
    case 1: "1 is open, by \(program(of: service, .established))"
    case let count: "\(count) are open, by \(program(of: service, .established))"
    }
  }
}

extension SocketOwners.Owner {
  fileprivate var words: String {
    let first = processes.first.map { "pid \($0)" } ?? ""
    return "\(command.printable) (\(first)\(processes.count > 1 ? " and \(processes.count - 1) more" : ""))"
  }
}

/// A share of something, for people.
package struct Share: Sendable, Hashable, CustomStringConvertible {
  let part: Int
  let whole: Int

  /// In percent, rounded down; nothing is full.
  package var percent: Int { whole > 0 ? part * 100 / whole : 100 }

  /// In percent, as `2.8 %` and `12 %`.
  package var text: String {
    guard whole > 0, percent < 10 else { return "\(percent) %" }
    return "\(percent).\(part * 1000 / whole % 10) %"
  }

  /// As `812 of 28232 (2.8 %)`.
  package var description: String { "\(part) of \(whole) (\(text))" }
}
