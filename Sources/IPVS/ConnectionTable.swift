// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Namespaces
internal import SystemPackage

/// The connections of one network namespace, as the kernel lists them: one after another, in memory that does not grow.
///
/// It is no snapshot: the kernel lists while packets pass, so an entry may be missed or come twice. The corresponding file
/// is `/proc/net/ip_vs_conn`.
///
/// ```swift
/// var table = try ConnectionTable(in: .named("ingress_sbox"))
/// while let connection = try table.next() { print(connection.client, connection.state, connection.secondsLeft) }
/// ```
public struct ConnectionTable: ~Copyable {
  /// The network namespace whose connections these are.
  public let namespace: NetworkNamespace
  private var lines: FileLines
  private var isAtHeading = true

  /// Opens the table of a network namespace.
  ///
  /// - Parameter namespace: The network namespace; in the caller's own, nothing is entered.
  /// - Throws: ``IPVSError``, when there is no such namespace, it may not be entered, or there is no table because ip_vs
  ///   is not loaded.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    self.init(try ConnectionTable.opened(in: namespace), in: namespace)
  }

  /// Takes over an open table, or what looks like one.
  init(_ descriptor: CInt, in namespace: NetworkNamespace) {
    self.namespace = namespace
    lines = FileLines(descriptor)
  }

  /// The next connection; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when the table cannot be read, or has a line that is no connection.
  public mutating func next() throws(IPVSError) -> Connection? {
    if isAtHeading { _ = try line() }
    isAtHeading = false
    guard let line = try line() else { return nil }
    var fields = ConnectionLine(line)
    guard let connection = fields.connection() else {
      throw IPVSError(
        .foreignReply, .readConnections, in: namespace, detail: String(decoding: line, as: UTF8.self))
    }
    return connection
  }

  private mutating func line() throws(IPVSError) -> UnsafeRawBufferPointer? {
    do throws(Errno) {
      return try lines.next()
    } catch {
      throw IPVSError(.refused, .readConnections, in: namespace, errno: error)
    }
  }

  private static func opened(in namespace: NetworkNamespace) throws(IPVSError) -> CInt {
    let opened: Result<CInt, Errno>
    do throws(NamespaceError) {
      opened = namespace == .current ? open() : try NamespaceVisit.one(namespace.files) { open() }
    } catch {
      throw IPVSError(error, during: .readConnections, in: namespace)
    }
    do throws(Errno) {
      return try opened.get()
    } catch {
      let code = error == .noSuchFileOrDirectory ? KernelModule.whyAbsent() : .refused
      throw IPVSError(code, .readConnections, in: namespace, errno: error)
    }
  }

  /// Opens the table of the namespace in which the calling thread is.
  private static func open() -> Result<CInt, Errno> {
    let descriptor = Glibc.open("/proc/thread-self/net/ip_vs_conn", O_RDONLY | O_CLOEXEC)
    return descriptor < 0 ? .failure(Errno(rawValue: errno)) : .success(descriptor)
  }
}
