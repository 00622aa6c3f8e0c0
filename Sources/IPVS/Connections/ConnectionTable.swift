// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// The connections of one network namespace, as the kernel lists them: one after another, in a buffer of fixed size.
///
/// It is not a snapshot: the kernel lists while packets pass, so an entry can be missed or listed twice. The
/// corresponding file is `/proc/net/ip_vs_conn`. If a backup sync daemon runs, it is `/proc/net/ip_vs_conn_sync`, which
/// also says which director created each entry.
///
/// ```swift
/// var table = try ConnectionTable(in: .named("ingress_sbox"))
/// while let connection = try table.next() { print(connection.client, connection.secondsLeft) }
/// ```
public struct ConnectionTable: ~Copyable, Sendable {
  /// The network namespace of the table.
  public let namespace: NetworkNamespace
  /// Whether a backup sync daemon runs here, which receives connections from another director; `nil` if that is not
  /// known.
  ///
  /// While it runs, the connections that it received have the timers of the other director.
  public let hasBackupDaemon: Bool?
  private var lines: FileLines
  private var isAtHeading = true

  /// Opens the table of a network namespace.
  ///
  /// - Parameter namespace: The network namespace. To read another one than your own needs CAP_SYS_ADMIN.
  /// - Throws: ``IPVSError``, when there is no such namespace, the caller may not enter it, or there is no table
  ///   because ip_vs is not loaded.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    let (descriptor, hasBackupDaemon) = try ConnectionTable.opened(in: namespace)
    self.init(descriptor, in: namespace, hasBackupDaemon: hasBackupDaemon)
  }

  /// Takes ownership of an open table, or of a file of the same form.
  init(_ descriptor: CInt, in namespace: NetworkNamespace, hasBackupDaemon: Bool? = false) {
    self.namespace = namespace
    self.hasBackupDaemon = hasBackupDaemon
    lines = FileLines(descriptor)
  }

  /// The next connection; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when the table cannot be read, or has a line that is not a connection.
  public mutating func next() throws(IPVSError) -> Connection? {
    if isAtHeading { _ = try lines.next(for: .readConnections, in: namespace) }
    isAtHeading = false
    guard let line = try lines.next(for: .readConnections, in: namespace) else { return nil }
    var fields = ConnectionLine(line)
    guard let connection = fields?.connection() else {
      throw IPVSError(
        .unexpectedReply, .readConnections, in: namespace, detail: String(decoding: line, as: UTF8.self))
    }
    return connection
  }

  /// Whether the next connection needs a system call, because all that were read have been returned.
  var isDrained: Bool { lines.isDrained }

  private static func opened(in namespace: NetworkNamespace) throws(IPVSError) -> (CInt, Bool?) {
    let (opened, hasBackupDaemon) = try namespace.visited(for: .readConnections) { open() }
    return (try namespace.file(opened, for: .readConnections), hasBackupDaemon)
  }

  /// Opens the table of the calling thread's namespace.
  ///
  /// The longer list is used only if a backup daemon runs, because reading it takes longer.
  private static func open() -> (Result<Parcel, Errno>, Bool?) {
    let hasBackupDaemon = SyncDaemons.isBackupRunning
    var descriptor: CInt = -1
    if hasBackupDaemon ?? true {
      descriptor = Glibc.open("/proc/thread-self/net/ip_vs_conn_sync", O_RDONLY | O_CLOEXEC)
    }
    if descriptor < 0 { descriptor = Glibc.open("/proc/thread-self/net/ip_vs_conn", O_RDONLY | O_CLOEXEC) }
    return (descriptor < 0 ? .failure(Errno(rawValue: errno)) : .success(Parcel(descriptor)), hasBackupDaemon)
  }
}

/// Reads a line of `/proc/net/ip_vs_conn_sync` or `/proc/net/ip_vs_conn`, field by field.
///
/// The widths, and the fields after the time, do not matter.
struct ConnectionLine {
  private var fields: LineFields

  /// The fields of a line.
  ///
  /// The line must live longer than this value.
  init?(_ line: UnsafeRawBufferPointer) {
    guard let fields = LineFields(line) else { return nil }
    self.fields = fields
  }

  /// The connection; `nil` if the line is not one.
  mutating func connection() -> Connection? {
    guard let transport = text(),
      let client = endpoint(), let service = endpoint(), let server = endpoint(),
      let state = text()
    else { return nil }
    let origin = origin()
    guard let seconds = decimal() else { return nil }
    return Connection(
      Connection.Transport(transport), client: client, service: service, server: server,
      state: Connection.State(state), origin: origin,
      // Old kernels subtract without a check: an entry that has just ended would have an enormous time left. Its time
      // is 0.
      secondsLeft: seconds > ConnectionLine.most ? 0 : UInt32(seconds))
  }

  /// The director that created the entry.
  ///
  /// Only one of the two lists has it, before the time.
  private mutating func origin() -> Connection.Origin? {
    guard let first = fields.peek(), first > UInt8(ascii: "9") else { return nil }
    let here = fields
    let field = fields.next()
    if field.spells("LOCAL") { return .local }
    if field.spells("SYNC") { return .sync }
    fields = here
    return nil
  }

  /// The longest timer that a kernel can hold, in seconds: INT_MAX ticks at 100 ticks per second.
  private static let most: UInt64 = 21_474_836

  private mutating func endpoint() -> Endpoint? {
    guard let address = address(), let port = fields.digits(4) else { return nil }
    return Endpoint(address, port: UInt16(truncatingIfNeeded: port))
  }

  /// An address: eight digits, or eight groups of four digits with colons between them.
  private mutating func address() -> InternetAddress? {
    if let value = fields.digits(8) { return InternetAddress(ipv4: UInt32(truncatingIfNeeded: value)) }
    let field = fields.next()
    guard field.count == 39 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for group in 0..<8 {
      guard group == 7 || field[group * 5 + 4] == UInt8(ascii: ":"),
        let value = field.baseAddress.flatMap({ HexadecimalDigits.value($0 + group * 5, 4) })
      else { return nil }
      if group < 4 { halves.0 = halves.0 << 16 | value } else { halves.1 = halves.1 << 16 | value }
    }
    return InternetAddress(ipv6: halves.0, halves.1)
  }

  private mutating func text() -> UnsafeRawBufferPointer? {
    let field = fields.next()
    return field.isEmpty ? nil : field
  }

  private mutating func decimal() -> UInt64? {
    let field = fields.next()
    guard !field.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in field {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isMore) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
      if isTooLarge || isMore { return .max }
      value = sum
    }
    return value
  }
}
