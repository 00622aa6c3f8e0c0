// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// The sockets of one network namespace, counted by service, in memory that does not grow without bound.
///
/// A million clients of one service are one service.
public struct SocketCensus: Sendable {
  /// How many services of each kind are told apart, and for those elsewhere how many pairs of a source and a service.
  static let most = 8192

  /// How services are found.
  public let rule: ServiceRule
  private var local: BoundedTally<Endpoint>
  private var remote: BoundedTally<Route>

  /// From where to which service elsewhere.
  private struct Route: Hashable, Sendable {
    let source: InternetAddress
    let destination: Endpoint
  }

  /// A census of nothing.
  ///
  /// - Parameter rule: How services are found.
  public init(by rule: ServiceRule) {
    self.init(by: rule, capacity: SocketCensus.most)
  }

  init(by rule: ServiceRule, capacity: Int) {
    self.rule = rule
    local = BoundedTally(capacity: capacity)
    remote = BoundedTally(capacity: capacity)
  }

  /// Counts a socket; it is one that has another end.
  public mutating func add(_ socket: HostSocket) {
    let service = rule.service(of: socket)
    if service.isLocal {
      local.add(service.endpoint, socket, isEphemeral: false)
    } else {
      let route = Route(source: socket.local.address, destination: service.endpoint)
      remote.add(route, socket, isEphemeral: rule.ports.contains(socket.local.port))
    }
  }

  /// The services, those with the most sockets first.
  public var services: [SocketService] {
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

  /// The sockets of the services that are not told apart, because there are too many.
  public var rest: SocketCounts {
    var rest = local.rest
    rest += remote.rest
    return rest
  }

  /// By how many sockets a service may have more than it is said to have.
  public var missed: Int { max(local.missed, remote.missed) }
}

extension SocketService {
  /// The order in which people look: many sockets before few, and always the same.
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
