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
  /// How many sockets did not get into TIME_WAIT; `nil` where the kernel does not count them.
  public let timeWaitOverflow: UInt64?
  /// The kernel's settings.
  public let settings: KernelSettings

  /// Facts that are known.
  init(
    _ services: [SocketService] = [], rest: SocketCounts = SocketCounts(), owners: SocketOwners = SocketOwners(),
    timeWaitOverflow: UInt64? = nil, settings: KernelSettings = KernelSettings([:])
  ) {
    self.services = services
    self.rest = rest
    self.owners = owners
    self.timeWaitOverflow = timeWaitOverflow
    self.settings = settings
    ports = EphemeralPorts(settings)
    counts = services.reduce(into: rest) { $0 += $1.counts }
  }

  /// Asks the kernel.
  ///
  /// - Parameter namespace: The network namespace.
  /// - Throws: ``IPVSError``, when the sockets cannot be read or the namespace may not be entered.
  public init(in namespace: NetworkNamespace) throws(IPVSError) {
    let settings = try KernelSettings(in: namespace)
    let ports = EphemeralPorts(settings)
    let census = try SocketCensus(in: namespace, ports)
    let services = census.services
    let sought = services.reduce(into: [:]) { sought, service in
      sought[service.name] = service.statesToTellOf(ports)
    }
    self.init(
      services, rest: census.rest, owners: try SocketOwners(of: sought, in: namespace, by: census.rule),
      timeWaitOverflow: try KernelCounters(in: namespace).timeWaitOverflow, settings: settings)
  }
}

extension EphemeralPorts {
  fileprivate init(_ settings: KernelSettings) {
    self.init(range: settings.text(.localPortRange), reserved: settings.text(.localReservedPorts))
  }
}
