// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The sockets of one network namespace, counted by service, in memory that does not grow without bound.
///
/// A million clients of one service are one service.
package struct SocketCensus: Sendable {
  /// How many services of each kind are kept apart, and for services elsewhere how many pairs of a source and a service.
  static let maximumServices = 8192

  /// How services are found.
  package let rule: ServiceRule
  private var local: BoundedTally<Endpoint>
  private var remote: BoundedTally<Route>

  /// A source address and a service elsewhere.
  private struct Route: Hashable, Sendable {
    let source: InternetAddress
    let destination: Endpoint
  }

  /// An empty census.
  ///
  /// - Parameter rule: How services are found.
  package init(by rule: ServiceRule) {
    self.init(by: rule, capacity: SocketCensus.maximumServices)
  }

  init(by rule: ServiceRule, capacity: Int) {
    self.rule = rule
    local = BoundedTally(capacity: capacity)
    remote = BoundedTally(capacity: capacity)
  }

  /// Counts a socket that has a remote end.
  package mutating func add(_ socket: HostSocket) {
    let service = rule.service(of: socket)
    if service.isLocal {
      local.add(service.endpoint, socket, isEphemeral: false)
    } else {
      let route = Route(source: socket.local.address, destination: service.endpoint)
      remote.add(route, socket, isEphemeral: rule.ports.contains(socket.local.port))
    }
  }

  /// The services, by their number of sockets.
  package var services: [SocketService] {
    var services: [Endpoint: SocketService] = [:]
    for (route, entry) in remote.entries {
      let name = SocketService.Name(route.destination, isLocal: false)
      let source = SocketService.Source(
        route.source, open: Int(entry.ports.open), synSent: Int(entry.ports.synSent),
        timeWait: Int(entry.ports.timeWait))
      services[route.destination, default: SocketService(name)].counts += entry.counts
      services[route.destination]?.sources.append(source)
    }
    let remote = services.values.map { service in
      var service = service
      service.sources.sort(by: SocketService.Source.precede)
      return service
    }
    let local = local.entries.map { SocketService(SocketService.Name($0, isLocal: true), $1.counts) }
    return (local + remote).sorted(by: SocketService.precede)
  }

  /// The sockets of the services that are not kept apart, because there are too many.
  package var rest: SocketCounts {
    var rest = local.rest
    rest += remote.rest
    return rest
  }

  /// How many sockets the count of a service may miss.
  package var missed: Int { max(local.missed, remote.missed) }
}

extension SocketService {
  /// The order for people: many sockets before few, and always the same.
  fileprivate static func precede(_ first: SocketService, _ second: SocketService) -> Bool {
    let counts = (first.counts.total, second.counts.total)
    if counts.0 != counts.1 { return counts.0 > counts.1 }
    let endpoints = (first.name.endpoint, second.name.endpoint)
    return (endpoints.0.address.bits.high, endpoints.0.address.bits.low, endpoints.0.port)
      < (endpoints.1.address.bits.high, endpoints.1.address.bits.low, endpoints.1.port)
  }
}

extension SocketService.Source {
  fileprivate static func precede(_ first: SocketService.Source, _ second: SocketService.Source) -> Bool {
    let ports = (first.ports, second.ports)
    if ports.0 != ports.1 { return ports.0 > ports.1 }
    return (first.address.bits.high, first.address.bits.low) < (second.address.bits.high, second.address.bits.low)
  }
}

extension SocketCensus {
  /// Counts the sockets of a network namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - ports: The ports that clients get there.
  /// - Throws: ``IPVSError``, when the sockets cannot be read.
  package init(in namespace: NetworkNamespace, _ ports: EphemeralPorts) throws(IPVSError) {
    var listeners = Listeners()
    var listening = try SocketTable(in: namespace, states: [.listen])
    while let socket = try listening.next() { listeners.add(socket.local) }
    self.init(by: ServiceRule(listeners, ports))
    var table = try SocketTable(in: namespace, states: .connected)
    while let socket = try table.next() { add(socket) }
  }
}

/// Counts for keys of which there may be any number, in memory that does not grow without bound.
///
/// When there are too many keys, the keys with the smaller counts, at least half, are dropped, and only their sum is kept
/// (lossy counting). A dropped key that comes again starts from zero, so a count may be too small, by at most ``missed``.
/// Where a few keys are much larger than the others, that does not matter.
struct BoundedTally<Key: Hashable & Sendable>: Sendable {
  /// The counts for one key.
  struct Entry: Sendable {
    /// The sockets.
    var counts = SocketCounts()
    /// Of them, those on an ephemeral port: in TIME_WAIT, in SYN_SENT, and the others.
    var ports = (open: UInt32(0), synSent: UInt32(0), timeWait: UInt32(0))
  }

  /// How many keys are kept.
  private let capacity: Int
  private(set) var entries: [Key: Entry] = [:]
  /// The sum of the dropped keys.
  private(set) var rest = SocketCounts()
  /// How much too small a count may be.
  private(set) var missed = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Counts a socket for a key.
  mutating func add(_ key: Key, _ socket: HostSocket, isEphemeral: Bool) {
    if let known = entries.index(forKey: key) {
      entries.values[known].add(socket, isEphemeral: isEphemeral)
      return
    }
    if entries.count == capacity { giveUpSmaller() }
    var entry = Entry()
    entry.add(socket, isEphemeral: isEphemeral)
    entries[key] = entry
  }

  private mutating func giveUpSmaller() {
    let median = entries.values.map(\.counts.total).sorted()[capacity / 2]
    for entry in entries.values where entry.counts.total <= median { rest += entry.counts }
    entries = entries.filter { $0.value.counts.total > median }
    missed += median
  }
}

extension BoundedTally.Entry {
  fileprivate mutating func add(_ socket: HostSocket, isEphemeral: Bool) {
    counts.add(socket)
    guard isEphemeral else { return }
    switch socket.state {
    case .timeWait: ports.timeWait &+= 1
    case .synSent: ports.synSent &+= 1
    default: ports.open &+= 1
    }
  }
}
