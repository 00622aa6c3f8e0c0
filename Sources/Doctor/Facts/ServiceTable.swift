// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
internal import SystemPackage

/// The virtual services of one network namespace and their real servers, as `/proc/net/ip_vs` lists them.
package struct ServiceTable: Sendable, Hashable {
  /// A virtual service.
  package struct Service: Sendable, Hashable {
    /// Its protocol; `any` for a firewall mark.
    package let transport: Connection.Transport
    /// Its address and port; `nil` for a firewall mark.
    package let endpoint: Endpoint?
    /// Its name, as `ipvsadm -Ln` prints it.
    package let name: String
    /// For how many seconds it keeps a client at one real server (`ipvsadm -p`); `nil` where it does not.
    package let persistence: UInt32?
    /// Its real servers.
    package fileprivate(set) var servers: Set<Endpoint> = []
  }

  /// The services, in the order of the file.
  package private(set) var services: [Service] = []
  /// How many there are of each kind.
  package private(set) var counts = ServiceCounts(services: [:])
  private let ticksPerSecond: UInt32?
  private var positions: [Key: Int] = [:]
  private var addresses: Set<InternetAddress> = []

  private struct Key: Hashable {
    let transport: Connection.Transport
    let endpoint: Endpoint
  }

  /// A table without services.
  ///
  /// - Parameter ticksPerSecond: The unit in which the kernel writes persistence; without it, no service has any.
  init(ticksPerSecond: UInt32? = KernelTick.perSecond) {
    self.ticksPerSecond = ticksPerSecond
  }

  /// Reads the services of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when the namespace may not be entered, or the file cannot be read or has a line of another
  ///   form.
  package init(in namespace: NetworkNamespace) throws(IPVSError) {
    var table = ServiceTable()
    table.counts = try ServiceCounts(in: namespace) { table.add(String(decoding: $0, as: UTF8.self)[...]) }
    self = table
  }

  /// Adds a service, or a real server of the last one.
  ///
  /// - Parameter line: A line of the file.
  /// - Returns: Whether it is one of the two.
  mutating func add(_ line: Substring) -> Bool {
    let fields = line.split(separator: " ")
    guard fields.count > 2 else { return false }
    guard fields[0] == "->" else { return add(service: fields) }
    guard !services.isEmpty, let server = Endpoint(hexadecimal: fields[1]) else { return false }
    services[services.count - 1].servers.insert(server)
    addresses.insert(server.address)
    return true
  }

  private mutating func add(service fields: [Substring]) -> Bool {
    let persistence = fields.firstIndex(of: "persistent").flatMap { position -> UInt32? in
      guard position + 1 < fields.count, let ticks = Int(fields[position + 1]), let ticksPerSecond
      else { return nil }
      return UInt32(clamping: ticks / Int(ticksPerSecond))
    }
    guard fields[0] != "FWM" else {
      guard let mark = UInt32(fields[1], radix: 16) else { return false }
      services.append(Service(transport: .any, endpoint: nil, name: "FWM \(mark)", persistence: persistence))
      return true
    }
    guard let endpoint = Endpoint(hexadecimal: fields[1]) else { return false }
    let transport = Connection.Transport(rawValue: String(fields[0]))
    positions[Key(transport: transport, endpoint: endpoint)] = services.count
    services.append(
      Service(transport: transport, endpoint: endpoint, name: "\(fields[0]) \(endpoint)", persistence: persistence))
    return true
  }
}

extension ServiceTable {
  /// Whether the service of a connection certainly no longer has its real server.
  ///
  /// A connection of a firewall mark, or of a related one as with FTP, names no service of the table: then the address
  /// of the server has to be gone from all services.
  package func hasLost(_ connection: Connection) -> Bool {
    let service = connection.service
    let position =
      positions[Key(transport: connection.transport, endpoint: service)]
      ?? positions[Key(transport: connection.transport, endpoint: Endpoint(service.address, port: 0))]
    guard let position else { return !addresses.contains(connection.server.address) }
    let servers = services[position].servers
    return !servers.contains(connection.server)
      && !servers.contains(Endpoint(connection.server.address, port: 0))
  }
}

extension Endpoint {
  /// Reads an endpoint as the kernel writes it: `C0000264:0050`, or `[2001:0db8:…]:0050`.
  fileprivate init?(hexadecimal text: Substring) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...], radix: 16) else {
      return nil
    }
    let host = text[..<colon]
    if host.hasPrefix("[") {
      guard let address = InternetAddress(parsing: String(host.dropFirst().dropLast())) else { return nil }
      self.init(address, port: port)
    } else {
      guard host.utf8.count == 8, let value = UInt32(host, radix: 16) else { return nil }
      self.init(InternetAddress(ipv4: value), port: port)
    }
  }
}
