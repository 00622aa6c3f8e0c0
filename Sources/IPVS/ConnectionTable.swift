// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The connections of one network namespace, as the kernel lists them: one after another, in memory that does not grow.
///
/// It is no snapshot: the kernel lists while packets pass, so an entry may be missed or come twice. The corresponding file
/// is `/proc/net/ip_vs_conn`; where a sync daemon takes connections over it is `/proc/net/ip_vs_conn_sync`, which says who
/// made each entry, too.
///
/// ```swift
/// var table = try ConnectionTable(in: .named("ingress_sbox"))
/// while let connection = try table.next() { print(connection.client, connection.secondsLeft) }
/// ```
public struct ConnectionTable: ~Copyable {
  /// The network namespace whose connections these are.
  public let namespace: NetworkNamespace
  /// Whether a sync daemon here takes connections over from another director; also where that cannot be found out.
  ///
  /// While it runs, the connections that it has brought have the timers of the other director.
  public let hasBackupDaemon: Bool
  private var lines: FileLines
  private var isAtHeading = true

  /// Opens the table of a network namespace.
  ///
  /// - Parameter namespace: The network namespace; in the caller's own, nothing is entered.
  /// - Throws: ``IPVSError``, when there is no such namespace, it may not be entered, or there is no table because ip_vs
  ///   is not loaded.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    let (descriptor, hasBackupDaemon) = try ConnectionTable.opened(in: namespace)
    self.init(descriptor, in: namespace, hasBackupDaemon: hasBackupDaemon)
  }

  /// Takes over an open table, or what looks like one.
  init(_ descriptor: CInt, in namespace: NetworkNamespace, hasBackupDaemon: Bool = false) {
    self.namespace = namespace
    self.hasBackupDaemon = hasBackupDaemon
    lines = FileLines(descriptor)
  }

  /// The next connection; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when the table cannot be read, or has a line that is no connection.
  public mutating func next() throws(IPVSError) -> Connection? {
    if isAtHeading { _ = try lines.next(for: .readConnections, in: namespace) }
    isAtHeading = false
    guard let line = try lines.next(for: .readConnections, in: namespace) else { return nil }
    var fields = ConnectionLine(line)
    guard let connection = fields?.connection() else {
      throw IPVSError(
        .foreignReply, .readConnections, in: namespace, detail: String(decoding: line, as: UTF8.self))
    }
    return connection
  }

  private static func opened(in namespace: NetworkNamespace) throws(IPVSError) -> (CInt, Bool) {
    let (opened, hasBackupDaemon) = try namespace.visited(for: .readConnections) { open() }
    return (try namespace.file(opened, for: .readConnections), hasBackupDaemon)
  }

  /// Opens the table of the namespace in which the calling thread is; what the longer one says is seldom worth its time.
  private static func open() -> (Result<CInt, Errno>, Bool) {
    let hasBackupDaemon = SyncDaemons.isBackupRunning
    var descriptor: CInt = -1
    if hasBackupDaemon { descriptor = Glibc.open("/proc/thread-self/net/ip_vs_conn_sync", O_RDONLY | O_CLOEXEC) }
    if descriptor < 0 { descriptor = Glibc.open("/proc/thread-self/net/ip_vs_conn", O_RDONLY | O_CLOEXEC) }
    return (descriptor < 0 ? .failure(Errno(rawValue: errno)) : .success(descriptor), hasBackupDaemon)
  }
}
