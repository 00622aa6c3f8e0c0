// SPDX-License-Identifier: Apache-2.0

public import Host
public import IPVS

/// What is known of the TCP sockets of one network namespace when they are diagnosed.
public struct SocketFacts: Sendable {
  /// All of them.
  public let counts: SocketCounts
  /// The services to which they belong, those with the most sockets first.
  public let services: [SocketService]
  /// The sockets of services that are not among these, because there are too many.
  public let rest: SocketCounts
  /// The ports for outgoing connections.
  public let ports: EphemeralPorts
  /// The programs that have the sockets of the services that are told of.
  public let owners: SocketOwners
  /// By how many sockets a service may have more than it is said to have, because there are too many services.
  public let missed: Int
  /// What the kernel counts.
  public let counters: KernelCounters
  /// How many sockets did not get into TIME_WAIT while the others were counted.
  let overflow: UInt64
  /// The kernel's settings.
  public let settings: KernelSettings
  /// What makes another program run in this network namespace, before it; empty where it is the caller's own.
  let entering: String
  /// What makes a command go to this network namespace, after a blank; empty where it is the caller's own.
  let option: String

  /// Facts that are known.
  init(
    _ services: [SocketService] = [], rest: SocketCounts = SocketCounts(), missed: Int = 0,
    owners: SocketOwners = SocketOwners(), counters: KernelCounters = KernelCounters(""), overflow: UInt64 = 0,
    settings: KernelSettings = KernelSettings([:]), in namespace: NetworkNamespace = .current,
    known: KnownNamespace? = nil
  ) {
    self.services = services
    self.rest = rest
    self.missed = missed
    self.owners = owners
    self.counters = counters
    self.overflow = overflow
    self.settings = settings
    entering = namespace.entering(known)
    option = namespace.option(known)
    ports = EphemeralPorts(settings)
    counts = services.reduce(into: rest) { $0 += $1.counts }
  }

  /// Asks the kernel.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - known: What is known of it, where it was looked up.
  /// - Throws: ``IPVSError``, when the sockets cannot be read or the namespace may not be entered.
  public init(in namespace: NetworkNamespace, known: KnownNamespace? = nil) throws(IPVSError) {
    let settings = try KernelSettings(in: namespace)
    let ports = EphemeralPorts(settings)
    let before = try KernelCounters(in: namespace)
    let census = try SocketCensus(in: namespace, ports)
    let counters = try KernelCounters(in: namespace)
    let services = census.services
    let sought = services.reduce(into: [:]) { sought, service in
      sought[service.name] = service.statesToTellOf(ports)
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
  /// How many sockets take a place of those for TIME_WAIT.
  var timeWaitPlaces: Int { counters.timeWaitPlaces ?? counts[.timeWait] }

  /// Whether a socket that connects may take a port in TIME_WAIT.
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
  /// After what time a port in TIME_WAIT is given again, where it is.
  var reuseDelay: String {
    switch self[.tcpTimeWaitReuseDelay] {
    case nil, 1000: "a second"
    case let delay?: "\(delay) ms (tcp_tw_reuse_delay)"
    }
  }
}

extension EphemeralPorts {
  fileprivate init(_ settings: KernelSettings) {
    self.init(range: settings.text(.localPortRange), reserved: settings.text(.localReservedPorts))
  }
}
