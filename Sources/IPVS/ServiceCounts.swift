// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// The numbers of virtual services and real servers in one network namespace.
///
/// The corresponding file is `/proc/net/ip_vs`.
public struct ServiceCounts: Sendable, Hashable {
  /// The number of virtual services of each protocol.
  ///
  /// `any` counts services that are a firewall mark.
  public private(set) var services: [Connection.Transport: Int] = [:]
  /// The number of real servers of each kind.
  public private(set) var servers: [ServerKind: Int] = [:]

  /// A kind of real server.
  public struct ServerKind: Sendable, Hashable {
    /// The protocol of the virtual service.
    public let transport: Connection.Transport
    /// How packets are forwarded to the server.
    public let method: ForwardingMethod

    /// Creates a kind.
    public init(_ transport: Connection.Transport, _ method: ForwardingMethod) {
      self.transport = transport
      self.method = method
    }
  }

  /// Creates counts, for tests of your code.
  public init(services: [Connection.Transport: Int], servers: [ServerKind: Int] = [:]) {
    self.services = services
    self.servers = servers
  }

  /// The number of virtual services.
  public var count: Int { services.values.reduce(0, +) }
}

extension ServiceCounts {
  /// The number of lines that the kernel writes before the first service.
  private static let heading = 3

  /// Counts the virtual services and real servers of a network namespace.
  ///
  /// - Parameter namespace: The network namespace. To read another one than your own needs CAP_SYS_ADMIN.
  /// - Throws: ``IPVSError``, when there is no such namespace, the caller may not enter it, or there is no list because
  ///   ip_vs is not loaded.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    try self.init(in: namespace) { _ in true }
  }

  /// Counts the virtual services and real servers of a network namespace, and hands each line on.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - accept: Reads a line about a service or a real server; returns whether it has the expected form.
  /// - Throws: ``IPVSError``, also for a line of another form.
  package init(
    in namespace: NetworkNamespace, accept: (UnsafeRawBufferPointer) -> Bool
  ) throws(IPVSError) {
    let opened = try namespace.visited(for: .readServices) {
      let descriptor = open("/proc/thread-self/net/ip_vs", O_RDONLY | O_CLOEXEC)
      return descriptor < 0 ? Result.failure(Errno(rawValue: errno)) : .success(Parcel(descriptor))
    }
    try self.init(try namespace.file(opened, for: .readServices), in: namespace, accept: accept)
  }

  /// Takes ownership of an open list, or of a file of the same form.
  ///
  /// - Throws: ``IPVSError``, when the file cannot be read, or has a line of another form.
  init(
    _ descriptor: CInt, in namespace: NetworkNamespace, accept: (UnsafeRawBufferPointer) -> Bool = { _ in true }
  ) throws(IPVSError) {
    self.init(services: [:])
    var lines = FileLines(descriptor)
    var number = 0
    var transport: Connection.Transport?
    while let line = try lines.next(for: .readServices, in: namespace) {
      number += 1
      guard number > ServiceCounts.heading else { continue }
      guard add(line, of: &transport), accept(line) else {
        throw IPVSError(.unexpectedReply, .readServices, in: namespace, detail: String(decoding: line, as: UTF8.self))
      }
    }
  }

  /// Counts a line: a virtual service, or a real server of the last service.
  ///
  /// The fields after the third, such as weights and flags, do not matter.
  ///
  /// - Returns: Whether the line is one of the two.
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

/// A method of forwarding packets to a real server, by its name in the kernel.
///
/// Other kernels may have methods that are not named here.
public struct ForwardingMethod: RawRepresentable, Sendable, Hashable {
  /// The kernel's name for the method.
  public let rawValue: String

  /// A method by its name in the kernel, for example `Masq`.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// NAT: the answers pass through the director.
  public static let nat = ForwardingMethod(rawValue: "Masq")
  /// Direct routing: the answers do not pass through the director.
  public static let directRouting = ForwardingMethod(rawValue: "Route")
  /// Tunnel: the answers do not pass through the director.
  public static let tunnel = ForwardingMethod(rawValue: "Tunnel")
  /// The real server is the director itself.
  public static let local = ForwardingMethod(rawValue: "Local")
  /// Bypass of IPVS, when no real server is left.
  public static let bypass = ForwardingMethod(rawValue: "Bypass")
}

extension ForwardingMethod: CustomStringConvertible {
  /// The kernel's name for the method.
  public var description: String { rawValue }
}
