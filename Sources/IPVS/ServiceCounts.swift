// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// How many virtual services and real servers there are in one network namespace.
///
/// The corresponding file is `/proc/net/ip_vs`.
public struct ServiceCounts: Sendable, Hashable {
  /// How many virtual services of each protocol there are; `any` counts those that are a firewall mark.
  public private(set) var services: [Connection.Transport: Int] = [:]
  /// How many real servers these have.
  public private(set) var servers: [ServerKind: Int] = [:]

  /// A kind of real server to count.
  public struct ServerKind: Sendable, Hashable {
    /// The protocol of the virtual service.
    public let transport: Connection.Transport
    /// How packets come to the server.
    public let method: ForwardingMethod

    /// Creates a kind.
    public init(_ transport: Connection.Transport, _ method: ForwardingMethod) {
      self.transport = transport
      self.method = method
    }
  }

  /// Creates counts, as tests of your own code need them.
  public init(services: [Connection.Transport: Int], servers: [ServerKind: Int] = [:]) {
    self.services = services
    self.servers = servers
  }

  /// How many virtual services there are.
  public var count: Int { services.values.reduce(0, +) }
}

extension ServiceCounts {
  /// How many lines the kernel writes before the first service.
  private static let heading = 3

  /// Counts the virtual services and real servers of a network namespace.
  ///
  /// - Parameter namespace: The network namespace; in the caller's own, nothing is entered.
  /// - Throws: ``IPVSError``, when there is no such namespace, it may not be entered, or there is no list because ip_vs
  ///   is not loaded.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    let opened = try namespace.visited(for: .readServices) {
      let descriptor = open("/proc/thread-self/net/ip_vs", O_RDONLY | O_CLOEXEC)
      return descriptor < 0 ? Result.failure(Errno(rawValue: errno)) : .success(descriptor)
    }
    try self.init(try namespace.file(opened, for: .readServices), in: namespace)
  }

  /// Takes over an open list, or what looks like one.
  ///
  /// - Throws: ``IPVSError``, when it cannot be read, or has a line that is neither.
  init(_ descriptor: CInt, in namespace: NetworkNamespace) throws(IPVSError) {
    self.init(services: [:])
    var lines = FileLines(descriptor)
    var number = 0
    var transport: Connection.Transport?
    while let line = try lines.next(for: .readServices, in: namespace) {
      number += 1
      guard number > ServiceCounts.heading else { continue }
      guard add(line, of: &transport) else {
        throw IPVSError(.unexpectedReply, .readServices, in: namespace, detail: String(decoding: line, as: UTF8.self))
      }
    }
  }

  /// Adds what a line says: a virtual service, or a real server of the last one.
  ///
  /// What stands behind that, such as weights and flags, does not matter.
  ///
  /// - Returns: Whether it is one of the two.
  private mutating func add(_ line: UnsafeRawBufferPointer, of transport: inout Connection.Transport?) -> Bool {
    guard var fields = LineFields(line) else { return false }
    let first = fields.next()
    guard !fields.next().isEmpty else { return false }
    let third = fields.next()
    guard !third.isEmpty else { return false }
    if first.spells("->") {
      guard let transport else { return false }
      servers[ServerKind(transport, ForwardingMethod(rawValue: String(decoding: third, as: UTF8.self))), default: 0] +=
        1
    } else {
      let next: Connection.Transport = first.spells("FWM") ? .any : Connection.Transport(first)
      services[next, default: 0] += 1
      transport = next
    }
    return true
  }
}

/// How packets come to a real server, by the kernel's name for it.
///
/// There may be more methods in other kernels than there are names here.
public struct ForwardingMethod: RawRepresentable, Sendable, Hashable {
  /// The kernel's name for the method.
  public let rawValue: String

  /// A method by the kernel's name for it, for example `Masq`.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// By NAT: the answers pass the director.
  public static let nat = ForwardingMethod(rawValue: "Masq")
  /// By direct routing: the answers do not pass the director.
  public static let directRouting = ForwardingMethod(rawValue: "Route")
  /// By a tunnel: the answers do not pass the director either.
  public static let tunnel = ForwardingMethod(rawValue: "Tunnel")
  /// The real server is the director itself.
  public static let local = ForwardingMethod(rawValue: "Local")
  /// Around IPVS, where no real server is left.
  public static let bypass = ForwardingMethod(rawValue: "Bypass")
}

extension ForwardingMethod: CustomStringConvertible {
  /// The kernel's name for the method.
  public var description: String { rawValue }
}
